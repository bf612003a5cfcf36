-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO key_envelope (user, version, envelope) VALUES (?1, ?2, ?3)
ON CONFLICT (user) DO UPDATE SET version = excluded.version, envelope = excluded.envelope
