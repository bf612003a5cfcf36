-- SPDX-License-Identifier: GPL-3.0-or-later
-- Operations that all have; of own ones those stay that the cloud has to be told again, and the last one of them.
DELETE FROM sync_op
WHERE seq < (SELECT min (v.seq, ifnull ((SELECT max (n.seq) FROM sync_number n WHERE n.stream = v.stream), 0))
             FROM sync_vector v WHERE v.peer = ?1 AND v.stream = sync_op.stream);
