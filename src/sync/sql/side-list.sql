-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT stream, seq, hlc, value FROM sync_conflict_side WHERE conflict = ?1 ORDER BY hlc, stream, seq;
