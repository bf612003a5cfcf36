-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value;
