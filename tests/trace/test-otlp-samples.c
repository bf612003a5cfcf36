/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "otlp-test.h"

#include "trace/flow-otlp-decoder.h"
#include "trace/flow-otlp-encoder.h"

static FlowSpanBatch *
decode_sample (const char *name)
{
  for (guint i = 0; i < otlp_n_samples; i++)
    if (g_str_equal (otlp_samples[i].name, name))
      {
        g_autoptr (GBytes) body = otlp_sample_load (name);

        return otlp_decode (otlp_samples[i].signal, otlp_samples[i].json, g_bytes_get_data (body, NULL),
                            g_bytes_get_size (body));
      }
  g_assert_not_reached ();
}

/* Decoded, encoded and decoded again it is the same, in both encodings. */
static void
test_round_trip (gconstpointer data)
{
  const OtlpSample *sample = data;
  g_autoptr (GBytes) body = otlp_sample_load (sample->name);
  g_autoptr (FlowSpanBatch) first = NULL, second = NULL, third = NULL;
  g_autofree char *dump = NULL, *dump2 = NULL, *dump3 = NULL;
  g_auto (FlowBuffer) protobuf = { 0 };

  first = otlp_decode (sample->signal, sample->json, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_assert_cmpuint (first->n_rows, >, 0);
  g_assert_cmpuint (first->rejected, ==, 0);
  g_assert_null (first->message);
  dump = otlp_dump (first);

  flow_otlp_encode_protobuf (first, &protobuf);
  second = otlp_decode (sample->signal, FALSE, protobuf.data, protobuf.length);
  dump2 = otlp_dump (second);
  g_assert_cmpstr (dump, ==, dump2);
  g_assert_cmpuint (first->extra.length, ==, second->extra.length);

  third = otlp_decode_text (sample->signal, dump);
  dump3 = otlp_dump (third);
  g_assert_cmpstr (dump, ==, dump3);
  g_assert_cmpuint (first->n_rows, ==, third->n_rows);
}

/* What is written is what the document said. */
static void
test_lossless (gconstpointer data)
{
  const OtlpSample *sample = data;
  g_autoptr (GBytes) body = otlp_sample_load (sample->name);
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_autoptr (FlowSpanBatch) batch = otlp_decode_text (sample->signal, text);
  g_autofree char *dump = otlp_dump (batch);
  g_autofree char *expected = otlp_normalise (text, FALSE);
  g_autofree char *found = otlp_normalise (dump, FALSE);

  g_assert_cmpstr (found, ==, expected);
}

/* JSON and protobuf of the same program differ in ids, times and measured values alone. */
static void
test_pair (gconstpointer data)
{
  const char *const *names = data;
  g_autoptr (FlowSpanBatch) protobuf = decode_sample (names[0]);
  g_autoptr (FlowSpanBatch) json = decode_sample (names[1]);
  g_autofree char *dump = otlp_dump (protobuf), *dump2 = otlp_dump (json);
  g_autofree char *normal = otlp_normalise (dump, TRUE), *normal2 = otlp_normalise (dump2, TRUE);

  g_assert_cmpstr (normal, ==, normal2);
}

/* Each pair by itself, byte for byte: a JSON sample, encoded as protobuf, gives the very same batch. */
static void
test_same_batch (gconstpointer data)
{
  const OtlpSample *sample = data;
  g_autoptr (FlowSpanBatch) json = decode_sample (sample->name), protobuf = NULL;
  g_auto (FlowBuffer) body = { 0 };

  flow_otlp_encode_protobuf (json, &body);
  protobuf = otlp_decode (sample->signal, FALSE, body.data, body.length);
  g_assert_cmpuint (json->n_resources, ==, protobuf->n_resources);
  for (guint i = 0; i < json->n_resources; i++)
    {
      gsize length, length2;
      const char *header = flow_dictionary_get (json->strings, json->resources[i].header, &length);
      const char *header2 = flow_dictionary_get (protobuf->strings, protobuf->resources[i].header, &length2);

      g_assert_cmpmem (header, length, header2, length2);
      g_assert_cmpstr (otlp_string (json, json->resources[i].service), ==,
                       otlp_string (protobuf, protobuf->resources[i].service));
    }
}

static void
test_columns (void)
{
  g_autoptr (FlowSpanBatch) batch = decode_sample ("otlp-sample.json");
  const FlowSpan *child = &batch->spans[0], *root = &batch->spans[1];

  g_assert_cmpuint (batch->n_rows, ==, 2);
  g_assert_cmpuint (batch->n_resources, ==, 1);
  g_assert_cmpstr (otlp_string (batch, batch->resources[0].service), ==, "demo-svc");
  g_assert_cmpstr (otlp_string (batch, child->name), ==, "SELECT users");
  g_assert_cmpuint (child->kind, ==, 3);
  g_assert_cmpuint (child->status, ==, 2);
  g_assert_cmpuint (child->flags, ==, FLOW_SPAN_ERROR | FLOW_SPAN_EXCEPTION);
  g_assert_cmpuint (child->start_ns, ==, 1795165040235000000u);
  g_assert_cmpuint (child->end_ns, ==, 1795165040235496006u);
  g_assert_cmpuint (child->parent_id, ==, root->span_id);
  g_assert_cmpmem (child->trace_id, 16, root->trace_id, 16);
  g_assert_cmpuint (root->parent_id, ==, 0);
  g_assert_cmpuint (root->status, ==, 1);
  g_assert_cmpuint (root->flags, ==, FLOW_SPAN_LOCATION);
  g_assert_cmpstr (otlp_string (batch, root->file), ==, "/home/u/app/server.js");
  g_assert_cmpuint (root->line, ==, 42);
  g_assert_cmpuint (child->scope, ==, root->scope);
}

/* Deno sends a file URL, an empty parent and numbers as doubles. */
static void
test_deno (void)
{
  g_autoptr (FlowSpanBatch) batch = decode_sample ("otlp-deno-traces.json");

  g_assert_cmpuint (batch->n_rows, ==, 3);
  g_assert_cmpuint (batch->spans[0].parent_id, ==, 0);
  g_assert_cmpstr (otlp_string (batch, batch->spans[0].file), ==, "/home/dev/denoapp/main.ts");
  g_assert_cmpuint (batch->spans[1].scope, !=, batch->spans[0].scope);
}

static void
test_logs (void)
{
  g_autoptr (FlowSpanBatch) batch = decode_sample ("otlp-deno-logs.bin");
  g_autoptr (FlowSpanBatch) event = decode_sample ("spec-example-events.json");
  const FlowLog *log = batch->logs;

  g_assert_cmpuint (batch->n_rows, ==, 1);
  g_assert_cmpstr (otlp_string (batch, log->body), ==, "log line from deno\n");
  g_assert_cmpuint (log->severity, ==, 9);
  g_assert_cmpuint (log->time_ns, ==, 0x18e9b51cb455e46fu);
  g_assert_cmpuint (log->flags, ==, 0);
  g_assert_cmphex (log->trace_id[0], ==, 0x34);
  g_assert_cmpuint (event->logs[0].body, ==, 0);
}

static void
test_metrics (void)
{
  g_autoptr (FlowSpanBatch) batch = decode_sample ("spec-example-metrics.json");
  static const FlowPointKind kinds[] = { FLOW_POINT_SUM, FLOW_POINT_GAUGE, FLOW_POINT_HISTOGRAM,
                                         FLOW_POINT_EXPONENTIAL_HISTOGRAM };

  g_assert_cmpuint (batch->n_rows, ==, G_N_ELEMENTS (kinds));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_assert_cmpuint (batch->points[i].kind, ==, kinds[i]);
      g_assert_cmpuint (batch->points[i].time_ns, ==, 1544712660300000000u);
      g_assert_cmpuint (batch->points[i].attributes, !=, 0);
    }
  g_assert_cmpstr (otlp_string (batch, batch->points[0].name), ==, "my.counter");
}

int
main (int argc, char **argv)
{
  static const char *const pairs[][2] = {
    { "otlp-sample.bin", "otlp-sample.json" },
    { "otlp-deno-traces.bin", "otlp-deno-traces.json" },
    { "otlp-deno-logs.bin", "otlp-deno-logs.json" },
    { "otlp-deno-metrics.bin", "otlp-deno-metrics.json" },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < otlp_n_samples; i++)
    {
      g_autofree char *round = g_strdup_printf ("/otlp/round-trip/%s", otlp_samples[i].name);
      g_autofree char *lossless = g_strdup_printf ("/otlp/lossless/%s", otlp_samples[i].name);
      g_autofree char *same = g_strdup_printf ("/otlp/same-batch/%s", otlp_samples[i].name);

      g_test_add_data_func (round, &otlp_samples[i], test_round_trip);
      g_test_add_data_func (same, &otlp_samples[i], test_same_batch);
      if (otlp_samples[i].json)
        g_test_add_data_func (lossless, &otlp_samples[i], test_lossless);
    }
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *path = g_strdup_printf ("/otlp/pair/%s", pairs[i][0]);

      g_test_add_data_func (path, pairs[i], test_pair);
    }
  g_test_add_func ("/otlp/columns/js", test_columns);
  g_test_add_func ("/otlp/columns/deno", test_deno);
  g_test_add_func ("/otlp/columns/logs", test_logs);
  g_test_add_func ("/otlp/columns/metrics", test_metrics);
  return g_test_run ();
}
