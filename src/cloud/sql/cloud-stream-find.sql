-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, scope, device, epoch, seq, dropped, latest, chain FROM sync_stream
WHERE user = ?1 AND scope = ?2 AND device = ?3 AND epoch = ?4
