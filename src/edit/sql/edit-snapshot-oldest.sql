-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, revision FROM edit_snapshot WHERE number BETWEEN ?1 AND ?2 AND revision <= ?3
ORDER BY number LIMIT 1 OFFSET ?4;
