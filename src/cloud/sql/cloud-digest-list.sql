-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT device.id, sync_digest.scope, sync_digest.vector, sync_digest.body, sync_digest.repair
FROM sync_digest JOIN device ON device.number = sync_digest.device
WHERE device.user = ?1 AND (?2 IS NULL OR sync_digest.scope = ?2) AND (?3 IS NULL OR device.id = ?3)
  AND (?3 IS NOT NULL OR device.state = 0)
ORDER BY device.number, sync_digest.scope
