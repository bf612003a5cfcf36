/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "otlp-test.h"

#include <json-glib/json-glib.h>

#include "trace/flow-otlp-decoder.h"
#include "trace/flow-otlp-encoder.h"

const OtlpSample otlp_samples[] = {
  { "otlp-sample.bin", FLOW_SIGNAL_TRACES, FALSE },        { "otlp-sample.json", FLOW_SIGNAL_TRACES, TRUE },
  { "otlp-deno-traces.bin", FLOW_SIGNAL_TRACES, FALSE },   { "otlp-deno-traces.json", FLOW_SIGNAL_TRACES, TRUE },
  { "otlp-deno-logs.bin", FLOW_SIGNAL_LOGS, FALSE },       { "otlp-deno-logs.json", FLOW_SIGNAL_LOGS, TRUE },
  { "otlp-deno-metrics.bin", FLOW_SIGNAL_METRICS, FALSE }, { "otlp-deno-metrics.json", FLOW_SIGNAL_METRICS, TRUE },
  { "spec-example-trace.json", FLOW_SIGNAL_TRACES, TRUE }, { "spec-example-logs.json", FLOW_SIGNAL_LOGS, TRUE },
  { "spec-example-events.json", FLOW_SIGNAL_LOGS, TRUE },  { "spec-example-metrics.json", FLOW_SIGNAL_METRICS, TRUE },
};
const guint otlp_n_samples = G_N_ELEMENTS (otlp_samples);

GBytes *
otlp_sample_load (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "otlp", name, NULL);
  g_autoptr (GError) error = NULL;
  char *data;
  gsize length;

  g_file_get_contents (path, &data, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, length);
}

FlowSpanBatch *
otlp_decode (FlowSignal signal, gboolean json, gconstpointer data, gsize length)
{
  g_autoptr (GError) error = NULL;
  FlowSpanBatch *batch = json ? flow_otlp_decode_json (signal, data, length, &error)
                              : flow_otlp_decode_protobuf (signal, data, length, &error);

  g_assert_no_error (error);
  g_assert_nonnull (batch);
  return batch;
}

FlowSpanBatch *
otlp_decode_text (FlowSignal signal, const char *json)
{
  return otlp_decode (signal, TRUE, json, strlen (json));
}

/* All that a batch holds, as text. */
char *
otlp_dump (const FlowSpanBatch *batch)
{
  GString *out = g_string_new (NULL);

  flow_otlp_encode_json (batch, out);
  return g_string_free (out, FALSE);
}

const char *
otlp_string (const FlowSpanBatch *batch, guint32 id)
{
  return flow_dictionary_get (batch->strings, id, NULL);
}

static gboolean
is_in (const char *const *list, const char *text)
{
  return g_strv_contains (list, text);
}

/* Members whose default is not the same as their absence. */
static const char *const kept[] = { "stringValue", "boolValue", "intValue",   "doubleValue",
                                    "asInt",       "asDouble",  "bytesValue", NULL };
/* Members that are new in each run of a program. */
static const char *const masked_members[] = { "traceId",
                                              "spanId",
                                              "parentSpanId",
                                              "sum",
                                              "min",
                                              "max",
                                              "bucketCounts",
                                              "asInt",
                                              "startTimeUnixNano",
                                              "timeUnixNano",
                                              "count",
                                              "endTimeUnixNano",
                                              "asDouble",
                                              "observedTimeUnixNano",
                                              NULL };
/* Attributes that are new in each run. */
static const char *const masked_keys[] = { "process.pid", "process.command_args", NULL };

static char *normal_node (JsonNode *node, const char *name, gboolean masked);

static char *
normal_scalar (JsonNode *node, const char *name)
{
  const char *text;

  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "true" : "false");
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (json_node_get_value_type (node) == G_TYPE_DOUBLE)
    return g_strdup_printf ("%.17g", json_node_get_double (node));
  text = json_node_get_string (node);
  if (g_str_has_suffix (name, "Id") && *text != '\0')
    return g_ascii_strdown (text, -1);
  if (!g_str_equal (name, "stringValue") && *text != '\0' && strspn (text, "-0123456789") == strlen (text))
    return g_strdup (text);
  return g_strdup_printf ("\"%s\"", text);
}

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static char *
join (GPtrArray *parts, char open, char close)
{
  g_autofree char *inside = NULL;

  g_ptr_array_add (parts, NULL);
  inside = g_strjoinv (",", (char **) parts->pdata);
  return g_strdup_printf ("%c%s%c", open, inside, close);
}

static char *
normal_object (JsonObject *object, gboolean masked)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GList) members = g_list_sort (json_object_get_members (object), (GCompareFunc) strcmp);
  const char *key = json_object_has_member (object, "key") ? json_object_get_string_member (object, "key") : "";
  static const char *const defaults[] = { "0", "\"\"", "false", "[]", "{}", "null", NULL };

  for (GList *l = members; l != NULL; l = l->next)
    {
      const char *name = l->data;
      g_autofree char *value = normal_node (json_object_get_member (object, name), name, masked);

      if (!is_in (kept, name) && is_in (defaults, value))
        continue;
      if (masked && (is_in (masked_members, name) || (is_in (masked_keys, key) && g_str_equal (name, "value"))))
        g_ptr_array_add (parts, g_strdup_printf ("%s:*", name));
      else
        g_ptr_array_add (parts, g_strdup_printf ("%s:%s", name, value));
    }
  return join (parts, '{', '}');
}

static char *
normal_node (JsonNode *node, const char *name, gboolean masked)
{
  g_autoptr (GPtrArray) parts = NULL;
  JsonArray *array;

  if (JSON_NODE_HOLDS_NULL (node))
    return g_strdup ("null");
  if (JSON_NODE_HOLDS_VALUE (node))
    return normal_scalar (node, name);
  if (JSON_NODE_HOLDS_OBJECT (node))
    return normal_object (json_node_get_object (node), masked);
  array = json_node_get_array (node);
  parts = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < json_array_get_length (array); i++)
    g_ptr_array_add (parts, normal_node (json_array_get_element (array, i), name, masked));
  if (masked)
    g_ptr_array_sort (parts, compare_text);
  return join (parts, '[', ']');
}

/* A document in one form: members sorted, defaults left out, numbers not in strings. @masked: also without what is
 * new in each run of a program, and arrays sorted. */
char *
otlp_normalise (const char *json, gboolean masked)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, json, -1, &error);
  g_assert_no_error (error);
  return normal_node (json_parser_get_root (parser), "", masked);
}

/* A request with one span that has valid ids and @members. */
char *
otlp_span_document (const char *members)
{
  return g_strdup_printf ("{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":"
                          "{\"stringValue\":\"shop\"}}]},\"scopeSpans\":[{\"spans\":[{"
                          "\"traceId\":\"0102030405060708090a0b0c0d0e0f10\",\"spanId\":\"0102030405060708\"%s%s"
                          "}]}]}]}",
                          *members != '\0' ? "," : "", members);
}

gsize
otlp_put_text_attribute (FlowBuffer *out, guint number, const char *key, const char *value)
{
  gsize before = out->length;
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (number, BYTES), 1), any;

  flow_wire_put_bytes (out, 1, key, strlen (key));
  any = flow_wire_open (out, FLOW_WIRE_TAG (2, BYTES), 1);
  flow_wire_put_bytes (out, 1, value, strlen (value));
  flow_wire_close (out, any, 1);
  flow_wire_close (out, start, 1);
  return out->length - before;
}

void
otlp_put_ids (FlowBuffer *span)
{
  flow_wire_put_bytes (span, 1, "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20", 16);
  flow_wire_put_bytes (span, 2, "\1\2\3\4\5\6\7\10", 8);
}

void
otlp_wrap_span (FlowBuffer *out, const FlowBuffer *span)
{
  gsize resource_spans = flow_wire_open (out, FLOW_WIRE_TAG (1, BYTES), 4), start;

  start = flow_wire_open (out, FLOW_WIRE_TAG (1, BYTES), 1);
  otlp_put_text_attribute (out, 1, "service.name", "shop");
  flow_wire_close (out, start, 1);
  start = flow_wire_open (out, FLOW_WIRE_TAG (2, BYTES), 4);
  flow_wire_put_bytes (out, 2, span->data, span->length);
  flow_wire_close (out, start, 4);
  flow_wire_close (out, resource_spans, 4);
}
