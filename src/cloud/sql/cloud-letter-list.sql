-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, sender, kind, body, time_ms FROM letter WHERE device = ?1 ORDER BY number
