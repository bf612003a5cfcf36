-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO letter (device, sender, kind, body, time_ms) VALUES (?1, ?2, ?3, ?4, ?5)
