-- SPDX-License-Identifier: GPL-3.0-or-later
-- The next records, and whether they have an old deletion and all know everything of them.
SELECT r.tbl, r.key,
       EXISTS (SELECT 1 FROM sync_cell d WHERE d.tbl = r.tbl AND d.key = r.key AND d.field = '' AND d.hlc < ?5)
       AND NOT EXISTS (SELECT 1 FROM sync_cell c
                       WHERE c.tbl = r.tbl AND c.key = r.key
                         AND c.seq > ifnull ((SELECT v.seq FROM sync_vector v WHERE v.peer = ?1 AND v.stream = c.stream), 0))
FROM (SELECT tbl, key FROM sync_cell WHERE (tbl, key) > (?2, ?3) GROUP BY tbl, key ORDER BY tbl, key LIMIT ?4) r;
