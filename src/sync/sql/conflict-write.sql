-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR REPLACE INTO sync_conflict (id, tbl, key, field, item, scope, kind, state, title, opened, decided, decider,
                                      base, chosen)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14);
