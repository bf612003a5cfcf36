-- SPDX-License-Identifier: GPL-3.0-or-later
CREATE TABLE first (id INTEGER PRIMARY KEY, text TEXT, more TEXT);
