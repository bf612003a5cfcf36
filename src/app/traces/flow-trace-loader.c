/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-loader"

#include "app/traces/flow-trace-loader.h"

/**
 * flow_loaded_trace_new:
 * @trace: a trace
 *
 * Work out what is drawn of a trace. Not on the main thread.
 *
 * Returns: (transfer full): all of it
 */
FlowLoadedTrace *
flow_loaded_trace_new (FlowTrace *trace)
{
  FlowLoadedTrace *self = g_new0 (FlowLoadedTrace, 1);

  self->trace = flow_trace_ref (trace);
  self->outline = flow_trace_outline_new (trace);
  self->path = flow_critical_path_new (self->outline);
  flow_critical_path_mark (self->path, self->outline);
  self->lanes = flow_trace_lanes_new (self->outline);
  return self;
}

void
flow_loaded_trace_free (FlowLoadedTrace *self)
{
  g_clear_pointer (&self->trace, flow_trace_unref);
  g_clear_pointer (&self->outline, flow_trace_outline_unref);
  g_clear_pointer (&self->path, flow_critical_path_unref);
  g_clear_pointer (&self->lanes, flow_trace_lanes_unref);
  g_free (self);
}

static gpointer
load_query (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (FlowTrace) trace = flow_trace_reader_load (reader, data, error);

  if (trace == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return flow_loaded_trace_new (trace);
}

/**
 * flow_trace_loader_load_async:
 * @queries: the readers
 * @trace_id: (array fixed-size=16): the trace's id
 * @cancellable: (nullable): stops it
 * @callback: called when it is done
 * @user_data: for @callback
 *
 * Load a trace and work out what is drawn of it, away from the main thread.
 */
void
flow_trace_loader_load_async (FlowTraceQueries *queries, const guint8 trace_id[16], GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  flow_trace_queries_run_async (queries, load_query, g_memdup2 (trace_id, 16), g_free,
                                (GDestroyNotify) flow_loaded_trace_free, cancellable, callback, user_data);
}

/**
 * flow_trace_loader_load_finish:
 * @queries: the readers
 * @result: what the callback got
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the trace, or %NULL with %FLOW_ERROR_NOT_FOUND when it is there no more
 */
FlowLoadedTrace *
flow_trace_loader_load_finish (FlowTraceQueries *queries, GAsyncResult *result, GError **error)
{
  return flow_trace_queries_run_finish (queries, result, error);
}
