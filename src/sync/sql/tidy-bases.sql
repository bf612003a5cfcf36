-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whoever writes next knows the one write that holds: what was there before it is nobody's base any more.
DELETE FROM sync_base
WHERE tbl = ?2 AND key = ?3
  AND (SELECT count (*) FROM sync_cell c
       WHERE c.tbl = sync_base.tbl AND c.key = sync_base.key AND c.field = sync_base.field AND c.item = sync_base.item)
      <= 1
  AND NOT EXISTS (SELECT 1 FROM sync_cell c
                  WHERE c.tbl = sync_base.tbl AND c.key = sync_base.key AND c.field = sync_base.field
                    AND c.item = sync_base.item
                    AND c.seq > ifnull ((SELECT v.seq FROM sync_vector v WHERE v.peer = ?1 AND v.stream = c.stream), 0));
