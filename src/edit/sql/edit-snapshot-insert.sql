-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR REPLACE INTO edit_snapshot (number, revision, text) VALUES (?1, ?2, ?3);
