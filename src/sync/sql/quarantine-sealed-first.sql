-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT device, epoch, min (seq) FROM sync_quarantine
WHERE scope = ?1 AND code = 'sealed' AND n_ops > 0
GROUP BY device, epoch;
