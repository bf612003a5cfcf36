-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT s.number, s.id, s.user, s.device, s.generation, s.attempt, s.expires_ms, u.id, u.disabled, d.id, d.state
FROM session AS s JOIN user AS u ON u.number = s.user JOIN device AS d ON d.number = s.device
WHERE s.id = ?1;
