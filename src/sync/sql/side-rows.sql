-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT DISTINCT c.tbl, c.key
FROM sync_conflict_side s JOIN sync_conflict c ON c.id = s.conflict
WHERE s.stream = ?1 AND s.seq BETWEEN ?2 AND ?3 AND c.state IN ('open', 'auto');
