-- SPDX-License-Identifier: GPL-3.0-or-later
-- Numbers of operations that all have, but for the last one of each stream.
WITH known AS MATERIALIZED (
  SELECT v.stream,
         min (v.seq, (SELECT l.seq FROM sync_number l WHERE l.stream = v.stream ORDER BY l.seq DESC LIMIT 1)) AS before
  FROM sync_vector v
  WHERE v.peer = ?1
)
SELECT n.stream, n.seq
FROM known CROSS JOIN sync_number n ON n.stream = known.stream AND n.seq < known.before
ORDER BY n.stream, n.seq;
