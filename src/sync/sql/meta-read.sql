-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT value FROM sync_meta WHERE name = ?1;
