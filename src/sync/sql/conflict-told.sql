-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT id, tbl, scope, kind, state, opened, max (opened, decided)
FROM sync_conflict
WHERE max (opened, decided) > ?1
ORDER BY opened;
