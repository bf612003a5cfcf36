-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT DISTINCT tbl, key
FROM sync_cell
WHERE (tbl, key) > (?1, ?2) AND stream IN (SELECT id FROM sync_stream WHERE scope = ?3)
ORDER BY tbl, key
LIMIT ?4;
