-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO session (id, user, device, generation, attempt, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
RETURNING number;
