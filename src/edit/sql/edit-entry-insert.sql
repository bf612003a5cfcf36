-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO edit_entry (number, revision, time, side, author, what, inserted, deleted, client, op_id, operation)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);
