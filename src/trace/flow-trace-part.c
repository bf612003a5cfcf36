/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-part"

/* Parts of a trace that is too large to be held as a whole: its outline, or one of its spans. Segments are read one
 * after the other and not kept, so that a million spans do not drive everything else out of the cache. */

#include "trace/flow-trace-part.h"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-outline-builder.h"
#include "trace/flow-trace-reader-private.h"
#include "trace/flow-trace-store-private.h"

/* Of the row that trace-read.sql gives. */
#define SPAN_PARTS 9
#define LOG_PARTS 10

typedef struct _Walk Walk;

/* Sees a segment that may hold rows of the trace. */
typedef gboolean (*SegmentFunc) (Walk *walk, FlowSegment *segment, GError **error);

struct _Walk
{
  FlowTraceReader *reader;
  FlowTraceInfo *info;
  GCancellable *cancellable;
  SegmentFunc func;
  FlowOutlineBuilder *builder;
  guint source[FLOW_SIGNAL_LOGS + 1];
  guint64 span_id;
  FlowTrace *trace;
  GArray *spans;
  GArray *logs;
};

static gboolean
walk_entries (Walk *walk, GArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++)
    {
      g_autoptr (FlowSegment) segment = flow_segment_new (&g_array_index (entries, FlowSegmentEntry, i));

      if (g_cancellable_set_error_if_cancelled (walk->cancellable, error) || !walk->func (walk, segment, error))
        return FALSE;
    }
  return TRUE;
}

static GArray *
read_entries (FlowTraceReader *reader, FlowSignal signal, sqlite3_stmt *row, GError **error)
{
  int column = signal == FLOW_SIGNAL_TRACES ? SPAN_PARTS : LOG_PARTS;

  return flow_trace_part_segments (reader->segment_at, signal, sqlite3_column_blob (row, column),
                                   (gsize) sqlite3_column_bytes (row, column), error);
}

/* The row is let go of before its segments are read: that takes a while, and the row is not what is slow. */
static gboolean
find_entries (Walk *walk, GArray **spans, GArray **logs, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (walk->reader->db, "trace-read", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) walk->info->number);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  *spans = read_entries (walk->reader, FLOW_SIGNAL_TRACES, stmt, error);
  if (*spans != NULL)
    *logs = read_entries (walk->reader, FLOW_SIGNAL_LOGS, stmt, error);
  return *logs != NULL;
}

static gboolean
walk_segments (Walk *walk, GError **error)
{
  g_autoptr (GArray) spans = NULL;
  g_autoptr (GArray) logs = NULL;

  if (!find_entries (walk, &spans, &logs, error))
    return FALSE;
  return spans == NULL || (walk_entries (walk, spans, error) && walk_entries (walk, logs, error));
}

static gboolean
is_ours (const Walk *walk, const FlowSegment *segment, gsize row)
{
  return flow_segment_get (segment, FLOW_COLUMN_TRACE, row) == walk->info->number;
}

static gboolean
need_all (Walk *walk, FlowSegment *segment, GError **error)
{
  return flow_segment_need_columns (segment, walk->reader->db, FLOW_COLUMNS_ALL, error) &&
         flow_segment_need_text (segment, walk->reader->db, error);
}

static gboolean
outline_segment (Walk *walk, FlowSegment *segment, GError **error)
{
  gsize first, end;

  if (!need_all (walk, segment, error))
    return FALSE;
  flow_segment_find_trace (segment, walk->info->number, &first, &end);
  for (gsize row = first; row < end; row++)
    {
      FlowTraceSpan span;
      FlowTraceLog record;

      if (!is_ours (walk, segment, row))
        continue;
      if (segment->signal == FLOW_SIGNAL_TRACES)
        {
          flow_trace_reader_get_span (walk->reader, segment, row, &span);
          flow_outline_builder_add_span (walk->builder, &span, walk->source[segment->signal]++);
        }
      else
        {
          flow_trace_reader_get_log (walk->reader, segment, row, walk->info->trace_id, &record);
          flow_outline_builder_add_log (walk->builder, &record, walk->source[segment->signal]++);
        }
    }
  flow_outline_builder_forget_strings (walk->builder);
  return TRUE;
}

static void
take_row (Walk *walk, FlowSegment *segment, gsize row)
{
  FlowTraceSpan span;
  FlowTraceLog record;

  if (segment->signal == FLOW_SIGNAL_TRACES)
    {
      flow_trace_reader_get_span (walk->reader, segment, row, &span);
      g_array_append_val (walk->spans, span);
    }
  else
    {
      flow_trace_reader_get_log (walk->reader, segment, row, walk->info->trace_id, &record);
      g_array_append_val (walk->logs, record);
    }
}

/* Most segments do not have the span, which two columns say. */
static gboolean
span_segment (Walk *walk, FlowSegment *segment, GError **error)
{
  guint32 few = FLOW_COLUMN_BIT (FLOW_COLUMN_TRACE) | FLOW_COLUMN_BIT (FLOW_COLUMN_SPAN_ID);
  gboolean any = FALSE;
  gsize first, end;

  if (!flow_segment_need_columns (segment, walk->reader->db, few, error))
    return FALSE;
  flow_segment_find_trace (segment, walk->info->number, &first, &end);
  for (gsize row = first; row < end; row++)
    {
      if (flow_segment_get (segment, FLOW_COLUMN_SPAN_ID, row) != walk->span_id || !is_ours (walk, segment, row))
        continue;
      if (!any && !need_all (walk, segment, error))
        return FALSE;
      any = TRUE;
      take_row (walk, segment, row);
    }
  if (any)
    g_ptr_array_add (walk->trace->segments, flow_segment_ref (segment));
  return TRUE;
}

/**
 * flow_trace_reader_load_info:
 * @self: a reader
 * @trace_id: (array fixed-size=16): a trace
 * @error: return location
 *
 * Get a trace's row of the list, which says how large it is.
 *
 * Returns: (transfer full) (nullable): the row, or %NULL with %FLOW_ERROR_NOT_FOUND when there is no such trace
 */
FlowTraceInfo *
flow_trace_reader_load_info (FlowTraceReader *self, const guint8 trace_id[16], GError **error)
{
  gboolean nested = !sqlite3_get_autocommit (self->db);
  FlowTraceInfo *info;

  if (!flow_trace_reader_begin (self, error))
    return NULL;
  info = flow_trace_reader_find_info (self, trace_id, error);
  if (!nested)
    flow_trace_reader_end (self);
  return info;
}

static FlowTraceOutline *
load_outline (FlowTraceReader *self, const guint8 trace_id[16], GCancellable *cancellable, GError **error)
{
  g_autoptr (FlowTraceInfo) info = flow_trace_reader_find_info (self, trace_id, error);
  g_autoptr (FlowOutlineBuilder) builder = NULL;
  FlowTraceOutline *outline;
  Walk walk;

  if (info == NULL)
    return NULL;
  builder = flow_outline_builder_new (info->spans);
  walk = (Walk) {
    .reader = self, .info = info, .cancellable = cancellable, .func = outline_segment, .builder = builder
  };
  if (!walk_segments (&walk, error))
    return NULL;
  outline = flow_outline_builder_finish (builder, FALSE);
  memcpy (outline->trace_id, info->trace_id, 16);
  outline->number = info->number;
  return outline;
}

/* What was read stays mapped otherwise, and counts as this process's memory until something else needs the room. */
static void
let_go_of_pages (FlowTraceReader *self)
{
  sqlite3_int64 size = 0;

  sqlite3_db_release_memory (self->db);

  /* Answers with the size that it had. */
  if (sqlite3_file_control (self->db, "main", SQLITE_FCNTL_MMAP_SIZE, &size) == SQLITE_OK)
    sqlite3_file_control (self->db, "main", SQLITE_FCNTL_MMAP_SIZE, &size);
}

/**
 * flow_trace_reader_load_outline:
 * @self: a reader
 * @trace_id: (array fixed-size=16): a trace
 * @cancellable: (nullable): stops it
 * @error: return location
 *
 * Make the outline of a trace without having the trace; it has no sources.
 *
 * Returns: (transfer full) (nullable): the outline, or %NULL with %FLOW_ERROR_NOT_FOUND when there is no such trace
 */
FlowTraceOutline *
flow_trace_reader_load_outline (FlowTraceReader *self, const guint8 trace_id[16], GCancellable *cancellable,
                                GError **error)
{
  gboolean nested = !sqlite3_get_autocommit (self->db);
  FlowTraceOutline *outline;

  if (!flow_trace_reader_begin (self, error))
    return NULL;
  outline = load_outline (self, trace_id, cancellable, error);
  if (!nested)
    {
      flow_trace_reader_end (self);
      let_go_of_pages (self);
    }
  return outline;
}

static FlowTrace *
load_span (FlowTraceReader *self, const guint8 trace_id[16], guint64 span_id, GCancellable *cancellable, GError **error)
{
  g_autoptr (FlowTrace) trace = g_new0 (FlowTrace, 1);
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (FlowTraceSpan));
  g_autoptr (GArray) logs = g_array_new (FALSE, FALSE, sizeof (FlowTraceLog));
  Walk walk = { .reader = self,
                .cancellable = cancellable,
                .func = span_segment,
                .span_id = span_id,
                .trace = trace,
                .spans = spans,
                .logs = logs };

  g_atomic_ref_count_init (&trace->references);
  trace->segments = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_segment_unref);
  walk.info = trace->info = flow_trace_reader_find_info (self, trace_id, error);
  if (trace->info == NULL || (span_id != 0 && !walk_segments (&walk, error)))
    return NULL;
  if (self->service_names != NULL)
    trace->service_names = g_ptr_array_ref (self->service_names);
  trace->n_spans = spans->len;
  trace->n_logs = logs->len;
  trace->spans = (FlowTraceSpan *) g_array_free (g_steal_pointer (&spans), FALSE);
  trace->logs = (FlowTraceLog *) g_array_free (g_steal_pointer (&logs), FALSE);
  return g_steal_pointer (&trace);
}

/**
 * flow_trace_reader_load_span:
 * @self: a reader
 * @trace_id: (array fixed-size=16): a trace
 * @span_id: one of its spans, its 8 bytes in memory order; 0: none
 * @cancellable: (nullable): stops it
 * @error: return location
 *
 * Load what one span needs of its trace: the span and its logs.
 *
 * Returns: (transfer full) (nullable): a trace with these alone, or %NULL with %FLOW_ERROR_NOT_FOUND when there is no
 *   such trace
 */
FlowTrace *
flow_trace_reader_load_span (FlowTraceReader *self, const guint8 trace_id[16], guint64 span_id,
                             GCancellable *cancellable, GError **error)
{
  gboolean nested = !sqlite3_get_autocommit (self->db);
  FlowTrace *trace;

  if (!flow_trace_reader_begin (self, error))
    return NULL;
  trace = load_span (self, trace_id, span_id, cancellable, error);
  if (!nested)
    flow_trace_reader_end (self);
  return trace;
}
