-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, stream, first, last FROM sync_batch WHERE stream = ?1 AND last >= ?2 ORDER BY last LIMIT 1
