-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR REPLACE INTO trace_meta (key, value) VALUES ('hash-key', ?1);
