-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_snapshot (user, scope, blob, bytes, vector) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (user, scope) DO UPDATE SET blob = excluded.blob, bytes = excluded.bytes, vector = excluded.vector
