/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-loader"

#include "app/traces/flow-trace-loader.h"

#include <string.h>

#include "hub/flow-process.h"
#include "trace/flow-trace-part.h"

/* A span with its attributes takes some hundred bytes, in the outline fifty. */
#define LARGE_ROWS 200000

void
flow_loaded_trace_free (FlowLoadedTrace *self)
{
  g_clear_pointer (&self->info, flow_trace_info_unref);
  g_clear_pointer (&self->trace, flow_trace_unref);
  g_clear_pointer (&self->outline, flow_trace_outline_unref);
  g_clear_pointer (&self->path, flow_critical_path_unref);
  g_clear_pointer (&self->lanes, flow_trace_lanes_unref);
  g_free (self);
}

static FlowTraceOutline *
load_outline (FlowTraceReader *reader, const guint8 trace_id[16], FlowLoadedTrace *self, GCancellable *cancellable,
              GError **error)
{
  self->info = flow_trace_reader_load_info (reader, trace_id, error);
  if (self->info == NULL)
    return NULL;
  if ((guint64) self->info->spans + self->info->logs > LARGE_ROWS)
    return flow_trace_reader_load_outline (reader, trace_id, cancellable, error);
  self->trace = flow_trace_reader_load (reader, trace_id, error);
  if (self->trace == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return flow_trace_outline_new (self->trace);
}

static gpointer
load_query (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (FlowLoadedTrace) self = g_new0 (FlowLoadedTrace, 1);

  self->outline = load_outline (reader, data, self, cancellable, error);
  if (self->outline == NULL)
    return NULL;
  self->path = flow_critical_path_new (self->outline);
  flow_critical_path_mark (self->path, self->outline);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  self->lanes = flow_trace_lanes_new (self->outline);
  if (self->trace == NULL)
    flow_process_trim_memory ();
  return g_steal_pointer (&self);
}

typedef struct
{
  guint8 trace_id[16];
  guint64 span_id;
} Wanted;

static gpointer
load_span_query (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  const Wanted *wanted = data;

  return flow_trace_reader_load_span (reader, wanted->trace_id, wanted->span_id, cancellable, error);
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

/**
 * flow_trace_loader_load_span_async:
 * @queries: the readers
 * @trace_id: (array fixed-size=16): the trace's id
 * @span_id: one of its spans, its 8 bytes in memory order; 0: none
 * @cancellable: (nullable): stops it
 * @callback: called when it is done
 * @user_data: for @callback
 *
 * Load one span of a large trace.
 */
void
flow_trace_loader_load_span_async (FlowTraceQueries *queries, const guint8 trace_id[16], guint64 span_id,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Wanted *wanted = g_new0 (Wanted, 1);

  memcpy (wanted->trace_id, trace_id, 16);
  wanted->span_id = span_id;
  flow_trace_queries_run_async (queries, load_span_query, wanted, g_free, (GDestroyNotify) flow_trace_unref,
                                cancellable, callback, user_data);
}

/**
 * flow_trace_loader_load_span_finish:
 * @queries: the readers
 * @result: what the callback got
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a trace with that span and its logs alone, or %NULL with @error
 */
FlowTrace *
flow_trace_loader_load_span_finish (FlowTraceQueries *queries, GAsyncResult *result, GError **error)
{
  return flow_trace_queries_run_finish (queries, result, error);
}
