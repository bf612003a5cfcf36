-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT id
FROM sync_conflict
WHERE tbl = ?1 AND key = ?2 AND field = ?3 AND item = ?4 AND state = 'open';
