-- SPDX-License-Identifier: GPL-3.0-or-later
-- A device in another life of its database may have less than it acknowledged.
DELETE FROM sync_ack
WHERE device = ?1
  AND stream IN (SELECT number FROM sync_stream
                 WHERE scope = ?2 AND user = (SELECT user FROM device WHERE number = ?1))
