-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT count (*), coalesce (sum (length (body)), 0), max (last) FROM sync_batch WHERE stream = ?1 AND last <= ?2
