-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, name FROM trace WHERE number > ?1 ORDER BY number LIMIT 4096;
