-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_dirty (tbl, key) VALUES (?1, ?2) ON CONFLICT DO NOTHING;
