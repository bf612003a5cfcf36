-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO record (tbl, key, time_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING;
