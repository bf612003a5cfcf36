-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_quarantine (scope, device, epoch, seq, n_ops, tbl, key, code, message, time, body)
VALUES (?6, x'', 0, 0, 0, ?1, ?2, ?3, ?4, ?5, x'')
ON CONFLICT (tbl, key) WHERE n_ops = 0 DO UPDATE SET scope = excluded.scope, code = excluded.code,
                                                     message = excluded.message, time = excluded.time;
