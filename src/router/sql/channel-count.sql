-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO channel (name, seq, last_seen)
VALUES (?1, ?2, ?3)
ON CONFLICT (name) DO UPDATE SET seq = max (seq, excluded.seq), last_seen = excluded.last_seen;
