-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE trace SET name = ?2 WHERE number = ?1;
