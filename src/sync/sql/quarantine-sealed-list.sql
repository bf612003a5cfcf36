-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, seq, n_ops FROM sync_quarantine
WHERE scope = ?1 AND device = ?2 AND epoch = ?3 AND seq BETWEEN ?4 AND ?5 AND code = 'sealed' AND n_ops > 0
ORDER BY seq, number;
