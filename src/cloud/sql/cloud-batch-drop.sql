-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_batch WHERE stream = ?1 AND last <= ?2
