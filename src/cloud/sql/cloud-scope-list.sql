-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT sync_stream.scope, count (sync_batch.id), coalesce (sum (sync_batch.last - sync_batch.first + 1), 0),
  coalesce (sum (length (sync_batch.body)), 0), count (DISTINCT sync_stream.device)
FROM sync_stream LEFT JOIN sync_batch ON sync_batch.stream = sync_stream.number
WHERE sync_stream.user = ?1
GROUP BY sync_stream.scope
ORDER BY sync_stream.scope
