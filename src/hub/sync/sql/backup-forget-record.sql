-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM record WHERE tbl = ?1 AND key = ?2;
