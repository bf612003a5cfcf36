-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT ifnull (max (seq), 0) FROM sync_number WHERE stream = ?1;
