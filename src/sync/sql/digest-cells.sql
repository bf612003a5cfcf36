-- SPDX-License-Identifier: GPL-3.0-or-later
-- A deletion is the first of its record.
SELECT tbl, key, field, item, stream, seq, hlc, flags, value
FROM sync_cell
ORDER BY tbl, key, field, item, stream, seq;
