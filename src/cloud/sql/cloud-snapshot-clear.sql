-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_snapshot WHERE user = ?1
