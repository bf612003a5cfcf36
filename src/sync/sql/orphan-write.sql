-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR REPLACE INTO sync_orphan (stream, seq, new_stream, new_seq) VALUES (?1, ?2, ?3, ?4);
