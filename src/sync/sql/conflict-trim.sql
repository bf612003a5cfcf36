-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_conflict
WHERE id IN (SELECT id FROM sync_conflict WHERE state <> 'open' ORDER BY opened DESC LIMIT -1 OFFSET ?1);
