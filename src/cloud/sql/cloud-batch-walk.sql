-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, stream, first, last, body FROM sync_batch INDEXED BY sync_batch_number
WHERE user = ?1 AND number >= ?2
  AND (?3 IS NULL OR stream IN (SELECT number FROM sync_stream WHERE user = ?1 AND scope = ?3))
ORDER BY number
