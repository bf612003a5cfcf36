-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT vector FROM sync_context WHERE id = ?1;
