-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT id FROM sync_context WHERE vector = ?1;
