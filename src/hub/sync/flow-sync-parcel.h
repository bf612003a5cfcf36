/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "secret/flow-secret-keys.h"
#include "sync/flow-sync-ops.h"

G_BEGIN_DECLS

/**
 * FlowSyncParcel:
 * @number: in which place the cloud accepted it
 * @batch: as it came, sealed
 * @ops: (nullable): what is in it
 * @error: (nullable): why it could not be opened
 * @unknown_key: it is sealed with a data key that is not in our keys
 *
 * A batch of another device.
 */
typedef struct
{
  guint64 number;
  GBytes *batch;
  FlowSyncOps *ops;
  GError *error;
  gboolean unknown_key;
} FlowSyncParcel;

/**
 * FlowSyncSealing:
 * @now_ms: what time it is, for the day of the key
 * @compress_from: bytes of operations from which on they are compressed
 * @level: how hard
 *
 * How batches are sealed.
 */
typedef struct
{
  gint64 now_ms;
  gsize compress_from;
  int level;
} FlowSyncSealing;

void flow_sync_parcel_free (gpointer parcel);
void flow_sync_parcels_seal_async (GPtrArray *ops, FlowSecretKeys *keys, const FlowSyncSealing *sealing,
                                   GAsyncReadyCallback callback, gpointer data);
GBytes *flow_sync_parcels_seal_finish (GAsyncResult *result, GError **error);

FlowSyncOps *flow_sync_parcel_open (GBytes *batch, FlowSecretKeys *keys, gboolean *unknown_key, GError **error);
GPtrArray *flow_sync_parcels_split (GBytes *frames, GError **error);
void flow_sync_parcels_open_async (GPtrArray *parcels, FlowSecretKeys *keys, GAsyncReadyCallback callback,
                                   gpointer data);
GPtrArray *flow_sync_parcels_open_finish (GAsyncResult *result, GError **error);

G_END_DECLS
