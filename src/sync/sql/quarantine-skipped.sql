-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT 1 FROM sync_quarantine WHERE scope = ?1 AND n_ops > 0 LIMIT 1;
