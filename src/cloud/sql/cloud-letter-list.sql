-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT sender, kind, body, time_ms FROM letter WHERE device = ?1 ORDER BY number
