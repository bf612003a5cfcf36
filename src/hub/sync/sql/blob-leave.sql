-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR IGNORE INTO trace_blob_gone (blob) SELECT value FROM trace_meta WHERE key LIKE 'blob-under-way %';
