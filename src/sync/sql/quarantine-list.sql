-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, scope, device, epoch, seq, n_ops, tbl, key, code, message, time, body
FROM sync_quarantine
ORDER BY number;
