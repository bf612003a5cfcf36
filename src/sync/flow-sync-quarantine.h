/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"
#include "sync/flow-sync.h"

G_BEGIN_DECLS

/** FLOW_SYNC_QUARANTINE_MAX: so many are kept; beyond it the oldest are forgotten. */
#define FLOW_SYNC_QUARANTINE_MAX 1000

/**
 * FlowSyncOpenFunc:
 * @batch: a sealed batch
 * @data: the caller's
 * @error: return location
 *
 * Opens a batch that could not be opened before.
 *
 * Returns: (transfer full): its operations, %NULL with @error set
 */
typedef FlowSyncOps *(*FlowSyncOpenFunc) (GBytes *batch, gpointer data, GError **error);

gboolean flow_sync_quarantine_write (FlowSync *self, FlowJsonWriter *json, GError **error);
gboolean flow_sync_quarantine_retry (FlowSync *self, FlowSyncOpenFunc open, gpointer data, guint *taken,
                                     GError **error);
gboolean flow_sync_quarantine_drop (FlowSync *self, gint64 number, GError **error);

G_END_DECLS
