-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number FROM sync_conflict WHERE user = ?1 AND id = ?2
