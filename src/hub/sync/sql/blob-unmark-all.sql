-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM trace_meta WHERE key LIKE 'blob-under-way %';
