-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_batch (user, number, stream, first, last, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
