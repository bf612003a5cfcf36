-- SPDX-License-Identifier: GPL-3.0-or-later
-- What waits for a person is never pushed out by what the rules decided.
SELECT id FROM sync_conflict WHERE ?1 OR state = 'open' ORDER BY state <> 'open', opened DESC, id LIMIT 1000;
