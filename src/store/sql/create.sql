-- SPDX-License-Identifier: GPL-3.0-or-later
PRAGMA page_size = 16384;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA application_id = 0x464C4F57;
PRAGMA journal_mode = WAL;
