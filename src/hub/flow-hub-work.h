/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-hub.h"
#include "trace/flow-import.h"
#include "trace/flow-otlp-file.h"

G_BEGIN_DECLS

/**
 * FlowHubProgressFunc:
 * @done: how much is done
 * @total: of how much, 0 when that is not known
 * @data: the caller's
 *
 * Hears how far long work is, on the thread that began it, at most 20 times a second. Bytes for an import, traces for
 * an export of some, 0 of 0 for what can't be measured.
 */
typedef void (*FlowHubProgressFunc) (guint64 done, guint64 total, gpointer data);

void flow_hub_erase_trace_async (FlowHub *self, const guint8 trace_id[16], GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data);
void flow_hub_erase_all_async (FlowHub *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean flow_hub_erase_finish (FlowHub *self, GAsyncResult *result, GError **error);

void flow_hub_import_async (FlowHub *self, GFile *file, FlowHubProgressFunc progress, gpointer progress_data,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean flow_hub_import_finish (FlowHub *self, GAsyncResult *result, FlowImportCounts *counts, GError **error);

void flow_hub_export_async (FlowHub *self, GPtrArray *trace_ids, GFile *file, FlowOtlpFileFormat format, gboolean gzip,
                            FlowHubProgressFunc progress, gpointer progress_data, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
gboolean flow_hub_export_finish (FlowHub *self, GAsyncResult *result, guint64 *rows, GError **error);

void flow_hub_vacuum_async (FlowHub *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean flow_hub_vacuum_finish (FlowHub *self, GAsyncResult *result, GError **error);

G_END_DECLS
