-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT tbl, key, field, item, stream, seq, hlc, context, flags, value
FROM sync_cell
ORDER BY tbl, key, field, item, stream, seq;
