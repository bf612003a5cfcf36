-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR REPLACE INTO trace_meta (key, value) VALUES ('vault', ?1), ('vault-state', ?2);
