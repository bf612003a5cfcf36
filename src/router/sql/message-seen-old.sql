-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM message_seen WHERE time < ?1;
