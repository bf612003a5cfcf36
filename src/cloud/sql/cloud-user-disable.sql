-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE user SET disabled = ?2 WHERE number = ?1;
