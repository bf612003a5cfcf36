-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_quarantine
WHERE number IN (SELECT number FROM sync_quarantine ORDER BY number DESC LIMIT -1 OFFSET ?1);
