-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM message_seen WHERE time <= (SELECT time FROM message_seen ORDER BY time DESC LIMIT 1 OFFSET ?1);
