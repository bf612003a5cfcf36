-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_digest WHERE device IN (SELECT number FROM device WHERE user = ?1)
