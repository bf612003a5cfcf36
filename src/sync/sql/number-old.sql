-- SPDX-License-Identifier: GPL-3.0-or-later
-- Numbers of operations that all have, but for the last one of each stream.
SELECT n.stream, n.seq
FROM sync_vector v CROSS JOIN sync_number n ON n.stream = v.stream
WHERE v.peer = ?1
  AND n.seq < min (v.seq, (SELECT l.seq FROM sync_number l WHERE l.stream = v.stream ORDER BY l.seq DESC LIMIT 1))
ORDER BY n.stream, n.seq;
