/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-list-ask.h"

/* What a question takes to a reader's thread. */
typedef struct
{
  FlowTraceKeyScan *scan;
  FlowTraceFilterCopy *filter;
  FlowCommit *commit;
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  g_clear_pointer (&self->scan, flow_trace_key_scan_free);
  g_clear_pointer (&self->filter, flow_trace_filter_copy_unref);
  g_clear_pointer (&self->commit, flow_commit_unref);
  g_free (self);
}

static gpointer
read_piece (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  Question *question = data;

  if (!flow_trace_key_scan_next (question->scan, reader, error))
    return NULL;
  return g_steal_pointer (&question->scan);
}

static gpointer
read_all (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  Question *question = data;

  while (!question->scan->done)
    if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
        !flow_trace_key_scan_next (question->scan, reader, error))
      return NULL;
  return g_steal_pointer (&question->scan);
}

static gpointer
read_changes (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  Question *question = data;

  return flow_trace_reader_changes (reader, question->filter, question->commit->traces, question->commit->n_traces,
                                    error);
}

/**
 * flow_trace_list_ask_piece:
 * @queries: the readers
 * @scan: (transfer full): a scan that is not done
 * @cancellable: to give up
 * @callback: gets the scan back, as #FlowTraceKeyScan
 * @data: for @callback
 *
 * Ask for the next piece of a scan.
 */
void
flow_trace_list_ask_piece (FlowTraceQueries *queries, FlowTraceKeyScan *scan, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data)
{
  Question *question = g_new0 (Question, 1);

  question->scan = scan;
  flow_trace_queries_run_async (queries, read_piece, question, question_free, (GDestroyNotify) flow_trace_key_scan_free,
                                cancellable, callback, data);
}

/**
 * flow_trace_list_ask_all:
 * @queries: the readers
 * @scan: (transfer full): a short scan, such as of what a few commits have brought
 * @cancellable: to give up
 * @callback: gets the scan back, done, as #FlowTraceKeyScan
 * @data: for @callback
 *
 * Ask for all pieces of a scan at once.
 */
void
flow_trace_list_ask_all (FlowTraceQueries *queries, FlowTraceKeyScan *scan, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data)
{
  Question *question = g_new0 (Question, 1);

  question->scan = scan;
  flow_trace_queries_run_async (queries, read_all, question, question_free, (GDestroyNotify) flow_trace_key_scan_free,
                                cancellable, callback, data);
}

/**
 * flow_trace_list_ask_changes:
 * @queries: the readers
 * @filter: what is looked for
 * @commit: names traces
 * @cancellable: to give up
 * @callback: gets a #GArray of #FlowTraceChange
 * @data: for @callback
 *
 * Ask what became of traces.
 */
void
flow_trace_list_ask_changes (FlowTraceQueries *queries, FlowTraceFilterCopy *filter, FlowCommit *commit,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  Question *question = g_new0 (Question, 1);

  question->filter = flow_trace_filter_copy_ref (filter);
  question->commit = flow_commit_ref (commit);
  flow_trace_queries_run_async (queries, read_changes, question, question_free, (GDestroyNotify) g_array_unref,
                                cancellable, callback, data);
}
