-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT DISTINCT key FROM sync_cell WHERE tbl = ?1 AND key > ?2 ORDER BY key LIMIT ?3;
