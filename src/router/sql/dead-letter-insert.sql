-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO dead_letter (number, source, id, target, type, priority, stored, expires, size, reason, died, payload)
SELECT number, source, id, target, type, priority, stored, expires, size, ?2, ?3, payload
FROM outbox
WHERE number = ?1;
