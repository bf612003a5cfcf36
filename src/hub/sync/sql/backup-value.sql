-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO value (tbl, key, field, item, value) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING;
