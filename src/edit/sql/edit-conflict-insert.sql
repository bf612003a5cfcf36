-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO edit_conflict (number, revision, start, length, mine_by, theirs_by, base, mine, theirs)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);
