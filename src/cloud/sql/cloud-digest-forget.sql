-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_digest WHERE device = ?1
