-- SPDX-License-Identifier: GPL-3.0-or-later
-- Records that were written since a clock, or for which there is no operation yet.
SELECT tbl, key FROM sync_dirty UNION SELECT tbl, key FROM sync_cell WHERE hlc > ?1;
