-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT body FROM sync_blob WHERE user = ?1 AND id = ?2
