-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT device.id, sync_ack.stream, sync_ack.seq
FROM device
JOIN sync_epoch ON sync_epoch.device = device.number AND sync_epoch.scope = ?2
LEFT JOIN sync_ack ON sync_ack.device = device.number
  AND sync_ack.stream IN (SELECT number FROM sync_stream WHERE user = ?1 AND scope = ?2)
WHERE device.user = ?1 AND device.state = 0
ORDER BY device.number
