-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT count (*), ifnull (sum (length (body)), 0) FROM sync_op WHERE stream = ?1 AND seq > ?2;
