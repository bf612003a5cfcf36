-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR REPLACE INTO sync_op (stream, seq, hlc, context, body, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6);
