/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "base/flow-error.h"
#include "trace/flow-bloom.h"
#include "trace/flow-trace-reader-private.h"

typedef struct
{
  FlowTraceReader *reader;
  const char *name; /* (nullable) */
  GArray *tests;    /* FlowAttributeTest */
  FlowMetrics *metrics;
  GHashTable *by_identity; /* GBytes -> FlowMetricSeries */
} Gathering;

static void
series_free (gpointer data)
{
  FlowMetricSeries *series = data;

  g_array_unref (series->points);
  g_free (series);
}

void
flow_metrics_free (FlowMetrics *metrics)
{
  g_ptr_array_unref (metrics->series);
  g_ptr_array_unref (metrics->segments);
  g_clear_pointer (&metrics->service_names, g_ptr_array_unref);
  g_free (metrics);
}

static void
append_identity (GByteArray *out, FlowString string)
{
  g_byte_array_append (out, (const guint8 *) &string.length, sizeof string.length);
  g_byte_array_append (out, (const guint8 *) string.data, (guint) string.length);
}

/* Resource, scope, metric and attributes make a series; their bytes are canonical. */
static FlowMetricSeries *
find_series (Gathering *self, const FlowSegment *segment, gsize row)
{
  g_autoptr (GByteArray) identity = g_byte_array_new ();
  g_autoptr (GBytes) key = NULL;
  FlowMetricSeries *series;

  append_identity (identity, flow_segment_string (segment, FLOW_COLUMN_RESOURCE, row));
  append_identity (identity, flow_segment_string (segment, FLOW_COLUMN_SCOPE, row));
  append_identity (identity, flow_segment_string (segment, FLOW_COLUMN_FILE, row));
  append_identity (identity, flow_segment_string (segment, FLOW_COLUMN_LINE, row));
  key = g_byte_array_free_to_bytes (g_steal_pointer (&identity));
  series = g_hash_table_lookup (self->by_identity, key);
  if (series != NULL)
    return series;
  series = g_new0 (FlowMetricSeries, 1);
  series->name = flow_segment_string (segment, FLOW_COLUMN_NAME, row);
  series->service = flow_trace_reader_row_service (self->reader, segment, row);
  series->resource = flow_segment_string (segment, FLOW_COLUMN_RESOURCE, row);
  series->scope = flow_segment_string (segment, FLOW_COLUMN_SCOPE, row);
  series->metric = flow_segment_string (segment, FLOW_COLUMN_FILE, row);
  series->attributes = flow_segment_string (segment, FLOW_COLUMN_LINE, row);
  series->kind = (guint8) flow_segment_get (segment, FLOW_COLUMN_STATUS, row);
  series->points = g_array_new (FALSE, FALSE, sizeof (FlowMetricPoint));
  g_ptr_array_add (self->metrics->series, series);
  g_hash_table_insert (self->by_identity, g_steal_pointer (&key), series);
  return series;
}

static gboolean
row_matches (const Gathering *self, const FlowSegment *segment, gsize row)
{
  FlowString name = flow_segment_string (segment, FLOW_COLUMN_NAME, row);
  FlowString attributes = flow_segment_string (segment, FLOW_COLUMN_LINE, row);
  FlowString resource = flow_segment_string (segment, FLOW_COLUMN_RESOURCE, row);

  if (self->name != NULL && strcmp (name.data, self->name) != 0)
    return FALSE;
  for (guint i = 0; i < self->tests->len; i++)
    {
      const FlowAttributeTest *test = &g_array_index (self->tests, FlowAttributeTest, i);

      if (!flow_attribute_test_key_values (test, attributes.data, attributes.length) &&
          !flow_attribute_test_header (test, resource.data, resource.length))
        return FALSE;
    }
  return TRUE;
}

static gboolean
may_hold (Gathering *self, const FlowSegment *segment, gboolean *may, GError **error)
{
  g_autoptr (GArray) words = g_array_new (FALSE, FALSE, sizeof (guint64));

  if (self->name != NULL)
    {
      g_array_unref (words);
      words = flow_bloom_query_new (&self->reader->key, self->name, strlen (self->name));
    }
  for (guint i = 0; i < self->tests->len; i++)
    {
      g_autoptr (GArray) more = flow_attribute_test_query (&g_array_index (self->tests, FlowAttributeTest, i),
                                                           &self->reader->key);

      g_array_append_vals (words, more->data, more->len);
    }
  return flow_trace_reader_bloom (self->reader, segment, words, may, error);
}

static gboolean
gather_segment (Gathering *self, FlowSegment *segment, GError **error)
{
  gboolean may;

  if (!may_hold (self, segment, &may, error))
    return FALSE;
  if (!may)
    return TRUE;
  if (!flow_segment_need_columns (segment, self->reader->db, FLOW_COLUMNS_ALL, error) ||
      !flow_segment_need_text (segment, self->reader->db, error))
    return FALSE;
  g_ptr_array_add (self->metrics->segments, flow_segment_ref (segment));
  for (gsize row = 0; row < segment->rows; row++)
    {
      FlowMetricPoint point = { .time_ns = flow_segment_get (segment, FLOW_COLUMN_START, row) };
      FlowMetricSeries *series;

      if (!row_matches (self, segment, row))
        continue;
      point.point.data = (const char *) flow_segment_extra (segment, row, &point.point.length);
      series = find_series (self, segment, row);
      if (series->kind != FLOW_POINT_NONE)
        g_array_append_val (series->points, point);
    }
  return TRUE;
}

static int
compare_points (gconstpointer a, gconstpointer b)
{
  const FlowMetricPoint *left = a, *right = b;

  return left->time_ns < right->time_ns ? -1 : left->time_ns > right->time_ns;
}

static int
compare_series (gconstpointer a, gconstpointer b)
{
  const FlowMetricSeries *left = *(FlowMetricSeries *const *) a, *right = *(FlowMetricSeries *const *) b;
  int order = strcmp (left->name.data, right->name.data);

  return order != 0 ? order : strcmp (left->service.data, right->service.data);
}

static gboolean
gather_all (Gathering *self, GError **error)
{
  GArray *directory = flow_trace_reader_directory (self->reader, FLOW_SIGNAL_METRICS, error);

  for (guint i = 0; directory != NULL && i < directory->len; i++)
    {
      FlowSegment *segment = flow_trace_reader_segment (self->reader, &g_array_index (directory, FlowSegmentEntry, i));
      gboolean ok = gather_segment (self, segment, error);

      flow_trace_reader_settle (self->reader, segment);
      if (!ok)
        return FALSE;
    }
  return directory != NULL;
}

/**
 * flow_trace_reader_metrics:
 * @name: (nullable): the metric's exact name, or all
 * @attributes: (nullable): NULL-terminated "key=value", of the points or the resource; all must hold
 *
 * Returns: (transfer full) (nullable): the series that match, by name and service; %NULL with @error
 */
FlowMetrics *
flow_trace_reader_metrics (FlowTraceReader *self, const char *name, const char *const *attributes, GError **error)
{
  g_autoptr (FlowMetrics) metrics = g_new0 (FlowMetrics, 1);
  g_autoptr (GArray) tests = g_array_new (FALSE, FALSE, sizeof (FlowAttributeTest));
  g_autoptr (GHashTable) by_identity = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                                              (GDestroyNotify) g_bytes_unref, NULL);
  Gathering gathering = { self, name, tests, metrics, by_identity };
  gboolean ok;

  metrics->series = g_ptr_array_new_with_free_func (series_free);
  metrics->segments = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_segment_unref);
  for (guint i = 0; attributes != NULL && attributes[i] != NULL; i++)
    {
      FlowAttributeTest test;

      if (!flow_attribute_test_init (&test, attributes[i], error))
        return NULL;
      g_array_append_val (tests, test);
    }
  if (!flow_trace_reader_begin (self, error))
    return NULL;
  ok = gather_all (&gathering, error);
  if (ok && self->service_names != NULL)
    metrics->service_names = g_ptr_array_ref (self->service_names);
  flow_trace_reader_end (self);
  for (guint i = 0; i < metrics->series->len; i++)
    g_array_sort (((FlowMetricSeries *) metrics->series->pdata[i])->points, compare_points);
  g_ptr_array_sort (metrics->series, compare_series);
  return ok ? g_steal_pointer (&metrics) : NULL;
}
