-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT length(body) FROM sync_conflict WHERE user = ?1 AND id = ?2
