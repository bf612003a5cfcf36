-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_stream (scope, device, epoch, seq, hlc, chain, context) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
