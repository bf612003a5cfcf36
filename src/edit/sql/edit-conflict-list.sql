-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT start, length, mine_by, theirs_by, base, mine, theirs FROM edit_conflict WHERE number BETWEEN ?1 AND ?2
ORDER BY number;
