-- SPDX-License-Identifier: GPL-3.0-or-later
-- Records with an old deletion of which all know everything.
SELECT d.tbl, d.key
FROM sync_cell d
WHERE d.field = '' AND d.hlc < ?5 AND (d.tbl, d.key) > (?2, ?3)
  AND NOT EXISTS (SELECT 1 FROM sync_cell c
                  WHERE c.tbl = d.tbl AND c.key = d.key
                    AND c.seq > ifnull ((SELECT v.seq FROM sync_vector v WHERE v.peer = ?1 AND v.stream = c.stream), 0))
GROUP BY d.tbl, d.key
ORDER BY d.tbl, d.key
LIMIT ?4;
