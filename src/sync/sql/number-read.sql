-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number FROM sync_number WHERE stream = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1;
