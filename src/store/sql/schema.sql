-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT type, name, tbl_name, ifnull (sql, '')
FROM sqlite_schema
WHERE name NOT LIKE 'sqlite_%'
ORDER BY type, name;
