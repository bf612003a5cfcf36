-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT key, time_ms FROM record WHERE tbl = ?1;
