-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE sync_op SET stream = ?3, seq = ?4 WHERE stream = ?1 AND seq = ?2;
