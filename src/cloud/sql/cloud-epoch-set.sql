-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_epoch (device, scope, epoch) VALUES (?1, ?2, ?3)
ON CONFLICT (device, scope) DO UPDATE SET epoch = excluded.epoch
