/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-file-metrics.h"

#include <string.h>

#include "store/flow-statement.h"
#include "trace/flow-extra-lookup.h"
#include "trace/flow-file-pieces.h"
#include "trace/flow-trace-match.h"

/* The newest spans that count, with about 3 MB to remember them. */
#define MAX_SAMPLES 131072
/* Rows that may be read for them: a file that ran rarely is not looked for for ever. */
#define MAX_ROWS (4 * 1024 * 1024)
#define MAX_LINES 4096
#define MAX_FUNCTION 1024

/* Where the newest span of a line stands. */
typedef struct
{
  guint64 segment;
  guint32 revision;
  guint32 rows;
  guint32 sealed;
  guint32 row;
} FlowFilePlace;

/* A line while it is added up. */
typedef struct
{
  FlowLineMetrics metrics;    /* first: what is compared */
  const FlowFilePiece *piece; /* of the newest span */
  guint32 row;
  gsize first; /* where its durations begin */
  gsize filled;
} LineSum;

FlowFileMetrics *
flow_file_metrics_ref (FlowFileMetrics *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
flow_file_metrics_unref (FlowFileMetrics *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->file);
  g_array_unref (self->lines);
  g_ptr_array_unref (self->pieces);
  g_array_unref (self->newest);
  g_free (self);
}

static void
line_clear (gpointer data)
{
  g_clear_pointer (&((FlowLineMetrics *) data)->function, g_free);
}

static FlowFileMetrics *
metrics_new (const char *file)
{
  FlowFileMetrics *self = g_new0 (FlowFileMetrics, 1);

  g_atomic_ref_count_init (&self->references);
  self->file = g_strdup (file);
  self->lines = g_array_new (FALSE, FALSE, sizeof (FlowLineMetrics));
  g_array_set_clear_func (self->lines, line_clear);
  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_file_piece_unref);
  self->newest = g_array_new (FALSE, FALSE, sizeof (FlowFilePlace));
  return self;
}

/**
 * flow_file_metrics_get_bytes:
 * @self: figures
 *
 * Tell what they take in memory, for bounds.
 *
 * Returns: bytes
 */
gsize
flow_file_metrics_get_bytes (const FlowFileMetrics *self)
{
  gsize bytes = sizeof *self + self->lines->len * (sizeof (FlowLineMetrics) + sizeof (FlowFilePlace));

  for (guint i = 0; i < self->pieces->len; i++)
    {
      const FlowFilePiece *piece = g_ptr_array_index (self->pieces, i);

      bytes += sizeof *piece + (piece->samples != NULL ? piece->samples->len * sizeof (FlowFileSample) : 0);
    }
  return bytes;
}

/* Segments from the newest on, until there are enough; what is known of one is not read again. */
static gboolean
collect (FlowFileMetrics *self, FlowFileScan *scan, const FlowFileMetrics *before, GCancellable *cancellable,
         GError **error)
{
  GArray *directory = flow_trace_reader_directory (scan->reader, FLOW_SIGNAL_TRACES, error);
  gsize samples = 0, rows = 0;
  guint known = 0;

  for (guint i = directory != NULL ? directory->len : 0; i > 0 && samples < MAX_SAMPLES && rows < MAX_ROWS; i--)
    {
      const FlowSegmentEntry *entry = &g_array_index (directory, FlowSegmentEntry, i - 1);
      FlowFilePiece *piece = NULL;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      while (before != NULL && known < before->pieces->len &&
             ((FlowFilePiece *) g_ptr_array_index (before->pieces, known))->id > entry->id)
        known++;
      if (before != NULL && known < before->pieces->len &&
          flow_file_piece_is_of (g_ptr_array_index (before->pieces, known), entry))
        piece = flow_file_piece_ref (g_ptr_array_index (before->pieces, known));
      else
        piece = flow_file_scan_read (scan, entry, error);
      if (piece == NULL)
        return FALSE;
      g_ptr_array_add (self->pieces, piece);
      samples += piece->samples != NULL ? piece->samples->len : 0;
      rows += piece->read;
    }
  return directory != NULL;
}

static LineSum *
find_sum (GArray *sums, GHashTable *index, guint32 line)
{
  gpointer at = g_hash_table_lookup (index, GUINT_TO_POINTER (line));
  LineSum fresh = { .metrics = { .line = line, .start_ns = G_MININT64 } };

  if (at != NULL)
    return &g_array_index (sums, LineSum, GPOINTER_TO_UINT (at) - 1);
  g_array_append_val (sums, fresh);
  g_hash_table_insert (index, GUINT_TO_POINTER (line), GUINT_TO_POINTER (sums->len));
  return &g_array_index (sums, LineSum, sums->len - 1);
}

static void
count_sample (FlowFileMetrics *self, LineSum *sum, const FlowFilePiece *piece, const FlowFileSample *sample)
{
  sum->metrics.count++;
  sum->metrics.errors += sample->error;
  if (sample->start_ns > sum->metrics.start_ns)
    {
      sum->metrics.start_ns = sample->start_ns;
      sum->piece = piece;
      sum->row = sample->row;
    }
  if (self->total++ == 0 || sample->start_ns < self->since_ns)
    self->since_ns = sample->start_ns;
}

static void
swap (gint64 *values, gsize a, gsize b)
{
  gint64 value = values[a];

  values[a] = values[b];
  values[b] = value;
}

/* Quickselect: what would stand at @wanted if [@low, @high] were sorted; smaller ones stand before it afterwards. */
static gint64
select_nth (gint64 *values, gsize low, gsize high, gsize wanted)
{
  while (low < high)
    {
      gint64 pivot;
      gsize left = low, right = high;

      swap (values, low, low + (high - low) / 2);
      pivot = values[low];
      while (TRUE)
        {
          while (values[left] < pivot)
            left++;
          while (values[right] > pivot)
            right--;
          if (left >= right)
            break;
          swap (values, left++, right--);
        }
      if (wanted <= right)
        high = right;
      else
        low = right + 1;
    }
  return values[wanted];
}

static void
rank (LineSum *sum, gint64 *durations)
{
  gsize count = sum->filled, half = (count * 50 + 99) / 100 - 1, most = (count * 95 + 99) / 100 - 1;

  sum->metrics.p50_ns = select_nth (durations + sum->first, 0, count - 1, half);
  sum->metrics.p95_ns = select_nth (durations + sum->first, half, count - 1, most);
}

typedef void (*SampleFunc) (FlowFileMetrics *self, LineSum *sum, const FlowFilePiece *piece,
                            const FlowFileSample *sample, gint64 *durations);

static void
count_cb (FlowFileMetrics *self, LineSum *sum, const FlowFilePiece *piece, const FlowFileSample *sample,
          gint64 *durations)
{
  count_sample (self, sum, piece, sample);
}

static void
fill_cb (FlowFileMetrics *self, LineSum *sum, const FlowFilePiece *piece, const FlowFileSample *sample,
         gint64 *durations)
{
  durations[sum->first + sum->filled++] = sample->duration_ns;
}

static void
each_sample (FlowFileMetrics *self, GArray *sums, GHashTable *index, gint64 *durations, SampleFunc func)
{
  for (guint i = 0; i < self->pieces->len; i++)
    {
      const FlowFilePiece *piece = g_ptr_array_index (self->pieces, i);

      for (guint j = 0; piece->samples != NULL && j < piece->samples->len; j++)
        {
          const FlowFileSample *sample = &g_array_index (piece->samples, FlowFileSample, j);

          func (self, find_sum (sums, index, sample->line), piece, sample, durations);
        }
    }
}

static int
compare_counts (gconstpointer a, gconstpointer b)
{
  const FlowLineMetrics *left = a, *right = b;

  return left->count != right->count ? (left->count < right->count ? 1 : -1)
                                     : (left->line > right->line) - (left->line < right->line);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  const FlowLineMetrics *left = a, *right = b;

  return (left->line > right->line) - (left->line < right->line);
}

/* Returns: (transfer full) (element-type LineSum): by line; of too many, those where most happened */
static GArray *
add_up (FlowFileMetrics *self)
{
  g_autoptr (GArray) sums = g_array_new (FALSE, FALSE, sizeof (LineSum));
  g_autoptr (GHashTable) index = g_hash_table_new (NULL, NULL);
  g_autofree gint64 *durations = NULL;
  gsize first = 0;

  each_sample (self, sums, index, NULL, count_cb);
  for (guint i = 0; i < sums->len; i++)
    {
      g_array_index (sums, LineSum, i).first = first;
      first += g_array_index (sums, LineSum, i).metrics.count;
    }
  durations = g_new (gint64, first + 1);
  each_sample (self, sums, index, durations, fill_cb);
  for (guint i = 0; i < sums->len; i++)
    rank (&g_array_index (sums, LineSum, i), durations);
  if (sums->len > MAX_LINES)
    {
      g_array_sort (sums, compare_counts);
      g_array_set_size (sums, MAX_LINES);
    }
  g_array_sort (sums, compare_lines);
  return g_steal_pointer (&sums);
}

static gboolean
read_trace_id (sqlite3_stmt *stmt, guint64 number, guint8 trace_id[16], GError **error)
{
  gboolean row = FALSE;

  sqlite3_reset (stmt);
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) number);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row && sqlite3_column_bytes (stmt, FLOW_TRACE_ROW_ID) == 16)
    memcpy (trace_id, sqlite3_column_blob (stmt, FLOW_TRACE_ROW_ID), 16);
  return TRUE;
}

static gboolean
read_span (FlowTraceReader *reader, FlowSegment *segment, guint32 row, sqlite3_stmt *stmt, FlowLineMetrics *line,
           GError **error)
{
  g_autofree char *function = NULL;
  FlowExtra extra;

  if (!flow_segment_need_columns (segment, reader->db,
                                  FLOW_COLUMN_BIT (FLOW_COLUMN_SPAN_ID) | FLOW_COLUMN_BIT (FLOW_COLUMN_TRACE), error) ||
      !flow_segment_need_text (segment, reader->db, error) ||
      !read_trace_id (stmt, flow_segment_get (segment, FLOW_COLUMN_TRACE, row), line->trace_id, error))
    return FALSE;
  line->span_id = flow_segment_get (segment, FLOW_COLUMN_SPAN_ID, row);
  extra.strings = segment->strings;
  extra.bytes = flow_segment_extra (segment, row, &extra.length);
  function = flow_extra_find_function (&extra);
  if (*function != '\0')
    line->function = g_utf8_make_valid (function, (gssize) strnlen (function, MAX_FUNCTION));
  return TRUE;
}

/* What @before knows of the newest span, when it is the same one. */
static gboolean
take_known (const FlowFileMetrics *before, const FlowFilePlace *place, FlowLineMetrics *line)
{
  guint at;
  const FlowLineMetrics *known;

  if (before == NULL || !g_array_binary_search (before->lines, line, compare_lines, &at))
    return FALSE;
  known = &g_array_index (before->lines, FlowLineMetrics, at);
  if (memcmp (place, &g_array_index (before->newest, FlowFilePlace, at), sizeof *place) != 0)
    return FALSE;
  line->function = g_strdup (known->function);
  memcpy (line->trace_id, known->trace_id, sizeof line->trace_id);
  line->span_id = known->span_id;
  return TRUE;
}

static gboolean
read_newest (FlowTraceReader *reader, const LineSum *sum, sqlite3_stmt *stmt, FlowLineMetrics *line, GError **error)
{
  const FlowSegmentEntry entry = {
    .signal = FLOW_SIGNAL_TRACES,
    .id = sum->piece->id,
    .revision = sum->piece->revision,
    .rows = sum->piece->rows,
    .sealed = sum->piece->sealed,
  };
  FlowSegment *segment = flow_trace_reader_segment (reader, &entry);
  gboolean ok = read_span (reader, segment, sum->row, stmt, line, error);

  flow_trace_reader_settle (reader, segment);
  return ok;
}

static gboolean
finish (FlowFileMetrics *self, FlowTraceReader *reader, const FlowFileMetrics *before, GError **error)
{
  g_autoptr (GArray) sums = add_up (self);
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (reader->db, "trace-one", &stmt, error))
    return FALSE;
  for (guint i = 0; i < sums->len; i++)
    {
      const LineSum *sum = &g_array_index (sums, LineSum, i);
      FlowFilePlace place = { sum->piece->id, sum->piece->revision, sum->piece->rows, sum->piece->sealed, sum->row };
      FlowLineMetrics line = sum->metrics;
      gboolean ok = take_known (before, &place, &line) || read_newest (reader, sum, stmt, &line, error);

      g_array_append_val (self->lines, line);
      g_array_append_val (self->newest, place);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_trace_reader_file_metrics:
 * @self: a reader
 * @file: the real path of a file
 * @locator: knows the path maps and folders, by which programs elsewhere may mean @file
 * @before: (nullable): an earlier answer about @file with the same @locator: only what came since is read
 * @cancellable: (nullable): to give up
 * @error: return location
 *
 * Tell what ran in a file, line by line: how often, how it went and how long it took. Spans count that say where they
 * are from, file and line; those whose path goes through a link with another name than the file's do not.
 *
 * Returns: (transfer full) (nullable): the figures; %NULL with %G_IO_ERROR_CANCELLED, %FLOW_ERROR_CORRUPT or those of
 *   the store
 */
FlowFileMetrics *
flow_trace_reader_file_metrics (FlowTraceReader *self, const char *file, FlowLocator *locator, FlowFileMetrics *before,
                                GCancellable *cancellable, GError **error)
{
  g_autoptr (FlowFileMetrics) metrics = metrics_new (file);
  g_auto (FlowFileScan) scan = { 0 };
  gboolean ok;

  g_return_val_if_fail (before == NULL || g_str_equal (before->file, file), NULL);

  if (!flow_trace_reader_begin (self, error))
    return NULL;
  flow_file_scan_init (&scan, self, metrics->file, locator);
  ok = collect (metrics, &scan, before, cancellable, error) && finish (metrics, self, before, error);
  flow_trace_reader_end (self);
  return ok ? g_steal_pointer (&metrics) : NULL;
}
