-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO router_meta (key, value)
SELECT 'first-seq', max (seq)
FROM (SELECT seq FROM channel ORDER BY last_seen DESC, name LIMIT -1 OFFSET ?1)
HAVING count (*) > 0
ON CONFLICT (key) DO UPDATE SET value = max (CAST (value AS INTEGER), CAST (excluded.value AS INTEGER));
