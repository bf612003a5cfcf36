/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-bench"

#include <json-glib/json-glib.h>

#include "bench/bench-util.h"
#include "bench/otlp-gen.h"
#include "trace/flow-otlp-decoder.h"
#ifdef HAVE_PROTOBUF_C
#include "otlp-bench.pb-c.h"
#endif

#define BODIES 48
#define SPANS 512
#define ROUNDS 7

typedef struct
{
  FlowBuffer bodies[BODIES];
  gsize bytes;
} Bodies;

/* What keeps the compiler from leaving work out. */
static volatile guint64 sink;

typedef void (*Work) (const FlowBuffer *body);

static void
make_bodies (Bodies *self, gboolean json, gboolean unique)
{
  OtlpGen gen;

  otlp_gen_init (&gen, 7);
  gen.unique = unique;
  self->bytes = 0;
  for (guint i = 0; i < BODIES; i++)
    {
      self->bodies[i] = (FlowBuffer) { 0 };
      if (json)
        {
          g_autoptr (GString) text = g_string_new (NULL);

          otlp_gen_json (&gen, SPANS, text);
          flow_buffer_put (&self->bodies[i], text->str, text->len);
        }
      else
        otlp_gen_protobuf (&gen, SPANS, &self->bodies[i]);
      self->bytes += self->bodies[i].length;
    }
}

static void
clear_bodies (Bodies *self)
{
  for (guint i = 0; i < BODIES; i++)
    flow_buffer_clear (&self->bodies[i]);
}

static void
copy_body (const FlowBuffer *body)
{
  static guint8 *copy;

  copy = g_realloc (copy, body->length);
  memcpy (copy, body->data, body->length);
  sink += copy[body->length / 2];
}

static void
check (FlowSpanBatch *batch)
{
  g_assert_nonnull (batch);
  g_assert_cmpuint (batch->n_rows, ==, SPANS);
  sink += batch->spans[SPANS / 2].start_ns;
  flow_span_batch_unref (batch);
}

static void
decode_protobuf (const FlowBuffer *body)
{
  check (flow_otlp_decode_protobuf (FLOW_SIGNAL_TRACES, body->data, body->length, NULL));
}

static void
decode_json (const FlowBuffer *body)
{
  check (flow_otlp_decode_json (FLOW_SIGNAL_TRACES, body->data, body->length, NULL));
}

#ifdef HAVE_PROTOBUF_C
static void
protobuf_c (const FlowBuffer *body)
{
  Bench__Request *request = bench__request__unpack (NULL, body->length, body->data);
  Bench__ScopeSpans *scope;

  g_assert_nonnull (request);
  scope = request->resource_spans[0]->scope_spans[0];
  for (gsize i = 0; i < scope->n_spans; i++)
    {
      sink += scope->spans[i]->start_time_unix_nano;
      for (gsize j = 0; j < scope->spans[i]->n_attributes; j++)
        sink += (guint8) scope->spans[i]->attributes[j]->key[0];
    }
  bench__request__free_unpacked (request, NULL);
}
#endif

static void
json_glib (const FlowBuffer *body)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *object;
  JsonArray *spans;

  g_assert_true (json_parser_load_from_data (parser, (const char *) body->data, (gssize) body->length, NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  object = json_array_get_object_element (json_object_get_array_member (object, "resourceSpans"), 0);
  object = json_array_get_object_element (json_object_get_array_member (object, "scopeSpans"), 0);
  spans = json_object_get_array_member (object, "spans");
  for (guint i = 0; i < json_array_get_length (spans); i++)
    {
      JsonObject *span = json_array_get_object_element (spans, i);

      sink += strlen (json_object_get_string_member (span, "startTimeUnixNano"));
      sink += json_array_get_length (json_object_get_array_member (span, "attributes"));
    }
}

static double
measure (const char *what, const Bodies *bodies, Work work)
{
  const double spans = (double) BODIES * SPANS;
  double best = G_MAXDOUBLE;

  for (guint round = 0; round < ROUNDS; round++)
    {
      double start = bench_cpu_s (0), used;

      for (guint i = 0; i < BODIES; i++)
        work (&bodies->bodies[i]);
      used = bench_cpu_s (0) - start;
      best = MIN (best, used);
    }
  bench_row (what, "%7.3f us/span  %8.2f M spans/s  %7.0f MB/s", best / spans * 1e6, spans / best * 1e-6,
             (double) bodies->bytes / best * 1e-6);
  return spans / best * 1e-6;
}

static void
judge (const char *what, double rate, double must, double stretch)
{
  bench_row (what, "%.2f M spans/s; must %.1f M: %s, stretch %.1f M: %s", rate, must, rate >= must ? "met" : "MISSED",
             stretch, rate >= stretch ? "met" : "not met");
}

int
main (void)
{
  Bodies protobuf, unique, json;
  double ours, ours_json;

  make_bodies (&protobuf, FALSE, FALSE);
  make_bodies (&unique, FALSE, TRUE);
  make_bodies (&json, TRUE, FALSE);
  bench_title ("decode: bodies of 512 spans as the JS SDK writes them, CPU time, best of 7");
  bench_row ("bytes a span", "%.0f protobuf, %.0f JSON", (double) protobuf.bytes / BODIES / SPANS,
             (double) json.bytes / BODIES / SPANS);
  measure ("memcpy of the protobuf (floor)", &protobuf, copy_body);
  ours = measure ("protobuf to span batch", &protobuf, decode_protobuf);
  measure ("  the same, every value new", &unique, decode_protobuf);
#ifdef HAVE_PROTOBUF_C
  measure ("protobuf-c, unpacked and freed", &protobuf, protobuf_c);
#else
  bench_row ("protobuf-c", "not built: protoc-c is missing");
#endif
  measure ("memcpy of the JSON (floor)", &json, copy_body);
  ours_json = measure ("JSON to span batch", &json, decode_json);
  measure ("json-glib, parsed", &json, json_glib);
  judge ("goal for protobuf", ours, 2.5, 4);
  judge ("goal for JSON", ours_json, 0.4, 1);
  clear_bodies (&protobuf);
  clear_bodies (&unique);
  clear_bodies (&json);
  return 0;
}
