-- SPDX-License-Identifier: GPL-3.0-or-later
-- The first operations of a stream that all have; of own ones those stay that the cloud has to be told again, and the
-- last one of them.
DELETE FROM sync_op
WHERE stream = ?2
  AND seq < (SELECT min (v.seq, ifnull ((SELECT max (n.seq) FROM sync_number n WHERE n.stream = v.stream), 0))
             FROM sync_vector v WHERE v.peer = ?1 AND v.stream = ?2)
  AND seq < ifnull ((SELECT o.seq FROM sync_op o WHERE o.stream = ?2 ORDER BY o.seq LIMIT 1 OFFSET ?3),
                    9223372036854775807);
