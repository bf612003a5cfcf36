-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT value FROM router_meta WHERE key = ?1;
