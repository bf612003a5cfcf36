-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, user, id, label, created_ms, seen_ms, state FROM device WHERE user = ?1 ORDER BY number;
