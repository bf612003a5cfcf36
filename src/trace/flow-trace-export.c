/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-reader-private.h"
#include "trace/flow-trace-store-private.h"

/* Rows of a batch that is made for export: as many as an exporter sends at once. */
#define BATCH_ROWS 512

/* A batch in the making: strings move from segments into its own dictionary. */
typedef struct
{
  FlowSpanBatch *batch;
  GArray *rows;
  GArray *resources;     /* FlowBatchResource */
  GHashTable *by_header; /* header id -> index + 1 */
  GHashTable *maps;      /* FlowDictionary of a segment -> FlowRemap */
} Making;

static void
remap_free (gpointer data)
{
  flow_remap_clear (data);
  g_free (data);
}

static void
making_init (Making *self, FlowSignal signal)
{
  static const guint sizes[] = { sizeof (FlowSpan), sizeof (FlowLog), sizeof (FlowPoint) };

  self->batch = g_new0 (FlowSpanBatch, 1);
  g_atomic_ref_count_init (&self->batch->references);
  self->batch->signal = signal;
  self->batch->strings = flow_dictionary_new ();
  self->rows = g_array_new (FALSE, TRUE, sizes[signal]);
  self->resources = g_array_new (FALSE, TRUE, sizeof (FlowBatchResource));
  self->by_header = g_hash_table_new (NULL, NULL);
  self->maps = g_hash_table_new_full (NULL, NULL, NULL, remap_free);
}

static FlowSpanBatch *
making_finish (Making *self)
{
  FlowSpanBatch *batch = g_steal_pointer (&self->batch);

  batch->n_rows = self->rows->len;
  batch->n_resources = self->resources->len;
  batch->spans = (FlowSpan *) g_array_free (self->rows, FALSE);
  batch->resources = (FlowBatchResource *) g_array_free (self->resources, FALSE);
  g_hash_table_unref (self->by_header);
  g_hash_table_unref (self->maps);
  return batch;
}

static guint32
add_string (Making *self, FlowString string)
{
  return flow_dictionary_intern (self->batch->strings, string.data, string.length);
}

static guint32
add_resource (Making *self, FlowString header, FlowString service)
{
  guint32 id = add_string (self, header);
  guint known = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_header, GUINT_TO_POINTER (id)));
  FlowBatchResource resource = { id, add_string (self, service) };

  if (known != 0)
    return known - 1;
  g_array_append_val (self->resources, resource);
  g_hash_table_insert (self->by_header, GUINT_TO_POINTER (id), GUINT_TO_POINTER (self->resources->len));
  return self->resources->len - 1;
}

static guint32
add_extra (Making *self, const FlowDictionary *strings, const guint8 *extra, gsize length, guint32 *offset)
{
  gsize before = self->batch->extra.length;
  FlowRemap *map = g_hash_table_lookup (self->maps, strings);

  if (map == NULL)
    {
      map = g_new0 (FlowRemap, 1);
      flow_remap_init (map, strings, self->batch->strings);
      g_hash_table_insert (self->maps, (gpointer) strings, map);
    }
  flow_extra_remap (&self->batch->extra, extra, length, map);
  *offset = (guint32) before;
  return (guint32) (self->batch->extra.length - before);
}

static void
add_trace_span (Making *self, const guint8 trace_id[16], const FlowTraceSpan *span)
{
  FlowSpan row = {
    .span_id = span->span_id,
    .parent_id = span->parent_id,
    .start_ns = span->start_ns,
    .end_ns = span->start_ns + (guint64) span->duration_ns,
    .name = add_string (self, span->name),
    .file = add_string (self, span->file),
    .line = span->line,
    .resource = add_resource (self, span->resource, span->service),
    .scope = add_string (self, span->scope),
    .kind = span->kind,
    .status = span->status,
    .flags = span->flags,
  };

  memcpy (row.trace_id, trace_id, 16);
  row.extra_length = add_extra (self, span->strings, span->extra, span->extra_length, &row.extra);
  g_array_append_val (self->rows, row);
}

static void
add_trace_log (Making *self, const FlowTraceLog *log)
{
  FlowLog row = {
    .span_id = log->span_id,
    .time_ns = log->time_ns,
    .body = add_string (self, log->body),
    .file = add_string (self, log->file),
    .line = log->line,
    .resource = add_resource (self, log->resource, log->service),
    .scope = add_string (self, log->scope),
    .severity = log->severity,
    .flags = log->flags,
  };

  memcpy (row.trace_id, log->trace_id, 16);
  row.extra_length = add_extra (self, log->strings, log->extra, log->extra_length, &row.extra);
  g_array_append_val (self->rows, row);
}

/**
 * flow_trace_to_batch:
 * @signal: %FLOW_SIGNAL_TRACES or %FLOW_SIGNAL_LOGS
 *
 * The spans or the logs of a trace as one batch, for export.
 *
 * Returns: (transfer full)
 */
FlowSpanBatch *
flow_trace_to_batch (const FlowTrace *trace, FlowSignal signal)
{
  Making making;

  making_init (&making, signal);
  for (gsize i = 0; signal == FLOW_SIGNAL_TRACES && i < trace->n_spans; i++)
    add_trace_span (&making, trace->info->trace_id, &trace->spans[i]);
  for (gsize i = 0; signal == FLOW_SIGNAL_LOGS && i < trace->n_logs; i++)
    add_trace_log (&making, &trace->logs[i]);
  return making_finish (&making);
}

static void
add_segment_point (Making *self, FlowTraceReader *reader, const FlowSegment *segment, gsize row)
{
  gsize length;
  const guint8 *extra = flow_segment_extra (segment, row, &length);
  FlowPoint point = {
    .time_ns = flow_segment_get (segment, FLOW_COLUMN_START, row),
    .resource = add_resource (self, flow_segment_string (segment, FLOW_COLUMN_RESOURCE, row),
                              flow_trace_reader_row_service (reader, segment, row)),
    .scope = add_string (self, flow_segment_string (segment, FLOW_COLUMN_SCOPE, row)),
    .name = add_string (self, flow_segment_string (segment, FLOW_COLUMN_NAME, row)),
    .metric = add_string (self, flow_segment_string (segment, FLOW_COLUMN_FILE, row)),
    .attributes = add_string (self, flow_segment_string (segment, FLOW_COLUMN_LINE, row)),
    .extra = (guint32) self->batch->extra.length,
    .extra_length = (guint32) length,
    .kind = (guint8) flow_segment_get (segment, FLOW_COLUMN_STATUS, row),
  };

  flow_buffer_put (&self->batch->extra, extra, length);
  g_array_append_val (self->rows, point);
}

static void
add_segment_row (Making *self, FlowTraceReader *reader, const FlowSegment *segment, gsize row,
                 const guint8 trace_id[16])
{
  FlowTraceSpan span;
  FlowTraceLog log;

  switch (segment->signal)
    {
    case FLOW_SIGNAL_TRACES:
      flow_trace_reader_get_span (reader, segment, row, &span);
      add_trace_span (self, trace_id, &span);
      break;
    case FLOW_SIGNAL_LOGS:
      flow_trace_reader_get_log (reader, segment, row, trace_id, &log);
      add_trace_log (self, &log);
      break;
    case FLOW_SIGNAL_METRICS:
    case FLOW_N_SIGNALS:
    default:
      add_segment_point (self, reader, segment, row);
      break;
    }
}

static gboolean
read_trace_id (sqlite3_stmt *stmt, guint64 trace, guint8 trace_id[16], GError **error)
{
  gboolean row = FALSE;

  memset (trace_id, 0, 16);
  sqlite3_reset (stmt);
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) trace);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row && sqlite3_column_bytes (stmt, 0) == 16)
    memcpy (trace_id, sqlite3_column_blob (stmt, 0), 16);
  sqlite3_reset (stmt);
  return TRUE;
}

/* An export under way. Between its pages small segments may be joined with later ones, so the rows of those that are
 * done are remembered until a segment comes that will never be joined. */
typedef struct
{
  FlowTraceReader *reader;
  FlowSignal signal;
  guint64 from;     /* the first ordinal that is not done */
  GHashTable *done; /* hash of a row -> how many of them */
  FlowExportVisitor visit;
  gpointer data;
} Exporting;

static guint64
hash_string (FlowString string, guint64 seed)
{
  return XXH3_64bits_withSeed (string.data, string.length, seed);
}

/* Rows in another segment have other ids of strings, but the same strings. */
static gpointer
hash_row (const FlowSegment *segment, gsize row)
{
  guint64 values[] = {
    flow_segment_get (segment, FLOW_COLUMN_TRACE, row),   flow_segment_get (segment, FLOW_COLUMN_SPAN_ID, row),
    flow_segment_get (segment, FLOW_COLUMN_START, row),   flow_segment_duration (segment, row),
    flow_segment_get (segment, FLOW_COLUMN_STATUS, row),  flow_segment_get (segment, FLOW_COLUMN_KIND, row),
    flow_segment_get (segment, FLOW_COLUMN_SERVICE, row),
  };
  guint64 hash = hash_string (flow_segment_string (segment, FLOW_COLUMN_NAME, row),
                              XXH3_64bits (values, sizeof values));
  FlowString extra;

  if (segment->signal == FLOW_SIGNAL_METRICS)
    {
      extra.data = (const char *) flow_segment_extra (segment, row, &extra.length);
      hash = hash_string (flow_segment_string (segment, FLOW_COLUMN_LINE, row), hash_string (extra, hash));
    }
  return (gpointer) (gsize) hash;
}

static guint
count_of (Exporting *self, gpointer hash)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->done, hash));
}

static gboolean
is_done (Exporting *self, const FlowSegment *segment, gsize row)
{
  gpointer hash = hash_row (segment, row);
  guint count = count_of (self, hash);

  if (count > 0)
    g_hash_table_insert (self->done, hash, GUINT_TO_POINTER (count - 1));
  return count > 0;
}

static void
remember (Exporting *self, const FlowSegment *segment)
{
  for (gsize row = 0; row < segment->rows; row++)
    {
      gpointer hash = hash_row (segment, row);

      g_hash_table_insert (self->done, hash, GUINT_TO_POINTER (count_of (self, hash) + 1));
    }
}

/* The next rows of a segment as a batch. */
static FlowSpanBatch *
make_batch (Exporting *self, FlowSegment *segment, sqlite3_stmt *ids, gboolean straddles, gsize *row, GError **error)
{
  guint8 trace_id[16] = { 0 };
  guint64 trace = 0;
  gboolean ok = TRUE;
  Making making;
  FlowSpanBatch *batch;

  making_init (&making, segment->signal);
  for (; *row < segment->rows && making.rows->len < BATCH_ROWS && ok; (*row)++)
    {
      guint64 next = flow_segment_get (segment, FLOW_COLUMN_TRACE, *row);

      if (straddles && is_done (self, segment, *row))
        continue;
      if (next != trace)
        ok = read_trace_id (ids, trace = next, trace_id, error);
      add_segment_row (&making, self->reader, segment, *row, trace_id);
    }
  batch = making_finish (&making);
  if (ok)
    return batch;
  flow_span_batch_unref (batch);
  return NULL;
}

static gboolean
export_segment (Exporting *self, const FlowSegmentEntry *entry, GError **error)
{
  sqlite3 *db = self->reader->db;
  g_autoptr (FlowSegment) segment = flow_segment_new (entry);
  g_autoptr (sqlite3_stmt) ids = NULL;
  gsize row = 0;

  if (!flow_sql_prepare (db, "trace-id", &ids, error) ||
      !flow_segment_need_columns (segment, db, FLOW_COLUMNS_ALL, error) || !flow_segment_need_text (segment, db, error))
    return FALSE;
  while (row < segment->rows)
    {
      g_autoptr (FlowSpanBatch) batch = make_batch (self, segment, ids, entry->id < self->from, &row, error);

      if (batch == NULL || (batch->n_rows > 0 && !self->visit (batch, self->data, error)))
        return FALSE;
    }
  if (!entry->sealed || entry->rows < FLOW_SEGMENT_SMALL)
    remember (self, segment);
  else
    g_hash_table_remove_all (self->done);
  self->from = MAX (entry->last, entry->id + 1);
  return TRUE;
}

/* The segment that holds the first row that is not done, or the one after it. */
static GArray *
find_next (Exporting *self, GError **error)
{
  g_autoptr (GArray) at = flow_segment_entries (self->reader->db, "segment-at", self->signal, (gint64) self->from,
                                                error);

  if (at == NULL || (at->len > 0 && g_array_index (at, FlowSegmentEntry, 0).last > self->from))
    return g_steal_pointer (&at);
  return flow_segment_entries (self->reader->db, "segment-next", self->signal, (gint64) self->from, error);
}

/* One page: a transaction of its own, so that it never holds a writer's checkpoint up for long. */
static gboolean
export_next (Exporting *self, gboolean *more, GError **error)
{
  g_autoptr (GArray) entries = find_next (self, error);

  *more = entries != NULL && entries->len > 0;
  if (!*more)
    return entries != NULL;
  return export_segment (self, &g_array_index (entries, FlowSegmentEntry, 0), error);
}

/**
 * flow_trace_reader_export:
 *
 * Give all stored rows of a signal to @visit, each once, oldest first, as batches of at most 512 rows. What comes in
 * meanwhile may be among them.
 *
 * Returns: %FALSE with @error, also when @visit returned %FALSE
 */
gboolean
flow_trace_reader_export (FlowTraceReader *self, FlowSignal signal, FlowExportVisitor visit, gpointer data,
                          GError **error)
{
  g_autoptr (GHashTable) done = g_hash_table_new (NULL, NULL);
  Exporting exporting = { self, signal, 0, done, visit, data };
  gboolean more = TRUE, ok = TRUE;

  while (ok && more)
    {
      if (!flow_trace_reader_begin (self, error))
        return FALSE;
      ok = export_next (&exporting, &more, error);
      flow_trace_reader_end (self);
    }
  return ok;
}
