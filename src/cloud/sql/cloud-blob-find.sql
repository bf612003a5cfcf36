-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT id, bytes, created_ms FROM sync_blob WHERE user = ?1 AND id = ?2
