-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR IGNORE INTO sync_number (stream, seq, number) VALUES (?1, ?2, ?3);
