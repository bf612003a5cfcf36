-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT stream, seq, hlc, value
FROM sync_base
WHERE tbl = ?1 AND key = ?2 AND field = ?3 AND item = ?4
ORDER BY hlc DESC, stream, seq;
