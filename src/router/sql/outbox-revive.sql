-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO outbox (number, source, id, target, type, priority, stored, expires, size, channel, seq, attempts, payload)
SELECT ?2, source, id, target, type, priority, ?3, ?4, size, '', 0, 0, payload
FROM dead_letter
WHERE number = ?1;
