-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, start, end, reason, sent, received, bytes_up, bytes_down, raw_bytes, conflicts, error
FROM sync_run
WHERE number < ?1
ORDER BY number DESC
LIMIT ?2;
