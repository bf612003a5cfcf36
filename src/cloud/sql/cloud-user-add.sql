-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO user (id, name, name_key, password, disabled, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (name_key) DO NOTHING
RETURNING number;
