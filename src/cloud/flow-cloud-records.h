/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-storage.h"

G_BEGIN_DECLS

/**
 * FlowCloudUsage:
 * @batches: sealed batches kept
 * @bytes: bytes of them
 * @blobs: blobs kept
 * @blob_bytes: bytes of them
 * @conflicts: records of conflicts kept
 *
 * What a user has.
 */
typedef struct
{
  gint64 batches;
  gint64 bytes;
  gint64 blobs;
  gint64 blob_bytes;
  gint64 conflicts;
} FlowCloudUsage;

/**
 * FlowCloudRecords:
 * @get_usage: count what a user has
 * @remove_user: delete everything of a user, before the user itself is deleted
 *
 * What the storage keeps for devices. All return %FALSE with @error only when the storage fails.
 */
struct _FlowCloudRecords
{
  gboolean (*get_usage) (FlowCloudData *data, gint64 user, FlowCloudUsage *usage, GError **error);
  gboolean (*remove_user) (FlowCloudData *data, gint64 user, GError **error);
};

G_END_DECLS
