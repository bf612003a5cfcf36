-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT field, item, stream, seq, hlc, context, flags, value
FROM sync_cell
WHERE tbl = ?1 AND key = ?2
ORDER BY field, item, stream, seq;
