/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-critical-path.h"
#include "trace/flow-trace-lanes.h"
#include "trace/flow-trace-outline.h"
#include "trace/flow-trace-queries.h"

G_BEGIN_DECLS

/**
 * FlowLoadedTrace:
 * @info: what its row of the list says
 * @trace: (nullable): with everything; %NULL when it is so large that its outline alone is held
 * @outline: what is drawn of it
 * @path: its critical path
 * @lanes: its lanes
 *
 * A trace, ready to be shown.
 */
typedef struct
{
  FlowTraceInfo *info;
  FlowTrace *trace;
  FlowTraceOutline *outline;
  FlowCriticalPath *path;
  FlowTraceLanes *lanes;
} FlowLoadedTrace;

void flow_trace_loader_load_async (FlowTraceQueries *queries, const guint8 trace_id[16], GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
FlowLoadedTrace *flow_trace_loader_load_finish (FlowTraceQueries *queries, GAsyncResult *result, GError **error);
void flow_trace_loader_load_span_async (FlowTraceQueries *queries, const guint8 trace_id[16], guint64 span_id,
                                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
FlowTrace *flow_trace_loader_load_span_finish (FlowTraceQueries *queries, GAsyncResult *result, GError **error);
void flow_loaded_trace_free (FlowLoadedTrace *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowLoadedTrace, flow_loaded_trace_free)

G_END_DECLS
