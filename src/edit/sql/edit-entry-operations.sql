-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, revision, what, author, client, op_id, operation FROM edit_entry WHERE number > ?1 AND number <= ?2
ORDER BY number;
