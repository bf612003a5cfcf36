-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE session SET generation = ?2, attempt = ?3, expires_ms = ?4 WHERE number = ?1;
