-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, name, checksum, applied_at FROM migration ORDER BY number;
