-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_conflict (user, id, scope, tbl, device, time_ms, kind, body)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (user, id) DO UPDATE SET scope = excluded.scope, tbl = excluded.tbl, device = excluded.device,
  time_ms = excluded.time_ms, kind = excluded.kind, body = excluded.body
