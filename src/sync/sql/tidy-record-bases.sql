-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_base WHERE tbl = ?1 AND key = ?2;
