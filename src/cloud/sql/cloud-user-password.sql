-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE user SET password = ?2 WHERE number = ?1;
