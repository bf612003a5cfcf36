-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT id, scope, tbl, device, time_ms, kind, body FROM sync_conflict WHERE user = ?1 ORDER BY number
