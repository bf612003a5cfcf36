/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "otlp-test.h"

#include "base/flow-error.h"
#include "trace/flow-otlp-decoder.h"

/* A build that is not optimised looks for lines that nothing runs: a part of the cuts has all of them. */
#ifdef __OPTIMIZE__
#define STEP 1
#else
#define STEP 7
#endif

/* A copy that ends where its memory does, so that the sanitizer sees a byte read behind it. */
static FlowSpanBatch *
decode_exact (FlowSignal signal, gboolean json, const guint8 *data, gsize length, GError **error)
{
  g_autofree guint8 *exact = g_memdup2 (data, length);

  return json ? flow_otlp_decode_json (signal, exact, length, error)
              : flow_otlp_decode_protobuf (signal, exact, length, error);
}

/* Cut at every byte a sample is an error, or in protobuf, where a message may end between two fields, a shorter
 * batch; taken for another signal it is never a crash. */
static void
test_truncation (gconstpointer data)
{
  const OtlpSample *sample = data;
  g_autoptr (GBytes) body = otlp_sample_load (sample->name);
  const guint8 *bytes = g_bytes_get_data (body, NULL);
  gsize length = g_bytes_get_size (body);
  g_autoptr (FlowSpanBatch) whole = otlp_decode (sample->signal, sample->json, bytes, length);

  if (sample->json)
    while (g_ascii_isspace (bytes[length - 1]))
      length--;
  for (gsize cut = 0; cut < length; cut += STEP)
    for (guint i = 0; i < (cut % 8 == 0 ? FLOW_N_SIGNALS : 1); i++)
      {
        FlowSignal signal = (FlowSignal) ((sample->signal + i) % FLOW_N_SIGNALS);
        g_autoptr (GError) error = NULL;
        g_autoptr (FlowSpanBatch) batch = decode_exact (signal, sample->json, bytes, cut, &error);

        if (batch == NULL)
          g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
        else
          g_assert_no_error (error);
        if (sample->json)
          g_assert_null (batch);
        else if (batch != NULL && i == 0)
          g_assert_cmpuint (batch->n_rows, <=, whole->n_rows);
      }
}

/* Each byte of a sample replaced by some that are likely to hurt, in turns. */
static void
test_damage (gconstpointer data)
{
  static const guint8 bytes[] = { 0x00, 0x01, 0x0a, 0x7f, 0x80, 0xff, '"', '\\', '{', '[', '9', '-' };
  const OtlpSample *sample = data;
  g_autoptr (GBytes) body = otlp_sample_load (sample->name);
  gsize length = g_bytes_get_size (body);
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (body, NULL), length);

  for (gsize i = 0; i < length; i += STEP)
    {
      guint8 original = copy[i];

      for (guint j = i % 4; j < G_N_ELEMENTS (bytes); j += 4)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (FlowSpanBatch) batch = NULL;
          g_autofree char *dump = NULL;

          copy[i] = bytes[j];
          batch = sample->json ? flow_otlp_decode_json (sample->signal, copy, length, &error)
                               : flow_otlp_decode_protobuf (sample->signal, copy, length, &error);
          g_assert_true ((batch == NULL) == (error != NULL));
          if (batch != NULL && i % 16 == 0)
            dump = otlp_dump (batch);
        }
      copy[i] = original;
    }
}

static char *
repeat (const char *text, guint times)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < times; i++)
    g_string_append (out, text);
  return g_string_free (out, FALSE);
}

static char *
json_refusal (const char *document)
{
  g_autoptr (GError) error = NULL;
  FlowSpanBatch *batch = flow_otlp_decode_json (FLOW_SIGNAL_TRACES, document, strlen (document), &error);

  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
  g_assert_null (batch);
  return g_strdup (error->message);
}

static void
test_deep_unknown (void)
{
  g_autofree char *arrays = repeat ("[", 10000), *objects = repeat ("{\"a\":", 10000);
  g_autofree char *fine = repeat ("[", 999), *fine_end = repeat ("]", 999);
  g_autofree char *first = g_strdup_printf ("{\"later\":%s", arrays);
  g_autofree char *second = g_strdup_printf ("{\"later\":%s", objects);
  g_autofree char *third = g_strdup_printf ("{\"later\":%s%s}", fine, fine_end);
  g_autofree char *message = json_refusal (first), *message2 = json_refusal (second);
  g_autoptr (FlowSpanBatch) batch = otlp_decode_text (FLOW_SIGNAL_TRACES, third);

  g_assert_nonnull (strstr (message, "nested deeper than 1000 levels"));
  g_assert_nonnull (strstr (message2, "nested deeper than 1000 levels"));
  g_assert_cmpuint (batch->n_rows, ==, 0);
}

static void
test_deep_values (void)
{
  g_autofree char *open = repeat ("{\"arrayValue\":{\"values\":[", 10000);
  g_autofree char *members = g_strdup_printf ("\"attributes\":[{\"key\":\"k\",\"value\":%s", open);
  g_autofree char *document = otlp_span_document (members);
  g_autofree char *message = json_refusal (document);

  g_assert_nonnull (strstr (message, "deeper than 100 levels"));
  g_assert_nonnull (
      strstr (message, "resourceSpans[0].scopeSpans[0].spans[0].attributes[0].value.arrayValue.values[0]"));
}

/* 10,000 levels in protobuf: built from the inside, each level 3 to 4 bytes around the one before. */
static void
test_deep_protobuf (void)
{
  g_auto (FlowBuffer) inner = { 0 };
  g_auto (FlowBuffer) span = { 0 };
  g_auto (FlowBuffer) body = { 0 };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 20000; i++)
    {
      g_auto (FlowBuffer) outer = { 0 };

      flow_wire_put_bytes (&outer, i % 2 == 0 ? 1 : 5, inner.data, inner.length);
      flow_buffer_clear (&inner);
      inner = outer;
      outer = (FlowBuffer) { 0 };
    }
  otlp_put_ids (&span);
  {
    g_auto (FlowBuffer) pair = { 0 };

    flow_wire_put_bytes (&pair, 2, inner.data, inner.length);
    flow_wire_put_bytes (&span, 9, pair.data, pair.length);
  }
  otlp_wrap_span (&body, &span);
  g_assert_null (flow_otlp_decode_protobuf (FLOW_SIGNAL_TRACES, body.data, body.length, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
}

/* Rows that cost two bytes to send but many to keep are bounded. */
static void
test_tiny_rows (void)
{
  const guint rows = (1u << 22) + 5;
  g_auto (FlowBuffer) scope = { 0 };
  g_auto (FlowBuffer) resource = { 0 };
  g_auto (FlowBuffer) body = { 0 };
  g_autoptr (FlowSpanBatch) batch = NULL;

  for (guint i = 0; i < rows; i++)
    flow_buffer_put (&scope, "\x12\0", 2);
  flow_wire_put_bytes (&resource, 2, scope.data, scope.length);
  flow_wire_put_bytes (&body, 1, resource.data, resource.length);
  batch = otlp_decode (FLOW_SIGNAL_LOGS, FALSE, body.data, body.length);
  g_assert_cmpuint (batch->n_rows, ==, 1u << 22);
  g_assert_cmpuint (batch->rejected, ==, 5);
  g_assert_nonnull (strstr (batch->message, "5 log records refused, one request may hold 4194304"));
}

/* Sub-messages that come again and again merge by copying; that is bounded too. */
static void
test_merging (void)
{
  g_auto (FlowBuffer) span = { 0 };
  g_auto (FlowBuffer) body = { 0 };
  g_auto (FlowBuffer) inner = { 0 };
  g_autofree char *text = g_strnfill (1 << 20, 'x');
  g_autoptr (GError) error = NULL;

  flow_wire_put_bytes (&inner, 1, text, 1 << 20);
  for (guint i = 0; i < 60; i++)
    {
      g_auto (FlowBuffer) list = { 0 };
      g_auto (FlowBuffer) value = { 0 };

      flow_wire_put_bytes (&list, 1, inner.data, inner.length);
      flow_wire_put_bytes (&value, 5, list.data, list.length);
      flow_wire_put_bytes (&value, 5, "", 0);
      flow_buffer_clear (&inner);
      inner = value;
      value = (FlowBuffer) { 0 };
    }
  otlp_put_ids (&span);
  {
    g_auto (FlowBuffer) pair = { 0 };

    flow_wire_put_bytes (&pair, 2, inner.data, inner.length);
    flow_wire_put_bytes (&span, 9, pair.data, pair.length);
  }
  otlp_wrap_span (&body, &span);
  g_assert_null (flow_otlp_decode_protobuf (FLOW_SIGNAL_TRACES, body.data, body.length, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
  g_assert_nonnull (strstr (error->message, "more than once"));
}

/* A key that comes again many times beside a long list takes no quadratic time. */
static void
test_many_duplicates (void)
{
  g_autofree char *spans = repeat ("{},", 50000), *keys = repeat (",\"scope\":{\"name\":\"s\"}", 50000);
  g_autofree char *document = g_strdup_printf (
      "{\"resourceSpans\":[{\"scopeSpans\":[{\"scope\":{},\"spans\":[%s{}]%s}]}]}", spans, keys);
  g_autoptr (FlowSpanBatch) batch = otlp_decode_text (FLOW_SIGNAL_TRACES, document);

  g_assert_cmpuint (batch->rejected, ==, 50001);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < otlp_n_samples; i++)
    {
      g_autofree char *truncation = g_strdup_printf ("/otlp/hostile/truncation/%s", otlp_samples[i].name);
      g_autofree char *damage = g_strdup_printf ("/otlp/hostile/damage/%s", otlp_samples[i].name);

      g_test_add_data_func (truncation, &otlp_samples[i], test_truncation);
      g_test_add_data_func (damage, &otlp_samples[i], test_damage);
    }
  g_test_add_func ("/otlp/hostile/deep-unknown", test_deep_unknown);
  g_test_add_func ("/otlp/hostile/deep-values", test_deep_values);
  g_test_add_func ("/otlp/hostile/deep-protobuf", test_deep_protobuf);
  g_test_add_func ("/otlp/hostile/tiny-rows", test_tiny_rows);
  g_test_add_func ("/otlp/hostile/merging", test_merging);
  g_test_add_func ("/otlp/hostile/many-duplicates", test_many_duplicates);
  return g_test_run ();
}
