-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT 1 FROM sync_quarantine WHERE tbl = ?1 AND key = ?2 AND n_ops = 0 AND scope = ?3;
