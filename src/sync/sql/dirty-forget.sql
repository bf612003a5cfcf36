-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_dirty WHERE (tbl, key) <= (?1, ?2);
