-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR IGNORE INTO trace_meta (key, value) VALUES ('blob-under-way ' || ?1, ?1);
