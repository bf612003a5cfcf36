-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM letter WHERE device = ?1
  AND number NOT IN (SELECT number FROM letter WHERE device = ?1 ORDER BY number DESC LIMIT 32)
