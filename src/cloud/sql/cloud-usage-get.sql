-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT batches, bytes, blobs, blob_bytes, conflicts FROM sync_usage WHERE user = ?1
