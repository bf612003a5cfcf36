-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM value WHERE tbl = ?1 AND key = ?2;
