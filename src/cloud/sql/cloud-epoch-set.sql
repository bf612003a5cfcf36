-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_epoch (device, scope, epoch)
SELECT ?1, ?2, ?3 WHERE (SELECT count (*) FROM sync_epoch WHERE device = ?1 AND scope <> ?2) < ?4
ON CONFLICT (device, scope) DO UPDATE SET epoch = excluded.epoch
