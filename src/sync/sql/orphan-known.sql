-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT o.stream, max (o.seq)
FROM sync_orphan o
WHERE o.new_stream = ?1
  AND NOT EXISTS (SELECT 1 FROM sync_op WHERE sync_op.stream = o.new_stream AND sync_op.seq = o.new_seq)
GROUP BY o.stream
ORDER BY o.stream DESC
LIMIT 1;
