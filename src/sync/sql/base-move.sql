-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE OR REPLACE sync_base SET stream = ?5, seq = ?6 WHERE tbl = ?1 AND key = ?2 AND stream = ?3 AND seq = ?4;
