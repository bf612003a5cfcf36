-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, revision, time, author, side, what, inserted, deleted, operation FROM edit_entry
WHERE number BETWEEN ?1 AND ?2 ORDER BY number DESC LIMIT ?3;
