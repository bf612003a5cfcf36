/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-ops.h"
#include "sync/flow-sync-welcome.h"

G_BEGIN_DECLS

/**
 * SimBatch:
 * @header: what everybody may read of it
 * @number: its acceptance number
 * @ops: (nullable): what is in it, unless it is sealed
 * @sealed: (nullable): as it is on the wire
 * @dropped: only a snapshot has it
 *
 * A batch that a cloud has accepted; it is there as long as the cloud is, so that what became of it can be checked.
 */
typedef struct
{
  FlowSyncBatchHeader header;
  guint64 number;
  FlowSyncOps *ops;
  GBytes *sealed;
  gboolean dropped;
} SimBatch;

/**
 * SimVerdict:
 * @SIM_ACCEPTED: taken, or taken before
 * @SIM_CLOCK: its clock is ahead
 * @SIM_GAP: something before it is missing, or it is known in part
 * @SIM_FORBIDDEN: the device was removed
 *
 * What a cloud says to a batch.
 */
typedef enum
{
  SIM_ACCEPTED,
  SIM_CLOCK,
  SIM_GAP,
  SIM_FORBIDDEN,
} SimVerdict;

/**
 * SimCloud:
 *
 * The rules of the cloud without its storage and its network: it counts, keeps and gives batches, and can read none.
 */
typedef struct _SimCloud SimCloud;

SimCloud *sim_cloud_new (void);
void sim_cloud_free (SimCloud *self);
void sim_cloud_set_time (SimCloud *self, gint64 now_ms);
void sim_cloud_sign_in (SimCloud *self, const guint8 *device);
void sim_cloud_remove (SimCloud *self, const guint8 *device);
gboolean sim_cloud_is_removed (SimCloud *self, const guint8 *device);
void sim_cloud_disconnect (SimCloud *self, const guint8 *device, guint instance);
FlowSyncWelcome *sim_cloud_hello (SimCloud *self, const char *json, guint instance);
SimVerdict sim_cloud_upload (SimCloud *self, FlowSyncOps *ops, GBytes *sealed, GPtrArray *accepted, guint64 *seq);
gboolean sim_cloud_download (SimCloud *self, const char *scope, const FlowSyncVector *vector, guint max,
                             GPtrArray *batches, gboolean *more);
void sim_cloud_ack (SimCloud *self, const guint8 *device, const char *scope, const FlowSyncVector *vector);
gboolean sim_cloud_take_snapshot (SimCloud *self, const char *scope, const FlowSyncVector *vector, GPtrArray *pages);
GPtrArray *sim_cloud_get_snapshot (SimCloud *self, const char *scope);
void sim_cloud_put_blob (SimCloud *self, const char *id, GBytes *blob);
GBytes *sim_cloud_get_blob (SimCloud *self, const char *id);
FlowSyncVector *sim_cloud_get_vector (SimCloud *self, const char *scope);
GPtrArray *sim_cloud_get_archive (SimCloud *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimCloud, sim_cloud_free)

G_END_DECLS
