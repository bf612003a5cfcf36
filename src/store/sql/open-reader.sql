-- SPDX-License-Identifier: GPL-3.0-or-later
PRAGMA query_only = ON;
PRAGMA mmap_size = 2147418112;
PRAGMA cache_size = -8192;
PRAGMA temp_store = MEMORY;
