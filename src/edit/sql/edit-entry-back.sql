-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT revision FROM edit_entry WHERE number BETWEEN ?1 AND ?2 ORDER BY number DESC LIMIT 1 OFFSET ?3;
