-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_cell (tbl, key, field, item, stream, seq, hlc, context, flags, value)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);
