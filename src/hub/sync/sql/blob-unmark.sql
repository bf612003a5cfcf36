-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM trace_meta WHERE key = 'blob-under-way ' || ?1;
