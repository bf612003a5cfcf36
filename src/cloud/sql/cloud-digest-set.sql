-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_digest (device, scope, vector, body, repair) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (device, scope) DO UPDATE SET vector = excluded.vector, body = excluded.body, repair = excluded.repair
