/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "store/flow-statement.h"
#include "trace/flow-span-order.h"
#include "trace/flow-trace-reader-private.h"
#include "trace/flow-trace-store-private.h"

/** flow_segment_string: a column of dictionary ids. */
FlowString
flow_segment_string (const FlowSegment *segment, FlowColumnId column, gsize row)
{
  FlowString string;

  string.data = flow_dictionary_get (segment->strings, (guint32) flow_segment_get (segment, column, row),
                                     &string.length);
  return string;
}

/** flow_trace_reader_row_service: valid as long as the reader's `service_names` are the same. */
FlowString
flow_trace_reader_row_service (FlowTraceReader *self, const FlowSegment *segment, gsize row)
{
  const char *name = flow_trace_reader_service (self, (guint32) flow_segment_get (segment, FLOW_COLUMN_SERVICE, row));

  return (FlowString) { name, strlen (name) };
}

/**
 * flow_trace_reader_get_span:
 *
 * A row of a segment of spans, which needs all columns and the text. Strings are the segment's and the reader's.
 */
void
flow_trace_reader_get_span (FlowTraceReader *self, const FlowSegment *segment, gsize row, FlowTraceSpan *span)
{
  *span = (FlowTraceSpan) {
    .span_id = flow_segment_get (segment, FLOW_COLUMN_SPAN_ID, row),
    .parent_id = flow_segment_parent (segment, row),
    .start_ns = flow_segment_get (segment, FLOW_COLUMN_START, row),
    .duration_ns = (gint64) flow_segment_duration (segment, row),
    .name = flow_segment_string (segment, FLOW_COLUMN_NAME, row),
    .service = flow_trace_reader_row_service (self, segment, row),
    .file = flow_segment_string (segment, FLOW_COLUMN_FILE, row),
    .line = (guint32) flow_segment_get (segment, FLOW_COLUMN_LINE, row),
    .kind = (guint8) flow_segment_get (segment, FLOW_COLUMN_KIND, row),
    .status = (guint8) flow_segment_get (segment, FLOW_COLUMN_STATUS, row),
    .flags = (guint8) flow_segment_get (segment, FLOW_COLUMN_FLAGS, row),
    .resource = flow_segment_string (segment, FLOW_COLUMN_RESOURCE, row),
    .scope = flow_segment_string (segment, FLOW_COLUMN_SCOPE, row),
    .strings = segment->strings,
  };
  span->extra = flow_segment_extra (segment, row, &span->extra_length);
}

/** flow_trace_reader_get_log: the same for a log record of the trace @trace_id (all zero: none). */
void
flow_trace_reader_get_log (FlowTraceReader *self, const FlowSegment *segment, gsize row, const guint8 trace_id[16],
                           FlowTraceLog *log)
{
  *log = (FlowTraceLog) {
    .span_id = flow_segment_get (segment, FLOW_COLUMN_SPAN_ID, row),
    .time_ns = flow_segment_get (segment, FLOW_COLUMN_START, row),
    .body = flow_segment_string (segment, FLOW_COLUMN_NAME, row),
    .service = flow_trace_reader_row_service (self, segment, row),
    .file = flow_segment_string (segment, FLOW_COLUMN_FILE, row),
    .line = (guint32) flow_segment_get (segment, FLOW_COLUMN_LINE, row),
    .severity = (guint8) flow_segment_get (segment, FLOW_COLUMN_STATUS, row),
    .flags = (guint8) flow_segment_get (segment, FLOW_COLUMN_FLAGS, row),
    .resource = flow_segment_string (segment, FLOW_COLUMN_RESOURCE, row),
    .scope = flow_segment_string (segment, FLOW_COLUMN_SCOPE, row),
    .strings = segment->strings,
  };
  memcpy (log->trace_id, trace_id, 16);
  log->extra = flow_segment_extra (segment, row, &log->extra_length);
}

static void
add_row (FlowTraceReader *self, FlowTrace *trace, const FlowSegment *segment, gsize row, GArray *rows)
{
  FlowTraceSpan span;
  FlowTraceLog log;

  if (segment->signal == FLOW_SIGNAL_TRACES)
    {
      flow_trace_reader_get_span (self, segment, row, &span);
      g_array_append_val (rows, span);
    }
  else
    {
      flow_trace_reader_get_log (self, segment, row, trace->info->trace_id, &log);
      g_array_append_val (rows, log);
    }
}

static int
compare_logs (gconstpointer a, gconstpointer b)
{
  const FlowTraceLog *left = a, *right = b;

  return left->time_ns < right->time_ns ? -1 : left->time_ns > right->time_ns;
}

/* The rows of one signal in one segment. The segment stays alive with the trace. */
static gboolean
load_segment (FlowTraceReader *self, FlowTrace *trace, const FlowSegmentEntry *entry, GArray *rows, GError **error)
{
  FlowSegment *segment = flow_trace_reader_segment (self, entry);
  gboolean ok = flow_segment_need_columns (segment, self->db, FLOW_COLUMNS_ALL, error) &&
                flow_segment_need_text (segment, self->db, error);
  gsize first, end;

  if (ok)
    {
      flow_segment_find_trace (segment, trace->info->number, &first, &end);
      for (gsize row = first; row < end; row++)
        {
          if (flow_segment_get (segment, FLOW_COLUMN_TRACE, row) == trace->info->number)
            add_row (self, trace, segment, row, rows);
        }
      g_ptr_array_add (trace->segments, flow_segment_ref (segment));
    }
  flow_trace_reader_settle (self, segment);
  return ok;
}

static gboolean
load_signal (FlowTraceReader *self, FlowTrace *trace, FlowSignal signal, sqlite3_stmt *parts, GArray *rows,
             GError **error)
{
  int column = signal == FLOW_SIGNAL_TRACES ? 9 : 10;
  g_autoptr (GArray) entries = flow_trace_part_segments (self->segment_at, signal, sqlite3_column_blob (parts, column),
                                                         (gsize) sqlite3_column_bytes (parts, column), error);

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    if (!load_segment (self, trace, &g_array_index (entries, FlowSegmentEntry, i), rows, error))
      return FALSE;
  return entries != NULL;
}

static gboolean
load_rows (FlowTraceReader *self, FlowTrace *trace, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (FlowTraceSpan));
  g_autoptr (GArray) logs = g_array_new (FALSE, FALSE, sizeof (FlowTraceLog));
  gboolean row = FALSE;

  if (!flow_sql_prepare (self->db, "trace-read", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) trace->info->number);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row && (!load_signal (self, trace, FLOW_SIGNAL_TRACES, stmt, spans, error) ||
              !load_signal (self, trace, FLOW_SIGNAL_LOGS, stmt, logs, error)))
    return FALSE;
  flow_span_order ((FlowTraceSpan *) spans->data, spans->len);
  g_array_sort (logs, compare_logs);
  if (self->service_names != NULL)
    trace->service_names = g_ptr_array_ref (self->service_names);
  trace->n_spans = spans->len;
  trace->n_logs = logs->len;
  trace->spans = (FlowTraceSpan *) g_array_free (g_steal_pointer (&spans), FALSE);
  trace->logs = (FlowTraceLog *) g_array_free (g_steal_pointer (&logs), FALSE);
  return TRUE;
}

static FlowTrace *
load (FlowTraceReader *self, const guint8 trace_id[16], GError **error)
{
  g_autoptr (FlowTrace) trace = g_new0 (FlowTrace, 1);

  g_atomic_ref_count_init (&trace->references);
  trace->segments = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_segment_unref);
  trace->info = flow_trace_reader_find_info (self, trace_id, error);
  if (trace->info == NULL)
    return NULL;
  return load_rows (self, trace, error) ? g_steal_pointer (&trace) : NULL;
}

/**
 * flow_trace_reader_load:
 *
 * One trace with all its spans and logs.
 *
 * Returns: (transfer full) (nullable): %NULL with %FLOW_ERROR_NOT_FOUND when there is no such trace
 */
FlowTrace *
flow_trace_reader_load (FlowTraceReader *self, const guint8 trace_id[16], GError **error)
{
  gboolean nested = !sqlite3_get_autocommit (self->db);
  FlowTrace *trace;

  if (!flow_trace_reader_begin (self, error))
    return NULL;
  trace = load (self, trace_id, error);
  if (!nested)
    flow_trace_reader_end (self);
  return trace;
}

/**
 * flow_trace_ref:
 * @trace: a trace
 *
 * From any thread.
 *
 * Returns: (transfer full): @trace
 */
FlowTrace *
flow_trace_ref (FlowTrace *trace)
{
  g_atomic_ref_count_inc (&trace->references);
  return trace;
}

void
flow_trace_unref (FlowTrace *trace)
{
  if (!g_atomic_ref_count_dec (&trace->references))
    return;
  g_clear_pointer (&trace->info, flow_trace_info_unref);
  g_free (trace->spans);
  g_free (trace->logs);
  g_ptr_array_unref (trace->segments);
  g_clear_pointer (&trace->service_names, g_ptr_array_unref);
  g_free (trace);
}
