-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE sync_cell SET hlc = ?5 WHERE tbl = ?1 AND key = ?2 AND stream = ?3 AND seq = ?4;
