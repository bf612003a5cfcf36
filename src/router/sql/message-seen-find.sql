-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT 1 FROM message_seen WHERE source = ?1 AND id = ?2;
