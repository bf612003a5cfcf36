-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM channel
WHERE name IN (SELECT name FROM channel ORDER BY last_seen DESC, name LIMIT -1 OFFSET ?1)
AND name NOT IN (SELECT channel FROM outbox);
