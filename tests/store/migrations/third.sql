-- SPDX-License-Identifier: GPL-3.0-or-later
CREATE TABLE third (id INTEGER PRIMARY KEY);
INSERT INTO third SELECT id FROM first;
