-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_stream (user, scope, device, epoch, seq, latest, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
RETURNING number
