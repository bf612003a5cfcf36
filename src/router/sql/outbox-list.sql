-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, source, id, target, type, priority, stored, expires, size, channel, seq, attempts
FROM outbox
ORDER BY number;
