-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT id, tbl, key, field, item, scope, kind, state, title, opened, decided, decider, base, chosen
FROM sync_conflict
WHERE id = ?1;
