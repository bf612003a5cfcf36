-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_usage (user, number, batches, bytes) VALUES (?1, 1, 1, ?2)
ON CONFLICT (user) DO UPDATE SET number = number + 1, batches = batches + 1, bytes = bytes + excluded.bytes
RETURNING number
