-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO device (user, id, label, created_ms, seen_ms, state) VALUES (?1, ?2, ?3, ?4, ?4, 0)
ON CONFLICT (user, id) DO UPDATE SET label = coalesce (excluded.label, label), seen_ms = excluded.seen_ms
RETURNING number, user, id, label, created_ms, seen_ms, state;
