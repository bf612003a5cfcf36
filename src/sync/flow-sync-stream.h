/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-batch-header.h"

G_BEGIN_DECLS

/**
 * FlowSyncContext:
 * @id: sync_context.id, 0: not written down so far
 * @n: how many entries
 * @entries: by stream
 *
 * What a device knew of the others when it made an operation; that it knew its own ones before goes without saying.
 * Immutable and reference counted; the same context is one object.
 */
typedef struct
{
  gint64 stream;
  guint64 seq;
} FlowSyncContextEntry;

typedef struct
{
  gint64 id;
  grefcount references;
  guint n;
  FlowSyncContextEntry entries[];
} FlowSyncContext;

/**
 * FlowSyncStream:
 * @id: sync_stream.id
 * @scope: of which scope
 * @dot: whose it is, and up to which seq all are known
 * @hlc: the clock there
 * @chain: the hash chain there
 * @context: (nullable): what its device knew there; %NULL when it has no operation
 * @changed: it is not written down as it is
 *
 * The operations of one device, epoch and scope. Lives as long as the engine.
 */
typedef struct
{
  gint64 id;
  char scope[FLOW_SYNC_SCOPE_MAX + 1];
  FlowSyncDot dot;
  guint64 hlc;
  guint8 chain[FLOW_SYNC_CHAIN_SIZE];
  FlowSyncContext *context;
  gboolean changed;
} FlowSyncStream;

FlowSyncContext *flow_sync_context_new (const FlowSyncContextEntry *entries, guint n);
FlowSyncContext *flow_sync_context_ref (FlowSyncContext *self);
void flow_sync_context_unref (FlowSyncContext *self);
guint64 flow_sync_context_get (const FlowSyncContext *self, gint64 stream);
FlowSyncContext *flow_sync_context_raise (const FlowSyncContext *self, const FlowSyncContextEntry *entries, guint n);
GBytes *flow_sync_context_encode (const FlowSyncContext *self);
FlowSyncContext *flow_sync_context_decode (gconstpointer data, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncContext, flow_sync_context_unref)

G_END_DECLS
