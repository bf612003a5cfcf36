-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT handled FROM message_seen WHERE source = ?1 AND id = ?2;
