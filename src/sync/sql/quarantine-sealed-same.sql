-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT 1 FROM sync_quarantine
WHERE scope = ?1 AND device = ?2 AND epoch = ?3 AND seq = ?4 AND code = 'sealed' AND n_ops > 0 AND body = ?5;
