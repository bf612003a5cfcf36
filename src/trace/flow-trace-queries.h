/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

#define FLOW_TYPE_TRACE_QUERIES (flow_trace_queries_get_type ())
G_DECLARE_FINAL_TYPE (FlowTraceQueries, flow_trace_queries, FLOW, TRACE_QUERIES, GObject)

/**
 * FlowTraceQueryFunc:
 * @reader: a reader of this thread
 * @data: what was given with the query
 * @cancellable: (nullable): asked for between two steps; SQLite asks by itself
 * @error: return location
 *
 * Answers a query on a reader's thread. One that may take more than a moment returns what it has and is asked again
 * for the rest, so that shorter ones come between.
 *
 * Returns: (transfer full): the answer, or %NULL with @error
 */
typedef gpointer (*FlowTraceQueryFunc) (FlowTraceReader *reader, gpointer data, GCancellable *cancellable,
                                        GError **error);

FlowTraceQueries *flow_trace_queries_new (const char *database);
void flow_trace_queries_run_async (FlowTraceQueries *self, FlowTraceQueryFunc func, gpointer data,
                                   GDestroyNotify destroy, GDestroyNotify free_answer, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
gpointer flow_trace_queries_run_finish (FlowTraceQueries *self, GAsyncResult *result, GError **error);

G_END_DECLS
