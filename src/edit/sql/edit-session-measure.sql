-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT (SELECT COALESCE(SUM(?4 + LENGTH(operation)), 0) FROM edit_entry WHERE number BETWEEN ?1 AND ?2) +
  (SELECT COALESCE(SUM(LENGTH(text)), 0) FROM edit_snapshot WHERE number BETWEEN ?1 AND ?3);
