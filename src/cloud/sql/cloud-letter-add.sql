-- SPDX-License-Identifier: GPL-3.0-or-later
-- A number is never given twice, also when no letter is left, or when the database is that of a backup.
INSERT INTO letter (number, device, sender, kind, body, time_ms)
VALUES (max (?5 * 1000, (SELECT coalesce (max (number), 0) + 1 FROM letter)), ?1, ?2, ?3, ?4, ?5)
