-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR IGNORE INTO sync_base (tbl, key, field, item, stream, seq, hlc, value)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
