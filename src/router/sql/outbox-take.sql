-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE outbox SET channel = ?2, seq = ?3, attempts = ?4 WHERE number = ?1 RETURNING payload;
