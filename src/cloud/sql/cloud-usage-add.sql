-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_usage (user, batches, bytes, blobs, blob_bytes, conflicts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (user) DO UPDATE SET batches = batches + excluded.batches, bytes = bytes + excluded.bytes,
  blobs = blobs + excluded.blobs, blob_bytes = blob_bytes + excluded.blob_bytes,
  conflicts = conflicts + excluded.conflicts
