-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE sync_op SET hlc = ?3, body = ?4, chain = ?5 WHERE stream = ?1 AND seq = ?2;
