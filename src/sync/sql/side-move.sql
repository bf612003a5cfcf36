-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE OR IGNORE sync_conflict_side SET stream = ?3, seq = ?4 WHERE stream = ?1 AND seq = ?2;
