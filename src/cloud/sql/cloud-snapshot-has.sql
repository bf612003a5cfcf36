-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT 1 FROM sync_snapshot WHERE user = ?1 AND blob = ?2 LIMIT 1
