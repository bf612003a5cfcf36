-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE sync_cell SET stream = ?5, seq = ?6, context = ?7 WHERE tbl = ?1 AND key = ?2 AND stream = ?3 AND seq = ?4;
