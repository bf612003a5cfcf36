-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_quarantine (scope, device, epoch, seq, n_ops, tbl, key, code, message, time, body)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);
