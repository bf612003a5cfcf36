/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "otlp-test.h"
#include "trace-test.h"

#include <json-glib/json-glib.h>

#include "trace/flow-otlp-encoder.h"
#include "trace/flow-value-json.h"

/* In through the decoders, through every state that rows can be in, and out again the same. */

typedef enum
{
  STATE_COMMITTED,
  STATE_SEALED,
  STATE_REOPENED,
  STATE_CRASHED,
  STATE_ADOPTED,
  N_STATES
} State;

static void
bring_into (TestStore *store, State state)
{
  switch (state)
    {
    case STATE_SEALED:
      test_store_seal (store);
      break;
    case STATE_REOPENED:
      test_store_reopen (store);
      break;
    case STATE_CRASHED:
      test_store_crash (store);
      break;
    case STATE_ADOPTED:
      test_store_crash (store);
      test_store_adopt (store);
      break;
    case STATE_COMMITTED:
    case N_STATES:
    default:
      break;
    }
}

static void
add_rows (JsonArray *groups, const char *scopes_name, const char *rows_name, GPtrArray *out)
{
  for (guint g = 0; g < json_array_get_length (groups); g++)
    {
      JsonObject *group = json_array_get_object_element (groups, g);
      JsonArray *scopes = json_object_get_array_member (group, scopes_name);

      for (guint s = 0; s < json_array_get_length (scopes); s++)
        {
          JsonObject *scope = json_array_get_object_element (scopes, s);
          JsonArray *rows = json_object_get_array_member (scope, rows_name);

          for (guint r = 0; r < json_array_get_length (rows); r++)
            {
              g_autoptr (JsonObject) one = json_object_new ();
              g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
              g_autofree char *text = NULL;

              for (guint i = 0; i < 2; i++)
                {
                  JsonObject *from = i == 0 ? group : scope;
                  static const char *const names[] = { "resource", "scope", "schemaUrl" };

                  for (guint n = 0; n < G_N_ELEMENTS (names); n++)
                    if (json_object_has_member (from, names[n]))
                      json_object_set_member (one, test_text ("%u%s", i, names[n]),
                                              json_node_copy (json_object_get_member (from, names[n])));
                }
              json_object_set_member (one, "row", json_node_copy (json_array_get_element (rows, r)));
              json_node_set_object (node, one);
              text = json_to_string (node, FALSE);
              g_ptr_array_add (out, otlp_normalise (text, FALSE));
            }
        }
    }
}

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Each row with its resource and scope as a text, in order: what does not depend on how rows are grouped. */
static void
append_rows (const FlowSpanBatch *batch, GPtrArray *out)
{
  static const char *const names[][3] = { { "resourceSpans", "scopeSpans", "spans" },
                                          { "resourceLogs", "scopeLogs", "logRecords" },
                                          { "resourceMetrics", "scopeMetrics", "metrics" } };
  g_autofree char *text = otlp_dump (batch);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *root;

  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  root = json_node_get_object (json_parser_get_root (parser));
  if (json_object_has_member (root, names[batch->signal][0]))
    add_rows (json_object_get_array_member (root, names[batch->signal][0]), names[batch->signal][1],
              names[batch->signal][2], out);
}

static char *
finish_rows (GPtrArray *rows)
{
  g_ptr_array_sort (rows, compare_text);
  g_ptr_array_add (rows, NULL);
  return g_strjoinv ("\n", (char **) rows->pdata);
}

static gboolean
visit_rows (const FlowSpanBatch *batch, gpointer data, GError **error)
{
  g_assert_cmpuint (batch->n_rows, >, 0);
  g_assert_cmpuint (batch->n_rows, <=, 512);
  append_rows (batch, data);
  return TRUE;
}

static char *
exported (TestStore *store, FlowSignal signal)
{
  g_autoptr (FlowTraceReader) reader = test_store_reader (store);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  flow_trace_reader_export (reader, signal, visit_rows, rows, &error);
  g_assert_no_error (error);
  return finish_rows (rows);
}

/* The traces of the list, loaded and made batches again. */
static char *
loaded (TestStore *store, FlowSignal signal)
{
  g_autoptr (FlowTraceReader) reader = test_store_reader (store);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;
  FlowTraceFilter filter = { 0 };

  list = flow_trace_reader_list (reader, &filter, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < list->len; i++)
    {
      g_autoptr (FlowTrace) trace = flow_trace_reader_load (reader, ((FlowTraceInfo *) list->pdata[i])->trace_id,
                                                            &error);
      g_autoptr (FlowSpanBatch) batch = NULL;

      g_assert_no_error (error);
      batch = flow_trace_to_batch (trace, signal);
      append_rows (batch, rows);
    }
  return finish_rows (rows);
}

static char *
rows_of (const FlowSpanBatch *batch)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);

  append_rows (batch, rows);
  return finish_rows (rows);
}

static void
test_samples (gconstpointer data)
{
  State state = (State) GPOINTER_TO_INT (data);

  for (guint i = 0; i < otlp_n_samples; i++)
    {
      const OtlpSample *sample = &otlp_samples[i];
      g_autoptr (GBytes) bytes = otlp_sample_load (sample->name);
      g_autoptr (FlowSpanBatch) batch = otlp_decode (sample->signal, sample->json, g_bytes_get_data (bytes, NULL),
                                                     g_bytes_get_size (bytes));
      g_autofree char *wanted = rows_of (batch);
      g_autofree char *found = NULL;
      TestStore store;

      test_store_init (&store);
      test_store_take (&store, flow_span_batch_ref (batch));
      bring_into (&store, state);
      found = exported (&store, sample->signal);
      /* The points of a metric may come as several metrics of one point each. */
      if (sample->signal != FLOW_SIGNAL_METRICS)
        g_assert_cmpstr (found, ==, wanted);
      if (sample->signal == FLOW_SIGNAL_TRACES)
        {
          g_autofree char *again = loaded (&store, sample->signal);

          g_assert_cmpstr (again, ==, wanted);
        }
      test_store_clear (&store);
    }
}

static const char everything[] =
    "\"parentSpanId\":\"1112131415161718\",\"name\":\"GET /cart\",\"kind\":2,\"startTimeUnixNano\":\"1700000000000000000\","
    "\"endTimeUnixNano\":\"1700000005000000000\",\"traceState\":\"a=1,b=2\",\"flags\":257,"
    "\"attributes\":[{\"key\":\"s\",\"value\":{\"stringValue\":\"text \\u00e4\"}},"
    "{\"key\":\"i\",\"value\":{\"intValue\":\"-9223372036854775808\"}},"
    "{\"key\":\"j\",\"value\":{\"intValue\":\"9223372036854775807\"}},"
    "{\"key\":\"d\",\"value\":{\"doubleValue\":-0.1}},{\"key\":\"t\",\"value\":{\"boolValue\":true}},"
    "{\"key\":\"f\",\"value\":{\"boolValue\":false}},{\"key\":\"b\",\"value\":{\"bytesValue\":\"AP8Q\"}},"
    "{\"key\":\"e\",\"value\":{}},{\"key\":\"empty\",\"value\":{\"stringValue\":\"\"}},"
    "{\"key\":\"a\",\"value\":{\"arrayValue\":{\"values\":[{\"stringValue\":\"x\"},{\"intValue\":\"5\"}]}}},"
    "{\"key\":\"m\",\"value\":{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":{\"doubleValue\":2.5}}]}}},"
    "{\"key\":\"code.file.path\",\"value\":{\"stringValue\":\"/src/cart.ts\"}},"
    "{\"key\":\"code.line.number\",\"value\":{\"intValue\":\"42\"}}],"
    "\"droppedAttributesCount\":3,\"droppedEventsCount\":4,\"droppedLinksCount\":5,"
    "\"events\":[{\"timeUnixNano\":\"1700000001000000000\",\"name\":\"exception\",\"droppedAttributesCount\":1,"
    "\"attributes\":[{\"key\":\"exception.message\",\"value\":{\"stringValue\":\"no cart\"}}]},"
    "{\"timeUnixNano\":\"5\",\"name\":\"before\"}],"
    "\"links\":[{\"traceId\":\"ffffffffffffffffffffffffffffffff\",\"spanId\":\"eeeeeeeeeeeeeeee\","
    "\"traceState\":\"c=3\",\"flags\":1,\"droppedAttributesCount\":2,"
    "\"attributes\":[{\"key\":\"l\",\"value\":{\"intValue\":\"1\"}}]}],"
    "\"status\":{\"code\":2,\"message\":\"it broke\"}";

static void
check_everything (TestStore *store)
{
  static const guint8 id[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
  g_autoptr (FlowTraceReader) reader = test_store_reader (store);
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTrace) trace = flow_trace_reader_load (reader, id, &error);
  const FlowTraceSpan *span;
  g_autofree char *service = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (trace->n_spans, ==, 1);
  span = trace->spans;
  service = flow_protobuf_attribute_text (span->resource.data, span->resource.length, 1, "service.name");
  g_assert_cmpmem (&span->span_id, 8, id, 8);
  g_assert_cmpstr (span->name.data, ==, "GET /cart");
  g_assert_cmpstr (span->service.data, ==, "shop");
  g_assert_cmpstr (span->file.data, ==, "/src/cart.ts");
  g_assert_cmpuint (span->line, ==, 42);
  g_assert_cmpuint (span->kind, ==, 2);
  g_assert_cmpuint (span->status, ==, 2);
  g_assert_cmpuint (span->flags, ==, FLOW_SPAN_ERROR | FLOW_SPAN_EXCEPTION | FLOW_SPAN_LOCATION);
  g_assert_cmpint (span->duration_ns, ==, 5000000000);
  g_assert_cmpstr (trace->info->name, ==, "GET /cart");
  g_assert_cmpuint (trace->info->errors, ==, 1);
  g_assert_true (trace->info->has_location);
  g_assert_cmpstr (trace->info->services[0], ==, "shop");
  g_assert_null (trace->info->services[1]);
}

static void
test_everything (gconstpointer data)
{
  g_autofree char *document = otlp_span_document (everything);
  g_autoptr (FlowSpanBatch) batch = otlp_decode_text (FLOW_SIGNAL_TRACES, document);
  g_autofree char *wanted = rows_of (batch);
  g_autofree char *found = NULL;
  TestStore store;

  test_store_init (&store);
  test_store_take (&store, flow_span_batch_ref (batch));
  bring_into (&store, (State) GPOINTER_TO_INT (data));
  check_everything (&store);
  found = loaded (&store, FLOW_SIGNAL_TRACES);
  g_assert_cmpstr (found, ==, wanted);
  test_store_clear (&store);
}

/* Logs stand with the spans of their trace, whichever came first; they do not make it longer. */
static void
test_logs_join (gconstpointer data)
{
  TestSpan span = test_span (1, 7);
  TestLog logs[] = { { 1, 7, 0, "second", "shop", 9 },
                     { 1, 7, 0, "first", "other", 17 },
                     { 2, 0, 5, "alone", "shop", 1 },
                     { 0, 0, 6, "of no trace", NULL, 0 } };
  g_autoptr (FlowTraceReader) reader = NULL;
  g_autoptr (FlowTrace) trace = NULL, alone = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autofree char *out = NULL;
  FlowTraceFilter filter = { 0 };
  TestStore store;

  logs[0].time_ns = span.end_ns + 5000;
  logs[1].time_ns = 1;
  test_store_init (&store);
  test_store_take (&store, test_logs (&logs[0], 1));
  test_store_spans (&store, &span, 1);
  test_store_take (&store, test_logs (&logs[1], 3));
  bring_into (&store, (State) GPOINTER_TO_INT (data));

  trace = test_store_load (&store, 1);
  g_assert_cmpuint (trace->n_spans, ==, 1);
  g_assert_cmpuint (trace->n_logs, ==, 2);
  g_assert_cmpstr (trace->logs[0].body.data, ==, "first");
  g_assert_cmpstr (trace->logs[0].service.data, ==, "other");
  g_assert_cmpuint (trace->logs[0].severity, ==, 17);
  g_assert_cmpuint (trace->logs[0].span_id, ==, 7);
  g_assert_cmpstr (trace->logs[1].body.data, ==, "second");
  g_assert_cmpuint (trace->logs[1].time_ns, ==, logs[0].time_ns);
  g_assert_cmpuint (trace->info->logs, ==, 2);
  g_assert_cmpint (trace->info->start_ns, ==, (gint64) span.start_ns);
  g_assert_cmpint (trace->info->end_ns, ==, (gint64) span.end_ns);
  g_assert_cmpstr (trace->info->name, ==, "work");

  alone = test_store_load (&store, 2);
  g_assert_cmpuint (alone->n_spans, ==, 0);
  g_assert_cmpuint (alone->n_logs, ==, 1);
  g_assert_cmpint (alone->info->start_ns, ==, 5);
  reader = test_store_reader (&store);
  list = flow_trace_reader_list (reader, &filter, NULL);
  g_assert_cmpuint (list->len, ==, 1);
  out = exported (&store, FLOW_SIGNAL_LOGS);
  g_assert_nonnull (strstr (out, "of no trace"));
  test_store_clear (&store);
}

static void
test_series (gconstpointer data)
{
  TestPoint points[] = { { 30, "cpu", "shop", "core", "1", 0.5 },
                         { 10, "cpu", "shop", "core", "1", 0.25 },
                         { 20, "cpu", "shop", "core", "2", 1 },
                         { 20, "memory", "shop", NULL, NULL, 7 } };
  g_autoptr (FlowTraceReader) reader = NULL;
  g_autoptr (FlowMetrics) metrics = NULL;
  const FlowMetricSeries *series;
  TestStore store;

  test_store_init (&store);
  test_store_take (&store, test_points (points, 1));
  test_store_take (&store, test_points (points + 1, 3));
  bring_into (&store, (State) GPOINTER_TO_INT (data));
  reader = test_store_reader (&store);
  metrics = flow_trace_reader_metrics (reader, NULL, NULL, NULL);
  g_assert_cmpuint (metrics->series->len, ==, 3);
  for (guint i = 0; i < metrics->series->len; i++)
    {
      series = metrics->series->pdata[i];
      g_assert_cmpstr (series->service.data, ==, "shop");
      g_assert_cmpstr (series->name.data, ==, i < 2 ? "cpu" : "memory");
      g_assert_cmpuint (series->kind, ==, FLOW_POINT_GAUGE);
    }
  series = metrics->series->pdata[((FlowMetricSeries *) metrics->series->pdata[0])->points->len == 2 ? 0 : 1];
  g_assert_cmpuint (series->points->len, ==, 2);
  g_assert_cmpuint (g_array_index (series->points, FlowMetricPoint, 0).time_ns, ==, 10);
  g_assert_cmpuint (g_array_index (series->points, FlowMetricPoint, 1).time_ns, ==, 30);
  g_assert_cmpuint (g_array_index (series->points, FlowMetricPoint, 1).point.length, ==, 9);
  test_store_clear (&store);
}

/* Parents before their children where the clocks allow, also when these have the same start and end. */
static void
test_order (void)
{
  TestSpan spans[6];
  g_autoptr (FlowTrace) trace = NULL;
  TestStore store;

  for (guint i = 0; i < 6; i++)
    {
      spans[i] = test_span (1, 100 - i);
      spans[i].start_ns = 1000;
      spans[i].end_ns = 2000;
      spans[i].parent_id = i > 0 ? 100 - i + 1 : 0;
    }
  spans[5].start_ns = 500;
  test_store_init (&store);
  for (guint i = 6; i > 0; i--)
    test_store_spans (&store, &spans[i - 1], 1);
  trace = test_store_load (&store, 1);
  g_assert_cmpuint (trace->spans[0].span_id, ==, 95);
  for (guint i = 1; i < 6; i++)
    g_assert_cmpuint (trace->spans[i].span_id, ==, 101 - i);
  test_store_clear (&store);
}

/* Times as no clock gives them. */
static void
test_hostile_times (gconstpointer data)
{
  static const guint64 times[] = { 0, 1, G_MAXINT64, (guint64) G_MAXINT64 + 1, G_MAXUINT64 - 1, G_MAXUINT64 };
  TestSpan spans[G_N_ELEMENTS (times) * G_N_ELEMENTS (times)];
  g_autoptr (FlowTrace) trace = NULL;
  g_autoptr (FlowTraceReader) reader = NULL;
  g_autoptr (GArray) buckets = NULL;
  g_autoptr (GError) error = NULL;
  TestStore store;
  guint count = 0;
  guint64 total = 0;
  FlowSpanFilter all = { .status = -1 };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    for (guint j = 0; j < G_N_ELEMENTS (times); j++)
      {
        spans[count] = test_span (1, count + 1);
        spans[count].start_ns = times[i];
        spans[count++].end_ns = times[j];
      }
  test_store_init (&store);
  test_store_spans (&store, spans, count);
  bring_into (&store, (State) GPOINTER_TO_INT (data));
  trace = test_store_load (&store, 1);
  g_assert_cmpuint (trace->n_spans, ==, count);
  g_assert_cmpint (trace->info->start_ns, ==, 0);
  g_assert_cmpint (trace->info->end_ns, ==, G_MAXINT64);
  for (gsize i = 0; i < trace->n_spans; i++)
    {
      const TestSpan *wanted = &spans[trace->spans[i].span_id - 1];

      g_assert_cmpuint (trace->spans[i].start_ns, ==, wanted->start_ns);
      g_assert_cmpuint (trace->spans[i].start_ns + (guint64) trace->spans[i].duration_ns, ==, wanted->end_ns);
    }
  reader = test_store_reader (&store);
  g_assert_true (flow_trace_reader_count (reader, &all, &total, NULL));
  g_assert_cmpuint (total, ==, count);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    for (guint j = 0; j < G_N_ELEMENTS (times); j++)
      {
        g_clear_pointer (&buckets, g_array_unref);
        buckets = flow_trace_reader_lod (reader, (gint64) times[i], (gint64) times[j], 1 + i * 100, &error);
        g_assert_no_error (error);
      }
  /* Sending them again changes nothing. */
  g_assert_cmpuint (test_store_spans (&store, spans, count).duplicates, ==, count);
  test_store_clear (&store);
}

int
main (int argc, char **argv)
{
  static const char *const states[N_STATES] = { "committed", "sealed", "reopened", "crashed", "adopted" };
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } tests[] = {
    { "samples", test_samples },     { "everything", test_everything },       { "logs", test_logs_join },
    { "series", test_series },       { "hostile-times", test_hostile_times },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    for (guint state = 0; state < N_STATES; state++)
      g_test_add_data_func (test_text ("/trace/store/%s/%s", tests[i].name, states[state]), GINT_TO_POINTER (state),
                            tests[i].func);
  g_test_add_func ("/trace/store/order", test_order);
  return g_test_run ();
}
