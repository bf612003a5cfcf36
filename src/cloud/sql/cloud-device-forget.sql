-- SPDX-License-Identifier: GPL-3.0-or-later
-- Removed devices are remembered, so that they do not come back, but not without end: with one more (?1), the account's
-- oldest of them go.
DELETE FROM device WHERE state = ?2 AND number <> ?1 AND user = (SELECT user FROM device WHERE number = ?1)
  AND number NOT IN (SELECT number FROM device WHERE state = ?2
                       AND user = (SELECT user FROM device WHERE number = ?1)
                     ORDER BY seen_ms DESC, number DESC LIMIT 1024);
