-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR IGNORE INTO router_meta (key, value) VALUES ('epoch', ?1);
