-- SPDX-License-Identifier: GPL-3.0-or-later
DROP TABLE session;
DROP TABLE device;
DROP TABLE user;
