-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_blob (user, id, bytes, created_ms, body) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (user, id) DO UPDATE SET bytes = excluded.bytes, created_ms = excluded.created_ms, body = excluded.body
