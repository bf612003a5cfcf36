-- SPDX-License-Identifier: GPL-3.0-or-later
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 0;
PRAGMA journal_size_limit = 8388608;
PRAGMA cache_size = -32768;
PRAGMA temp_store = MEMORY;
PRAGMA secure_delete = OFF;
PRAGMA foreign_keys = OFF;
