-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE sync_usage SET batches = 0, bytes = 0, blobs = 0, blob_bytes = 0, conflicts = 0 WHERE user = ?1
