-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_run (start, end, reason, sent, received, bytes_up, bytes_down, raw_bytes, conflicts, error)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);
