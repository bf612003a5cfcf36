-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR REPLACE INTO message_seen (source, id, time, handled)
SELECT source, id, ?2, ?3
FROM outbox
WHERE number = ?1;
