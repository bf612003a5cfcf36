/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

#include "sync/flow-sync-batch-header.h"
#include "sync/flow-sync-vector.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_OPS (flow_sync_ops_get_type ())

/**
 * FlowSyncOps:
 *
 * Operations of one device, epoch and scope in the order in which they were made, without a gap: what a batch holds
 * when it is open. Transactions are whole. Immutable and reference counted, for any thread.
 */
typedef struct _FlowSyncOps FlowSyncOps;

GType flow_sync_ops_get_type (void) G_GNUC_CONST;
FlowSyncOps *flow_sync_ops_ref (FlowSyncOps *self);
void flow_sync_ops_unref (FlowSyncOps *self);

const char *flow_sync_ops_get_scope (const FlowSyncOps *self);
const FlowSyncDot *flow_sync_ops_get_first (const FlowSyncOps *self);
guint flow_sync_ops_get_n (const FlowSyncOps *self);
guint64 flow_sync_ops_get_last (const FlowSyncOps *self);
guint64 flow_sync_ops_get_hlc (const FlowSyncOps *self);
const guint8 *flow_sync_ops_get_chain (const FlowSyncOps *self);
gsize flow_sync_ops_get_size (const FlowSyncOps *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncOps, flow_sync_ops_unref)

G_END_DECLS
