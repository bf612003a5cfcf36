-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE sync_quarantine SET seq = ?2, n_ops = ?3 WHERE number = ?1;
