-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM user WHERE number = ?1;
