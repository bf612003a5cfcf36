-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT id, scope, device, epoch, seq, hlc, chain, context FROM sync_stream ORDER BY id;
