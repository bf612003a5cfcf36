/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-ops.h"

G_BEGIN_DECLS

/**
 * FlowSyncOpsBuilder:
 * @scope: their scope
 * @first: the dot of the first one
 * @context: what the device of the first one knew
 * @chain: the chain behind the last one
 * @hlc: the latest clock
 * @n_ops: how many
 * @bytes: each as varint of its size and its bytes
 *
 * Operations that are put together.
 */
typedef struct
{
  char scope[FLOW_SYNC_SCOPE_MAX + 1];
  FlowSyncDot first;
  FlowSyncVector *context;
  guint8 chain[FLOW_SYNC_CHAIN_SIZE];
  guint64 hlc;
  guint n_ops;
  GByteArray *bytes;
} FlowSyncOpsBuilder;

void flow_sync_ops_builder_init (FlowSyncOpsBuilder *self, const char *scope, const FlowSyncDot *first,
                                 FlowSyncVector *context);
void flow_sync_ops_builder_clear (FlowSyncOpsBuilder *self);
void flow_sync_ops_builder_add (FlowSyncOpsBuilder *self, gconstpointer op, gsize size, const guint8 *chain);
FlowSyncOps *flow_sync_ops_builder_end (FlowSyncOpsBuilder *self);

FlowSyncOps *flow_sync_ops_parse (const FlowSyncBatchHeader *header, GBytes *payload, GError **error);
GBytes *flow_sync_ops_get_payload (const FlowSyncOps *self);
const FlowSyncVector *flow_sync_ops_get_context (const FlowSyncOps *self);
const guint8 *flow_sync_ops_get_op (const FlowSyncOps *self, guint index, gsize *size);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowSyncOpsBuilder, flow_sync_ops_builder_clear)

G_END_DECLS
