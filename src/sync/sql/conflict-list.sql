-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT id FROM sync_conflict WHERE ?1 OR state = 'open' ORDER BY opened DESC, id LIMIT 1000;
