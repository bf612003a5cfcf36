-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_quarantine WHERE number = ?1;
