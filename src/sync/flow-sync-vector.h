/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"
#include "sync/flow-sync-dot.h"

G_BEGIN_DECLS

/**
 * FlowSyncVector:
 *
 * What is known of a scope: for each device and epoch the highest seq up to which there is no gap. Two of them say what
 * one side lacks without any clock. Belongs to whoever made it.
 */
typedef struct _FlowSyncVector FlowSyncVector;

FlowSyncVector *flow_sync_vector_new (void);
FlowSyncVector *flow_sync_vector_copy (const FlowSyncVector *self);
void flow_sync_vector_free (FlowSyncVector *self);

guint64 flow_sync_vector_get (const FlowSyncVector *self, const guint8 *device, guint64 epoch);
void flow_sync_vector_set (FlowSyncVector *self, const guint8 *device, guint64 epoch, guint64 seq);
void flow_sync_vector_raise (FlowSyncVector *self, const guint8 *device, guint64 epoch, guint64 seq);
void flow_sync_vector_merge (FlowSyncVector *self, const FlowSyncVector *other);
gboolean flow_sync_vector_has (const FlowSyncVector *self, const FlowSyncDot *dot);
gboolean flow_sync_vector_covers (const FlowSyncVector *self, const FlowSyncVector *other);
gboolean flow_sync_vector_equal (const FlowSyncVector *self, const FlowSyncVector *other);
guint flow_sync_vector_get_size (const FlowSyncVector *self);
const FlowSyncDot *flow_sync_vector_get_entry (const FlowSyncVector *self, guint index);
void flow_sync_vector_write_json (const FlowSyncVector *self, FlowJsonWriter *json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncVector, flow_sync_vector_free)

G_END_DECLS
