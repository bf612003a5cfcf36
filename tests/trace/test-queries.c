/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query-world.h"

#include <math.h>

#include "base/flow-id.h"
#include "trace/flow-bloom.h"
#include "trace/flow-span-vtab.h"
#include "trace/flow-trace-overview.h"

/* Every query against the same question asked of a plain list. */

/* A trace as the list sees it. */
typedef struct
{
  guint trace;
  guint arrival; /* its number: traces are numbered as their first spans come */
  gint64 start, end;
  guint spans, errors;
  const TestSpan *named;
} Row;

static gint64
end_of (const TestSpan *span)
{
  return (gint64) MAX (span->start_ns, span->end_ns);
}

static GArray *
rows_of (World *world)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_autofree guint *index = g_new0 (guint, TRACES + 2);

  for (guint i = 0; i < SPANS; i++)
    {
      const TestSpan *span = &world->spans[i];
      Row *row;

      if (index[span->trace] == 0)
        {
          Row fresh = { span->trace, rows->len + 1, G_MAXINT64, 0, 0, 0, NULL };

          g_array_append_val (rows, fresh);
          index[span->trace] = rows->len;
        }
      row = &g_array_index (rows, Row, index[span->trace] - 1);
      row->spans++;
      row->errors += span->error;
      row->start = MIN (row->start, (gint64) span->start_ns);
      row->end = MAX (row->end, end_of (span));
      if (row->named == NULL ||
          ((span->parent_id == 0) != (row->named->parent_id == 0) ? span->parent_id == 0
                                                                  : span->start_ns < row->named->start_ns))
        row->named = span;
    }
  return rows;
}

static gboolean
attribute_is (const TestAttribute *attribute, const char *key, const char *value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, attribute->integer);
  char *end;
  double number = g_ascii_strtod (value, &end);

  if (g_strcmp0 (attribute->key, key) != 0)
    return FALSE;
  switch (attribute->type)
    {
    case FLOW_VALUE_STRING:
      return strcmp (attribute->string, value) == 0;
    case FLOW_VALUE_TRUE:
      return strcmp (value, "true") == 0;
    case FLOW_VALUE_FALSE:
      return strcmp (value, "false") == 0;
    case FLOW_VALUE_INT:
      return strcmp (text, value) == 0;
    case FLOW_VALUE_DOUBLE:
      return *value != 0 && *end == 0 && !(number < attribute->number) && !(number > attribute->number);
    case FLOW_VALUE_EMPTY:
      return *value == 0;
    case FLOW_VALUE_ANY:
    case FLOW_VALUE_BYTES:
    default:
      return FALSE;
    }
}

static gboolean
span_has (const TestSpan *span, const char *pair)
{
  const char *equals = strchr (pair, '=');
  g_autofree char *key = g_strndup (pair, (gsize) (equals - pair));

  if (strcmp (key, "service.name") == 0)
    return g_strcmp0 (span->service, equals + 1) == 0;
  if (strcmp (key, "host.name") == 0)
    return g_strcmp0 (span->host, equals + 1) == 0;
  for (guint i = 0; i < TEST_ATTRIBUTES; i++)
    if (attribute_is (&span->attributes[i], key, equals + 1))
      return TRUE;
  return FALSE;
}

static gboolean
trace_has (World *world, guint trace, const char *pair, const char *service)
{
  GArray *spans = g_hash_table_lookup (world->model.traces, GUINT_TO_POINTER (trace));

  for (guint i = 0; i < spans->len; i++)
    {
      const TestSpan *span = &g_array_index (spans, TestSpan, i);

      if (pair != NULL ? span_has (span, pair) : g_strcmp0 (span->service, service) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
row_matches (World *world, const Row *row, const FlowTraceFilter *filter)
{
  g_autofree char *name = g_ascii_strdown (row->named->name, -1);
  g_autofree char *wanted = filter->name != NULL ? g_ascii_strdown (filter->name, -1) : NULL;

  if ((filter->since_ns != 0 && row->end < filter->since_ns) ||
      (filter->until_ns != 0 && row->start > filter->until_ns) ||
      (filter->min_duration_ns != 0 && row->end - row->start < filter->min_duration_ns) ||
      (filter->max_duration_ns != 0 && row->end - row->start > filter->max_duration_ns) ||
      (filter->errors_only && row->errors == 0) ||
      (filter->before_number != 0 && row->arrival >= filter->before_number) ||
      (wanted != NULL && strstr (name, wanted) == NULL) ||
      (filter->service != NULL && !trace_has (world, row->trace, NULL, filter->service)))
    return FALSE;
  for (guint i = 0; filter->attributes != NULL && filter->attributes[i] != NULL; i++)
    if (!trace_has (world, row->trace, filter->attributes[i], NULL))
      return FALSE;
  return TRUE;
}

static gint64
sort_value (const Row *row, FlowTraceSort sort)
{
  switch (sort)
    {
    case FLOW_TRACE_SORT_START:
      return row->start;
    case FLOW_TRACE_SORT_DURATION:
      return row->end - row->start;
    case FLOW_TRACE_SORT_SPANS:
      return row->spans;
    case FLOW_TRACE_SORT_ERRORS:
      return row->errors;
    case FLOW_TRACE_SORT_NEWEST:
    default:
      return row->arrival;
    }
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer data)
{
  const Row *left = a, *right = b;
  FlowTraceSort sort = *(FlowTraceSort *) data;
  gint64 difference = sort_value (right, sort) - sort_value (left, sort);

  if (difference == 0)
    difference = (gint64) right->arrival - left->arrival;
  return difference > 0 ? 1 : difference < 0 ? -1 : 0;
}

/* The traces that the plain list gives are those of the store, in the same order. */
static guint
check_list (World *world, GArray *rows, FlowTraceFilter *filter)
{
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (Row));
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;
  guint limit = filter->limit != 0 ? filter->limit : 100;

  for (guint i = 0; i < rows->len; i++)
    if (row_matches (world, &g_array_index (rows, Row, i), filter))
      g_array_append_val (wanted, g_array_index (rows, Row, i));
  g_array_sort_with_data (wanted, compare_rows, &filter->sort);
  found = flow_trace_reader_list (world->reader, filter, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, MIN (limit, wanted->len));
  for (guint i = 0; i < found->len; i++)
    {
      const Row *row = &g_array_index (wanted, Row, i);
      const FlowTraceInfo *info = found->pdata[i];
      guint8 id[16];

      test_trace_id (row->trace, id);
      g_assert_cmpmem (info->trace_id, 16, id, 16);
      g_assert_cmpint (info->start_ns, ==, row->start);
      g_assert_cmpint (info->end_ns, ==, row->end);
      g_assert_cmpuint (info->spans, ==, row->spans);
      g_assert_cmpuint (info->errors, ==, row->errors);
    }
  return wanted->len;
}

static const char *
random_pair (World *world)
{
  TestAttribute attribute;

  switch (query_world_pick (world, 6))
    {
    case 0:
      return test_text ("host.name=host-%u", query_world_pick (world, 4));
    case 1:
      return test_text ("service.name=service-%u", query_world_pick (world, 7));
    case 2:
      return test_text ("key.%u=%d", query_world_pick (world, 4), (int) query_world_pick (world, 24) - 12);
    case 3:
      return test_text ("key.%u=%s", query_world_pick (world, 4), query_world_pick (world, 2) != 0 ? "true" : "false");
    case 4:
      return test_text ("key.%u=%g", query_world_pick (world, 4), (query_world_pick (world, 20) - 10) / 4.0);
    default:
      do
        attribute = world->spans[query_world_pick (world, SPANS)].attributes[0];
      while (attribute.key == NULL);
      return test_text ("%s=%s", attribute.key, query_world_pick (world, 5) == 0 ? "" : attribute.string);
    }
}

static void
random_filter (World *world, FlowTraceFilter *filter, const char **attributes)
{
  gint64 base = G_GINT64_CONSTANT (1700000000000000000);

  *filter = (FlowTraceFilter) { .limit = query_world_pick (world, 3) == 0 ? 0 : 1 + query_world_pick (world, 300) };
  filter->sort = (FlowTraceSort) query_world_pick (world, 5);
  if (query_world_pick (world, 3) == 0)
    filter->since_ns = base + query_world_pick (world, 9000) * G_GINT64_CONSTANT (1000000);
  if (query_world_pick (world, 3) == 0)
    filter->until_ns = base + query_world_pick (world, 9000) * G_GINT64_CONSTANT (1000000);
  if (query_world_pick (world, 3) == 0)
    filter->service = test_text ("service-%u", query_world_pick (world, 7));
  if (query_world_pick (world, 3) == 0)
    filter->name = query_words[query_world_pick (world, QUERY_WORDS)];
  if (query_world_pick (world, 3) == 0)
    filter->min_duration_ns = query_world_pick (world, 1000) * G_GINT64_CONSTANT (10000000);
  if (query_world_pick (world, 3) == 0)
    filter->max_duration_ns = query_world_pick (world, 1000) * G_GINT64_CONSTANT (100000000);
  filter->errors_only = query_world_pick (world, 4) == 0;
  if (query_world_pick (world, 5) == 0)
    filter->before_number = 1 + query_world_pick (world, TRACES);
  for (guint i = 0; i < 3; i++)
    attributes[i] = NULL;
  for (guint i = 0; i < query_world_pick (world, 3); i++)
    attributes[i] = random_pair (world);
  filter->attributes = attributes;
}

static void
test_list (gconstpointer data)
{
  World world;
  g_autoptr (GArray) rows = NULL;
  const char *attributes[3] = { NULL };
  guint matches = 0;

  query_world_init (&world, (guint32) GPOINTER_TO_UINT (data));
  rows = rows_of (&world);
  for (guint sort = 0; sort < 5; sort++)
    for (guint limit = 1; limit < 1200; limit = limit * (TEST_SLOW_BUILD ? 20 : 3) + 1)
      {
        FlowTraceFilter filter = { .limit = limit, .sort = (FlowTraceSort) sort };

        check_list (&world, rows, &filter);
      }
  for (guint i = 0; i < (TEST_SLOW_BUILD ? 60 : 400); i++)
    {
      FlowTraceFilter filter;

      random_filter (&world, &filter, attributes);
      matches += check_list (&world, rows, &filter) > 0;
    }
  g_assert_cmpuint (matches, >, TEST_SLOW_BUILD ? 5 : 60);
  query_world_clear (&world);
}

static void
test_bad_attribute (void)
{
  static const char *const wrong[] = { "", "key", "=value" };
  TestStore store;
  g_autoptr (FlowTraceReader) reader = NULL;

  test_store_init (&store);
  reader = test_store_reader (&store);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      const char *attributes[] = { wrong[i], NULL };
      FlowTraceFilter filter = { .attributes = attributes };
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_trace_reader_list (reader, &filter, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
      g_clear_error (&error);
      g_assert_null (flow_trace_reader_metrics (reader, NULL, attributes, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
    }
  test_store_clear (&store);
}

static gint64
duration_of (const TestSpan *span)
{
  return flow_clamp_duration (span->end_ns - span->start_ns);
}

static void
test_count (void)
{
  static const gint64 durations[] = { 0, 1, 500000, 4294967295, 4294967296, 50000000000 };
  World world;
  guint nonzero = 0;

  query_world_init (&world, 3);
  for (guint i = 0; i < (TEST_SLOW_BUILD ? 150 : 600); i++)
    {
      FlowSpanFilter filter = { .status = (int) query_world_pick (&world, 4) - 1,
                                .errors_only = query_world_pick (&world, 3) == 0 };
      guint64 wanted = 0, found;

      filter.min_duration_ns = durations[query_world_pick (&world, G_N_ELEMENTS (durations))];
      filter.max_duration_ns = durations[query_world_pick (&world, G_N_ELEMENTS (durations))];
      if (query_world_pick (&world, 2) == 0)
        filter.service = test_text ("service-%u", query_world_pick (&world, 7));
      if (query_world_pick (&world, 3) == 0)
        filter.since_ns = (gint64) world.spans[query_world_pick (&world, SPANS)].start_ns;
      if (query_world_pick (&world, 3) == 0)
        filter.until_ns = (gint64) world.spans[query_world_pick (&world, SPANS)].start_ns;
      for (guint s = 0; s < SPANS; s++)
        {
          const TestSpan *span = &world.spans[s];
          gint64 start = (gint64) span->start_ns;

          wanted += (filter.status < 0 || span->status == filter.status) && (!filter.errors_only || span->error) &&
                    duration_of (span) >= filter.min_duration_ns &&
                    (filter.max_duration_ns == 0 || duration_of (span) <= filter.max_duration_ns) &&
                    (filter.service == NULL || g_strcmp0 (span->service, filter.service) == 0) &&
                    (filter.since_ns == 0 || start >= filter.since_ns) &&
                    (filter.until_ns == 0 || start <= filter.until_ns);
        }
      g_assert_true (flow_trace_reader_count (world.reader, &filter, &found, NULL));
      g_assert_cmpuint (found, ==, wanted);
      nonzero += wanted > 0;
    }
  g_assert_cmpuint (nonzero, >, 20);
  query_world_clear (&world);
}

typedef struct
{
  guint64 spans, errors, busy, max;
} Sum;

static void
add_sum (Sum *sum, const TestSpan *span)
{
  sum->spans++;
  sum->errors += span->error;
  sum->busy += (guint64) duration_of (span);
  sum->max = MAX (sum->max, (guint64) duration_of (span));
}

/* Spans are at most one bucket away from where they belong; what lies well inside a view is counted once. */
static void
check_view (World *world, gint64 since, gint64 until, guint pixels)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) buckets = flow_trace_reader_lod (world->reader, since, until, pixels, &error);
  gint64 width = (until - since + pixels - 1) / pixels;
  guint64 spans = 0, inner = 0, outer = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < buckets->len; i++)
    {
      const FlowLodBucket *bucket = &g_array_index (buckets, FlowLodBucket, i);

      g_assert_cmpint (bucket->width_ns, ==, width);
      g_assert_cmpint ((bucket->start_ns - since) % width, ==, 0);
      g_assert_cmpint (bucket->start_ns, <, until);
      g_assert_cmpuint (bucket->errors, <=, bucket->spans);
      g_assert_cmpuint (bucket->max_ns, <=, bucket->busy_ns);
      spans += bucket->spans;
    }
  for (guint i = 0; i < SPANS; i++)
    {
      gint64 start = (gint64) world->spans[i].start_ns;

      inner += start >= since + width && start < until - width;
      outer += start >= since - width && start < until + width;
    }
  g_assert_cmpuint (spans, >=, inner);
  g_assert_cmpuint (spans, <=, outer);
}

static void
test_lod (void)
{
  gint64 first = G_MAXINT64, last = 0;
  static const guint pixels[] = { 1, 2, 7, 100, 1000, 20000 };
  World world;

  query_world_init (&world, 4);
  for (guint i = 0; i < SPANS; i++)
    {
      first = MIN (first, (gint64) world.spans[i].start_ns);
      last = MAX (last, (gint64) world.spans[i].start_ns);
    }
  /* A view of everything: totals by service are exact, however wide a pixel is. */
  for (guint p = 0; p < G_N_ELEMENTS (pixels); p++)
    for (guint service = 0; service < 6; service++)
      {
        g_autoptr (GArray) buckets = flow_trace_reader_lod (world.reader, first, last + 1, pixels[p], NULL);
        const char *name = test_text ("service-%u", service);
        Sum wanted = { 0 }, found = { 0 };

        for (guint i = 0; i < SPANS; i++)
          if (g_strcmp0 (world.spans[i].service, name) == 0)
            add_sum (&wanted, &world.spans[i]);
        for (guint i = 0; i < buckets->len; i++)
          {
            const FlowLodBucket *bucket = &g_array_index (buckets, FlowLodBucket, i);
            g_autofree char *other = flow_trace_reader_service_name (world.reader, bucket->service);

            if (strcmp (name, other) != 0)
              continue;
            found.spans += bucket->spans;
            found.errors += bucket->errors;
            found.busy += bucket->busy_ns;
            found.max = MAX (found.max, bucket->max_ns);
          }
        g_assert_cmpuint (found.spans, ==, wanted.spans);
        g_assert_cmpuint (found.errors, ==, wanted.errors);
        g_assert_cmpuint (found.busy, ==, wanted.busy);
        g_assert_cmpuint (found.max, ==, wanted.max);
      }
  for (guint i = 0; i < (TEST_SLOW_BUILD ? 60 : 300); i++)
    {
      gint64 since = first + (gint64) (g_rand_double (world.random) * (double) (last - first));
      gint64 length = (gint64) ((double) (last - first) * pow (2, -(double) query_world_pick (&world, 30)));

      check_view (&world, since, since + MAX (length, 1), pixels[query_world_pick (&world, G_N_ELEMENTS (pixels))]);
    }
  query_world_clear (&world);
}

/* Of all that is stored nothing is left out, also when somebody's clock is at the end of what 64 bits hold. */
static void
test_overview (void)
{
  TestStore store = { 0 };
  TestSpan spans[3] = { test_span (1, 1), test_span (2, 2), test_span (3, 3) };
  g_autoptr (FlowTraceReader) reader = NULL;
  g_autoptr (FlowTraceOverview) overview = NULL;
  g_autoptr (GError) error = NULL;

  spans[1].start_ns = spans[1].end_ns = G_MAXUINT64;
  spans[2].start_ns = spans[2].end_ns = 1;
  test_store_init (&store);
  test_store_spans (&store, spans, G_N_ELEMENTS (spans));
  reader = flow_trace_reader_open (store.path, &error);
  g_assert_no_error (error);
  overview = flow_trace_reader_overview (reader, 0, 0, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpint (overview->since_ns, ==, 1);
  g_assert_cmpint (overview->until_ns, >, overview->since_ns);
  g_assert_cmpint (overview->until_ns, ==, overview->last_ns + 1);
  g_assert_cmpuint (overview->spans, >=, 2);
  g_clear_pointer (&reader, flow_trace_reader_free);
  test_store_clear (&store);
}

static void
test_services (void)
{
  World world;
  g_autoptr (GPtrArray) services = NULL;

  query_world_init (&world, 5);
  services = flow_trace_reader_services (world.reader, NULL);
  g_assert_cmpuint (services->len, ==, 7);
  g_assert_true (flow_trace_reader_count_traces (world.reader, services, NULL));
  for (guint i = 0; i < services->len; i++)
    {
      const FlowServiceInfo *info = services->pdata[i];
      const char *name = *info->name != 0 ? info->name : NULL;
      g_autoptr (GHashTable) traces = g_hash_table_new (NULL, NULL);
      Sum wanted = { 0 };

      for (guint s = 0; s < SPANS; s++)
        if (g_strcmp0 (world.spans[s].service, name) == 0)
          {
            add_sum (&wanted, &world.spans[s]);
            g_hash_table_add (traces, GUINT_TO_POINTER (world.spans[s].trace));
          }
      g_assert_cmpuint (info->spans, ==, wanted.spans);
      g_assert_cmpuint (info->errors, ==, wanted.errors);
      if (name != NULL)
        g_assert_cmpuint (info->traces, ==, g_hash_table_size (traces));
    }
  query_world_clear (&world);
}

static gboolean
text_has (const char *text, const char *needle)
{
  return text != NULL && flow_words_match (text, strlen (text), needle, strlen (needle));
}

static gboolean
span_text_has (const TestSpan *span, const char *needle)
{
  if (text_has (span->name, needle) || text_has (span->event, needle) || text_has (span->status_message, needle) ||
      text_has (span->service, needle) || text_has (span->host, needle))
    return TRUE;
  for (guint i = 0; i < TEST_ATTRIBUTES; i++)
    if (span->attributes[i].key != NULL &&
        (span->attributes[i].type == FLOW_VALUE_STRING || span->attributes[i].type == FLOW_VALUE_ANY) &&
        text_has (span->attributes[i].string, needle))
      return TRUE;
  return FALSE;
}

static void
check_search (World *world, const char *needle)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = flow_trace_reader_search (world->reader, needle, SPANS + 1, &error);
  g_autoptr (GPtrArray) few = flow_trace_reader_search (world->reader, needle, 5, NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < SPANS; i++)
    if (span_text_has (&world->spans[i], needle))
      g_hash_table_add (wanted, (gpointer) (gsize) world->spans[i].span_id);
  g_assert_cmpuint (hits->len, ==, g_hash_table_size (wanted));
  g_assert_cmpuint (few->len, ==, MIN (5, hits->len));
  for (guint i = 0; i < hits->len; i++)
    {
      const FlowSearchHit *hit = hits->pdata[i];
      const TestSpan *span = &world->spans[hit->span_id - 1];
      guint8 id[16];

      test_trace_id (span->trace, id);
      g_assert_true (g_hash_table_remove (wanted, (gpointer) (gsize) hit->span_id));
      g_assert_cmpmem (hit->trace_id, 16, id, 16);
      g_assert_cmpstr (hit->name, ==, span->name);
      g_assert_cmpstr (hit->service, ==, span->service != NULL ? span->service : "");
      g_assert_cmpuint (hit->time_ns, ==, span->start_ns);
      g_assert_nonnull (hit->key);
      g_assert_nonnull (hit->value);
      if (i > 0)
        g_assert_cmpuint (hit->time_ns, <=, ((FlowSearchHit *) hits->pdata[i - 1])->time_ns);
    }
}

static void
test_search (void)
{
  static const char *const needles[] = { "alpha",     "ALPHA",   "beta7",        "Beta",      "gamma-ray", "ray",
                                         "get /cart", "/cart",   "\xc3\xa4pfel", "service-3", "host-1",    "x",
                                         "delta x3",  "no such", "alph",         "0123456789" };
  World world;

  query_world_init (&world, 6);
  for (guint i = 0; i < G_N_ELEMENTS (needles); i++)
    check_search (&world, needles[i]);
  for (guint i = 0; i < 20; i++)
    check_search (&world, world.spans[query_world_pick (&world, SPANS)].name);
  query_world_clear (&world);
}

/* Bodies of logs are found too, and bodies that are no strings. */
static void
test_search_logs (void)
{
  TestLog logs[] = { { 1, 5, 10, "cannot open cart", "shop", 17 }, { 0, 0, 20, "cart is empty", "shop", 9 } };
  g_autoptr (FlowTraceReader) reader = NULL;
  g_autoptr (GPtrArray) hits = NULL;
  const FlowSearchHit *hit;
  TestStore store;

  test_store_init (&store);
  test_store_take (&store, test_logs (logs, 2));
  test_store_seal (&store);
  reader = test_store_reader (&store);
  hits = flow_trace_reader_search (reader, "CART", 0, NULL);
  g_assert_cmpuint (hits->len, ==, 2);
  hit = hits->pdata[1];
  g_assert_cmpint (hit->signal, ==, FLOW_SIGNAL_LOGS);
  g_assert_cmpstr (hit->key, ==, "body");
  g_assert_cmpstr (hit->value, ==, "cannot open cart");
  g_assert_cmpuint (hit->span_id, ==, 5);
  test_store_clear (&store);
}

static void
test_metrics (void)
{
  TestPoint points[400];
  static const char *const by_core[] = { "core=2", NULL };
  static const char *const by_both[] = { "core=2", "service.name=service-1", NULL };
  static const char *const none[] = { "core=9", NULL };
  const char *const *const filters[] = { NULL, by_core, by_both, none };
  g_autoptr (FlowTraceReader) reader = NULL;
  TestStore store;

  test_store_init (&store);
  for (guint i = 0; i < 400; i++)
    points[i] = (TestPoint) { (i * 7919) % 1000 + 1,           i % 3 == 0 ? "cpu.time" : "memory",
                              test_text ("service-%u", i % 2), i % 5 == 0 ? NULL : "core",
                              test_text ("%u", i % 4),         i / 10.0 };
  test_store_take (&store, test_points (points, 200));
  test_store_seal (&store);
  test_store_take (&store, test_points (points + 200, 200));
  reader = test_store_reader (&store);
  for (guint name = 0; name < 3; name++)
    for (guint f = 0; f < G_N_ELEMENTS (filters); f++)
      {
        static const char *const names[] = { NULL, "cpu.time", "absent" };
        g_autoptr (FlowMetrics) metrics = flow_trace_reader_metrics (reader, names[name], filters[f], NULL);
        guint wanted = 0, found = 0;

        for (guint i = 0; i < 400; i++)
          wanted += (names[name] == NULL || strcmp (points[i].name, names[name]) == 0) &&
                    (f == 0 || (f < 3 && points[i].key != NULL && i % 4 == 2)) && (f != 2 || i % 2 == 1);
        for (guint i = 0; i < metrics->series->len; i++)
          {
            const FlowMetricSeries *series = metrics->series->pdata[i];

            found += series->points->len;
            for (guint p = 1; p < series->points->len; p++)
              g_assert_cmpuint (g_array_index (series->points, FlowMetricPoint, p - 1).time_ns, <=,
                                g_array_index (series->points, FlowMetricPoint, p).time_ns);
          }
        g_assert_cmpuint (found, ==, wanted);
      }
  test_store_clear (&store);
}

/* With a cache too small for anything all answers are the same. */
static void
test_small_cache (void)
{
  World world;
  g_autoptr (GArray) rows = NULL;
  FlowTraceFilter filter = { .limit = 50, .sort = FLOW_TRACE_SORT_DURATION };
  const char *attributes[] = { "host.name=host-1", NULL };

  query_world_init (&world, 10);
  flow_trace_reader_set_cache (world.reader, 1);
  rows = rows_of (&world);
  check_list (&world, rows, &filter);
  filter.attributes = attributes;
  check_list (&world, rows, &filter);
  check_search (&world, "alpha");
  test_model_compare (&world.model, world.reader);
  g_assert_cmpuint (world.reader->cached, <=, 1);
  query_world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_data_func ("/trace/queries/list/1", GUINT_TO_POINTER (1), test_list);
  g_test_add_data_func ("/trace/queries/list/2", GUINT_TO_POINTER (2), test_list);
  g_test_add_func ("/trace/queries/bad-attribute", test_bad_attribute);
  g_test_add_func ("/trace/queries/count", test_count);
  g_test_add_func ("/trace/queries/lod", test_lod);
  g_test_add_func ("/trace/queries/overview", test_overview);
  g_test_add_func ("/trace/queries/services", test_services);
  g_test_add_func ("/trace/queries/search", test_search);
  g_test_add_func ("/trace/queries/search-logs", test_search_logs);
  g_test_add_func ("/trace/queries/metrics", test_metrics);
  g_test_add_func ("/trace/queries/small-cache", test_small_cache);
  return g_test_run ();
}
