-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO outbox (number, source, id, target, type, priority, stored, expires, size, channel, seq, attempts, payload)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT (source, id) DO NOTHING;
