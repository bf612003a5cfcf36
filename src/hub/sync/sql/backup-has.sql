-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT 1 FROM record WHERE tbl = ?1 AND key = ?2;
