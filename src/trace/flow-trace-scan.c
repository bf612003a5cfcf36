/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-lod.h"
#include "trace/flow-trace-reader-private.h"

/* A segment's services: number, rows, errors, busy ns, max ns. */
typedef struct
{
  guint64 service, rows, errors, busy, max;
} ServiceTotals;

static const guint8 *
read_totals (const guint8 *at, const guint8 *end, ServiceTotals *totals)
{
  guint64 *members[] = { &totals->service, &totals->rows, &totals->errors, &totals->busy, &totals->max };

  for (guint i = 0; i < G_N_ELEMENTS (members) && at != NULL; i++)
    at = flow_varint_get (at, end, members[i]);
  return at;
}

static gboolean
entry_has_service (const FlowSegmentEntry *entry, guint32 service)
{
  const guint8 *at = entry->services, *end = at + entry->services_length;
  ServiceTotals totals;

  while (at < end && (at = read_totals (at, end, &totals)) != NULL)
    if (totals.service == service)
      return TRUE;
  return FALSE;
}

/* Counting: a byte a row says whether it still matches; each test is one pass that a compiler vectorises. */
#define TEST_COLUMN(type, expression)  \
  G_STMT_START                         \
  {                                    \
    const type *values = column->data; \
    for (gsize i = 0; i < rows; i++)   \
      {                                \
        type value = values[i];        \
        keep[i] &= (expression);       \
      }                                \
  }                                    \
  G_STMT_END

static void
test_equal (guint8 *keep, const FlowColumn *column, gsize rows, guint64 wanted)
{
  if (wanted >> (column->width * 4) >> (column->width * 4) != 0)
    {
      memset (keep, 0, rows);
      return;
    }
  switch (column->width)
    {
    case 1:
      TEST_COLUMN (guint8, value == (guint8) wanted);
      break;
    case 2:
      TEST_COLUMN (guint16, value == (guint16) wanted);
      break;
    case 4:
      TEST_COLUMN (guint32, value == (guint32) wanted);
      break;
    case 8:
      TEST_COLUMN (guint64, value == wanted);
      break;
    default:
      break;
    }
}

static void
test_errors (guint8 *keep, const FlowColumn *column, gsize rows)
{
  if (column->width == 1)
    TEST_COLUMN (guint8, value & FLOW_SPAN_ERROR);
  else
    memset (keep, 0, rows);
}

static void
test_duration (guint8 *keep, const FlowSegment *segment, gint64 low, gint64 high)
{
  const FlowColumn *column = &segment->columns[FLOW_COLUMN_DURATION];
  gsize rows = segment->rows;

  if (segment->columns[FLOW_COLUMN_DURATION_HIGH].width != 0 || column->width != 4)
    {
      for (gsize row = 0; row < rows; row++)
        {
          gint64 duration = flow_clamp_duration (flow_segment_duration (segment, row));

          keep[row] &= duration >= low && duration <= high;
        }
      return;
    }
  if (low > G_MAXUINT32 || high < low)
    memset (keep, 0, rows);
  else if (high >= G_MAXUINT32)
    {
      guint32 bound = (guint32) low;

      TEST_COLUMN (guint32, value >= bound);
    }
  else
    {
      guint32 bound = (guint32) low, range = (guint32) (high - low);

      TEST_COLUMN (guint32, value - bound <= range);
    }
}

static gsize
count_kept (const guint8 *keep, gsize rows)
{
  gsize count = 0;

  while (rows > 0)
    {
      gsize block = MIN (rows, 255);
      guint8 sum = 0;

      for (gsize i = 0; i < block; i++)
        sum = (guint8) (sum + keep[i]);
      count += sum;
      keep += block;
      rows -= block;
    }
  return count;
}

typedef struct
{
  const FlowSpanFilter *filter;
  guint32 service;
  gint64 low, high; /* ns */
  guint32 columns;
} Count;

static gboolean
may_match (const Count *self, const FlowSegmentEntry *entry)
{
  const FlowSpanFilter *filter = self->filter;

  return !(entry->max_duration < self->low || (filter->errors_only && entry->errors == 0) ||
           (filter->since_ns != 0 && entry->t1 < filter->since_ns) ||
           (filter->until_ns != 0 && entry->t0 > filter->until_ns) ||
           (self->service != 0 && !entry_has_service (entry, self->service)));
}

static gsize
count_segment (const Count *self, const FlowSegment *segment, guint8 *keep)
{
  const FlowSpanFilter *filter = self->filter;

  memset (keep, 1, segment->rows);
  if (filter->status >= 0)
    test_equal (keep, &segment->columns[FLOW_COLUMN_STATUS], segment->rows, (guint64) filter->status);
  if (self->service != 0)
    test_equal (keep, &segment->columns[FLOW_COLUMN_SERVICE], segment->rows, self->service);
  if (filter->errors_only)
    test_errors (keep, &segment->columns[FLOW_COLUMN_FLAGS], segment->rows);
  if (self->columns & FLOW_COLUMN_BIT (FLOW_COLUMN_DURATION))
    test_duration (keep, segment, self->low, self->high);
  for (gsize row = 0; self->columns & FLOW_COLUMN_BIT (FLOW_COLUMN_START) && row < segment->rows; row++)
    {
      gint64 start = flow_clamp_time (flow_segment_get (segment, FLOW_COLUMN_START, row));

      keep[row] &= (filter->since_ns == 0 || start >= filter->since_ns) &&
                   (filter->until_ns == 0 || start <= filter->until_ns);
    }
  return count_kept (keep, segment->rows);
}

static void
count_init (Count *self, const FlowSpanFilter *filter)
{
  self->filter = filter;
  self->low = filter->min_duration_ns;
  self->high = filter->max_duration_ns != 0 ? filter->max_duration_ns : G_MAXINT64;
  if (filter->status >= 0)
    self->columns |= FLOW_COLUMN_BIT (FLOW_COLUMN_STATUS);
  if (self->service != 0)
    self->columns |= FLOW_COLUMN_BIT (FLOW_COLUMN_SERVICE);
  if (filter->errors_only)
    self->columns |= FLOW_COLUMN_BIT (FLOW_COLUMN_FLAGS);
  if (self->low > 0 || filter->max_duration_ns != 0)
    self->columns |= FLOW_COLUMN_BIT (FLOW_COLUMN_DURATION) | FLOW_COLUMN_BIT (FLOW_COLUMN_DURATION_HIGH);
  if (filter->since_ns != 0 || filter->until_ns != 0)
    self->columns |= FLOW_COLUMN_BIT (FLOW_COLUMN_START);
}

static gboolean
count_all (FlowTraceReader *self, const Count *count, guint64 *total, GError **error)
{
  GArray *directory = flow_trace_reader_directory (self, FLOW_SIGNAL_TRACES, error);
  g_autofree guint8 *keep = NULL;
  gsize room = 0;

  for (guint i = 0; directory != NULL && i < directory->len; i++)
    {
      const FlowSegmentEntry *entry = &g_array_index (directory, FlowSegmentEntry, i);
      FlowSegment *segment;
      gboolean ok;

      if (!may_match (count, entry))
        continue;
      if (entry->rows > room)
        keep = g_realloc (keep, room = entry->rows);
      segment = flow_trace_reader_segment (self, entry);
      ok = flow_segment_need_columns (segment, self->db, count->columns, error);
      if (ok)
        *total += count_segment (count, segment, keep);
      flow_trace_reader_settle (self, segment);
      if (!ok)
        return FALSE;
    }
  return directory != NULL;
}

/**
 * flow_trace_reader_count:
 * @count: (out): spans that match
 *
 * Count spans over the whole store by scanning columns; segments that cannot match are passed over.
 */
gboolean
flow_trace_reader_count (FlowTraceReader *self, const FlowSpanFilter *filter, guint64 *count, GError **error)
{
  Count prepared = { 0 };
  gboolean ok = TRUE;

  *count = 0;
  if (!flow_trace_reader_begin (self, error))
    return FALSE;
  if (filter->service != NULL)
    ok = flow_trace_reader_service_number (self, filter->service, &prepared.service, error);
  count_init (&prepared, filter);
  if (ok && (filter->service == NULL || prepared.service != 0))
    ok = count_all (self, &prepared, count, error);
  flow_trace_reader_end (self);
  return ok;
}

/* The overview: a table of pixels by service. */
typedef struct
{
  gint64 since, end;
  gint64 width;
  guint pixels;
  GHashTable *columns; /* service -> FlowLodBucket[pixels] */
  guint32 last_service;
  FlowLodBucket *last; /* its buckets */
} Overview;

static FlowLodBucket *
overview_service (Overview *self, guint32 service)
{
  FlowLodBucket *buckets;

  if (self->last != NULL && self->last_service == service)
    return self->last;
  buckets = g_hash_table_lookup (self->columns, GUINT_TO_POINTER (service));
  if (buckets == NULL)
    {
      buckets = g_new0 (FlowLodBucket, self->pixels);
      g_hash_table_insert (self->columns, GUINT_TO_POINTER (service), buckets);
    }
  self->last_service = service;
  self->last = buckets;
  return buckets;
}

static void
overview_add (Overview *self, guint64 start, guint32 service, guint64 spans, guint64 errors, guint64 busy, guint64 max)
{
  gint64 distance = flow_clamp_time (start) - self->since;
  FlowLodBucket *bucket;

  if (distance < 0 || distance / self->width >= self->pixels)
    return;
  bucket = &overview_service (self, service)[distance / self->width];
  bucket->spans += spans;
  bucket->errors += errors;
  bucket->busy_ns += busy;
  bucket->max_ns = MAX (bucket->max_ns, max);
}

static gboolean
add_spans (FlowTraceReader *self, Overview *overview, FlowSegment *segment, GError **error)
{
  if (!flow_segment_need_columns (segment, self->db,
                                  FLOW_COLUMN_BIT (FLOW_COLUMN_START) | FLOW_COLUMN_BIT (FLOW_COLUMN_SERVICE) |
                                      FLOW_COLUMN_BIT (FLOW_COLUMN_FLAGS) | FLOW_COLUMN_BIT (FLOW_COLUMN_DURATION) |
                                      FLOW_COLUMN_BIT (FLOW_COLUMN_DURATION_HIGH),
                                  error))
    return FALSE;
  for (gsize row = 0; row < segment->rows; row++)
    {
      guint64 duration = (guint64) flow_clamp_duration (flow_segment_duration (segment, row));

      overview_add (overview, flow_segment_get (segment, FLOW_COLUMN_START, row),
                    (guint32) flow_segment_get (segment, FLOW_COLUMN_SERVICE, row), 1,
                    flow_segment_get (segment, FLOW_COLUMN_FLAGS, row) & FLOW_SPAN_ERROR, duration, duration);
    }
  return TRUE;
}

static void
add_totals (Overview *overview, const FlowSegmentEntry *entry)
{
  const guint8 *at = entry->services, *end = at + entry->services_length;
  ServiceTotals totals;

  while (at < end && (at = read_totals (at, end, &totals)) != NULL)
    overview_add (overview, (guint64) entry->t0, (guint32) totals.service, totals.rows, totals.errors, totals.busy,
                  totals.max);
}

static void
add_lod (Overview *overview, const FlowSegment *segment)
{
  guint64 width = G_GUINT64_CONSTANT (1) << segment->lod_shift;

  for (guint i = 0; i < segment->lod->len; i++)
    {
      const FlowLodRow *row = &g_array_index (segment->lod, FlowLodRow, i);
      guint64 start = row->bucket << segment->lod_shift;

      if (start + (width - 1) >= (guint64) overview->since)
        overview_add (overview, MAX (start, (guint64) overview->since), row->service, row->spans, row->errors,
                      row->busy, row->max);
    }
}

/* A segment narrower than a pixel by its totals, else by its level of detail while that is fine enough, else span by
 * span. */
static gboolean
add_segment (FlowTraceReader *self, Overview *overview, const FlowSegmentEntry *entry, GError **error)
{
  FlowSegment *segment;
  gboolean ok;

  if (entry->t1 < overview->since || entry->t0 >= overview->end)
    return TRUE;
  if (entry->t1 - entry->t0 <= overview->width && entry->t0 >= overview->since)
    {
      add_totals (overview, entry);
      return TRUE;
    }
  segment = flow_trace_reader_segment (self, entry);
  ok = !entry->sealed || flow_segment_need_lod (segment, self->db, error);
  if (ok && entry->sealed && G_GUINT64_CONSTANT (1) << segment->lod_shift <= (guint64) overview->width)
    add_lod (overview, segment);
  else if (ok)
    ok = add_spans (self, overview, segment, error);
  flow_trace_reader_settle (self, segment);
  return ok;
}

static GArray *
overview_finish (const Overview *self)
{
  GArray *buckets = g_array_new (FALSE, FALSE, sizeof (FlowLodBucket));
  GHashTableIter iter;
  gpointer service, pixels;

  g_hash_table_iter_init (&iter, self->columns);
  while (g_hash_table_iter_next (&iter, &service, &pixels))
    for (guint i = 0; i < self->pixels; i++)
      {
        FlowLodBucket bucket = ((FlowLodBucket *) pixels)[i];

        if (bucket.spans == 0)
          continue;
        bucket.start_ns = self->since + self->width * i;
        bucket.width_ns = self->width;
        bucket.service = GPOINTER_TO_UINT (service);
        g_array_append_val (buckets, bucket);
      }
  return buckets;
}

/**
 * flow_trace_reader_lod:
 * @since_ns: start of the view, inclusive
 * @until_ns: its end, exclusive; times before 1970 hold nothing
 * @pixels: buckets to cut it into, at least 1
 *
 * What started when, by service, at any zoom: sums of a bucket's spans, errors and durations. Exact at the finest,
 * and within one bucket of the right place where segments or their summaries are narrower than a pixel.
 *
 * Returns: (transfer full) (element-type FlowLodBucket) (nullable): buckets that hold spans; %NULL with @error
 */
GArray *
flow_trace_reader_lod (FlowTraceReader *self, gint64 since_ns, gint64 until_ns, guint pixels, GError **error)
{
  g_autoptr (GHashTable) columns = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  Overview overview = { .since = MAX (since_ns, 0), .pixels = MAX (pixels, 1), .columns = columns };
  guint64 length = (guint64) (MAX (until_ns, overview.since) - overview.since);
  GArray *directory;
  gboolean ok;

  overview.width = (gint64) MAX (1, length / overview.pixels + (length % overview.pixels != 0));
  overview.end = overview.width > (G_MAXINT64 - overview.since) / overview.pixels
                     ? G_MAXINT64
                     : overview.since + overview.width * overview.pixels;
  if (!flow_trace_reader_begin (self, error))
    return NULL;
  directory = flow_trace_reader_directory (self, FLOW_SIGNAL_TRACES, error);
  ok = directory != NULL;
  for (guint i = 0; ok && i < directory->len; i++)
    ok = add_segment (self, &overview, &g_array_index (directory, FlowSegmentEntry, i), error);
  flow_trace_reader_end (self);
  return ok ? overview_finish (&overview) : NULL;
}

void
flow_service_info_free (FlowServiceInfo *info)
{
  g_free (info->name);
  g_free (info);
}

static void
sum_entry (FlowTraceReader *self, GHashTable *infos, const FlowSegmentEntry *entry)
{
  const guint8 *at = entry->services, *end = at + entry->services_length;
  ServiceTotals totals;

  while (at < end && (at = read_totals (at, end, &totals)) != NULL)
    {
      FlowServiceInfo *info = g_hash_table_lookup (infos, GUINT_TO_POINTER ((guint) totals.service));

      if (info == NULL)
        {
          info = g_new0 (FlowServiceInfo, 1);
          info->number = (guint32) totals.service;
          info->name = flow_trace_reader_service_name (self, (guint32) totals.service);
          g_hash_table_insert (infos, GUINT_TO_POINTER ((guint) totals.service), info);
        }
      info->spans += totals.rows;
      info->errors += totals.errors;
      info->last_ns = MAX (info->last_ns, entry->t1);
    }
}

static int
compare_services (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(FlowServiceInfo *const *) a)->name, (*(FlowServiceInfo *const *) b)->name);
}

static gboolean
gather_services (FlowTraceReader *self, GHashTable *infos, GError **error)
{
  GArray *directory = flow_trace_reader_directory (self, FLOW_SIGNAL_TRACES, error);

  for (guint i = 0; directory != NULL && i < directory->len; i++)
    sum_entry (self, infos, &g_array_index (directory, FlowSegmentEntry, i));
  return directory != NULL;
}

/**
 * flow_trace_reader_services:
 *
 * The services that have spans, by name. `last_ns` is the end of the newest segment that has one. `traces` is 0: see
 * flow_trace_reader_count_traces().
 *
 * Returns: (transfer full) (element-type FlowServiceInfo) (nullable): %NULL with @error
 */
GPtrArray *
flow_trace_reader_services (FlowTraceReader *self, GError **error)
{
  g_autoptr (GHashTable) infos = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_service_info_free);
  GHashTableIter iter;
  gpointer info;
  gboolean ok;

  if (!flow_trace_reader_begin (self, error))
    return NULL;
  ok = gather_services (self, infos, error);
  flow_trace_reader_end (self);
  g_hash_table_iter_init (&iter, infos);
  while (g_hash_table_iter_next (&iter, NULL, &info))
    g_ptr_array_add (list, info);
  g_ptr_array_sort (list, compare_services);
  return ok ? g_steal_pointer (&list) : NULL;
}

static void
count_services (GHashTable *infos, const guint8 *at, gsize length)
{
  const guint8 *end = at + length;
  guint64 service;

  while (at < end && (at = flow_varint_get (at, end, &service)) != NULL)
    {
      FlowServiceInfo *info = g_hash_table_lookup (infos, GUINT_TO_POINTER ((guint) service));

      if (info != NULL)
        info->traces++;
    }
}

/**
 * flow_trace_reader_count_traces:
 * @services: (element-type FlowServiceInfo): of flow_trace_reader_services()
 *
 * Find out how many traces each of them is in. Reads every trace's row, 130 ms of CPU for a million.
 *
 * Returns: %FALSE with @error
 */
gboolean
flow_trace_reader_count_traces (FlowTraceReader *self, GPtrArray *services, GError **error)
{
  g_autoptr (GHashTable) infos = g_hash_table_new (NULL, NULL);
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE, ok;

  for (guint i = 0; i < services->len; i++)
    {
      FlowServiceInfo *info = services->pdata[i];

      info->traces = 0;
      g_hash_table_insert (infos, GUINT_TO_POINTER (info->number), info);
    }
  if (!flow_sql_prepare (self->db, "trace-services", &stmt, error))
    return FALSE;
  while ((ok = flow_sql_step_row (stmt, &row, error)) && row)
    count_services (infos, sqlite3_column_blob (stmt, 0), (gsize) sqlite3_column_bytes (stmt, 0));
  return ok;
}
