-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR REPLACE INTO sync_conflict_side (conflict, stream, seq, hlc, value) VALUES (?1, ?2, ?3, ?4, ?5);
