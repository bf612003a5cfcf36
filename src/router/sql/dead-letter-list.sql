-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, source, id, target, type, priority, stored, expires, size, reason, died
FROM dead_letter
ORDER BY died, number;
