-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT tbl, key FROM sync_dirty ORDER BY tbl, key LIMIT ?1;
