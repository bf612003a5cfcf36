-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, scope, device, epoch, seq, dropped, latest, chain FROM sync_stream
WHERE user = ?1 AND (?2 IS NULL OR scope = ?2)
ORDER BY scope, device, epoch
