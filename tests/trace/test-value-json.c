/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "otlp-test.h"

#include "trace/flow-value-json.h"

#define VALUE(value) "\"attributes\":[{\"key\":\"k\",\"value\":" value "}]"

/* An OTLP value, how the command line prints it as JSON and as text, and the strings in it. */
typedef struct
{
  const char *name;
  const char *value;
  const char *json;
  const char *text;
  const char *strings;
} Case;

static const Case cases[] = {
  { "string", "{\"stringValue\":\"a\\\"b\"}", "\"a\\\"b\"", "a\"b", NULL },
  { "empty-string", "{\"stringValue\":\"\"}", "\"\"", "", NULL },
  { "bool", "{\"boolValue\":true}", "true", "true", NULL },
  { "false", "{\"boolValue\":false}", "false", "false", NULL },
  { "int", "{\"intValue\":\"-42\"}", "{\"int\":\"-42\"}", "-42", NULL },
  { "double", "{\"doubleValue\":1.5}", "1.5", "1.5", NULL },
  { "nan", "{\"doubleValue\":\"NaN\"}", "\"NaN\"", "\"NaN\"", NULL },
  { "bytes", "{\"bytesValue\":\"AAH/\"}", "{\"bytes\":\"AAH/\"}", "{\"bytes\":\"AAH/\"}", NULL },
  { "nothing", "{}", "null", "", NULL },
  { "array",
    "{\"arrayValue\":{\"values\":[{\"stringValue\":\"a\"},{\"intValue\":1},{\"boolValue\":true},{\"doubleValue\":2.5},"
    "{\"bytesValue\":\"AA==\"},{},{\"arrayValue\":{\"values\":[{\"stringValue\":\"in\"}]}}]}}",
    "[\"a\",{\"int\":\"1\"},true,2.5,{\"bytes\":\"AA==\"},null,[\"in\"]]",
    "[\"a\",{\"int\":\"1\"},true,2.5,{\"bytes\":\"AA==\"},null,[\"in\"]]", "a|in|" },
  { "empty-array", "{\"arrayValue\":{}}", "[]", "[]", "" },
  { "map",
    "{\"kvlistValue\":{\"values\":[{\"key\":\"x\",\"value\":{\"stringValue\":\"y\"}},{\"key\":\"e\"},"
    "{\"key\":\"m\",\"value\":{\"kvlistValue\":{\"values\":[{\"key\":\"n\",\"value\":{\"intValue\":5}}]}}}]}}",
    "{\"x\":\"y\",\"e\":null,\"m\":{\"n\":{\"int\":\"5\"}}}", "{\"x\":\"y\",\"e\":null,\"m\":{\"n\":{\"int\":\"5\"}}}",
    "x|y|e|m|n|" },
};

static void
add_string (const char *text, gsize length, gpointer data)
{
  g_string_append_len (data, text, (gssize) length);
  g_string_append_c (data, '|');
}

static void
first_attribute (const FlowSpanBatch *batch, FlowAttribute *attribute)
{
  FlowExtraReader reader;
  guint64 count;

  g_assert_true (flow_extra_reader_init (&reader, flow_span_batch_extra (batch, batch->spans[0].extra),
                                         batch->spans[0].extra_length, &count));
  g_assert_cmpuint (count, >, 0);
  g_assert_true (flow_extra_reader_attribute (&reader, attribute));
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *members = g_strdup_printf (VALUE ("%s"), test->value);
  g_autofree char *document = otlp_span_document (members);
  g_autoptr (FlowSpanBatch) batch = otlp_decode_text (FLOW_SIGNAL_TRACES, document);
  g_autoptr (GString) json = g_string_new (NULL), found = g_string_new (NULL);
  g_autofree char *text = NULL;
  FlowAttribute attribute;
  FlowJsonWriter writer;

  first_attribute (batch, &attribute);
  flow_json_writer_init (&writer, json);
  flow_value_write_json (&writer, batch->strings, &attribute);
  g_assert_cmpstr (json->str, ==, test->json);
  text = flow_value_to_text (batch->strings, &attribute);
  g_assert_cmpstr (text, ==, test->text);
  if (test->strings != NULL)
    {
      gsize length;
      const char *value = flow_dictionary_get (batch->strings, attribute.value.string, &length);

      g_assert_cmpuint (attribute.type, ==, FLOW_VALUE_ANY);
      flow_any_value_visit_strings (value, length, add_string, found);
      g_assert_cmpstr (found->str, ==, test->strings);
    }
}

static void
test_headers (void)
{
  static const char document[] =
      "{\"resourceSpans\":[{\"schemaUrl\":\"u\",\"resource\":{\"droppedAttributesCount\":3,\"attributes\":[{\"key\":"
      "\"service.name\",\"value\":{\"stringValue\":\"shop\"}},{\"key\":\"pid\",\"value\":{\"intValue\":7}}]},\"scopeSpans\":"
      "[{\"scope\":{\"name\":\"lib\",\"version\":\"1\",\"attributes\":[{\"key\":\"a\",\"value\":{\"boolValue\":true}}]},"
      "\"spans\":[{\"traceId\":\"0102030405060708090a0b0c0d0e0f10\",\"spanId\":\"0102030405060708\"}]}]}]}";
  g_autoptr (FlowSpanBatch) batch = otlp_decode_text (FLOW_SIGNAL_TRACES, document);
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter writer;
  const char *header;
  gsize length;

  header = flow_dictionary_get (batch->strings, batch->resources[0].header, &length);
  flow_json_writer_init (&writer, out);
  flow_resource_write_json (&writer, header, length);
  g_assert_cmpstr (out->str, ==, "{\"service.name\":\"shop\",\"pid\":{\"int\":\"7\"}}");
  header = flow_dictionary_get (batch->strings, batch->spans[0].scope, &length);
  g_string_truncate (out, 0);
  flow_json_writer_init (&writer, out);
  flow_scope_write_json (&writer, header, length);
  g_assert_cmpstr (out->str, ==, "{\"name\":\"lib\",\"version\":\"1\",\"attributes\":{\"a\":true}}");
  g_string_truncate (out, 0);
  flow_json_writer_init (&writer, out);
  flow_scope_write_json (&writer, NULL, 0);
  g_assert_cmpstr (out->str, ==, "{\"name\":\"\",\"version\":\"\",\"attributes\":{}}");
}

/* The attributes of a data point. */
static void
test_attributes (void)
{
  g_autoptr (FlowSpanBatch) batch = otlp_decode_text (
      FLOW_SIGNAL_METRICS,
      "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"m\",\"gauge\":{\"dataPoints\":["
      "{\"attributes\":[{\"key\":\"a\",\"value\":{\"stringValue\":\"1\"}},{\"key\":\"b\",\"value\":"
      "{\"intValue\":2}}]}]}}]}]}]}");
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *a = NULL, *b = NULL, *none = NULL;
  FlowJsonWriter writer;
  const char *list;
  gsize length;

  list = flow_dictionary_get (batch->strings, batch->points[0].attributes, &length);
  flow_json_writer_init (&writer, out);
  flow_protobuf_attributes_write_json (&writer, list, length, 1);
  g_assert_cmpstr (out->str, ==, "{\"a\":\"1\",\"b\":{\"int\":\"2\"}}");
  a = flow_protobuf_attribute_text (list, length, 1, "a");
  b = flow_protobuf_attribute_text (list, length, 1, "b");
  none = flow_protobuf_attribute_text (list, length, 1, "c");
  g_assert_cmpstr (a, ==, "1");
  g_assert_cmpstr (b, ==, "2");
  g_assert_null (none);
}

/* Damaged bytes, as a damaged file could have them, give something and end. */
static void
test_damaged (void)
{
  static const guint8 bytes[] = "\x2a\x10\x0a\x04\x0a\x02hi\x0a\x08\x32\x06\x0a\x04\x0a\x02kv";

  for (gsize length = 0; length < sizeof bytes; length++)
    for (guint value = 0; value < 256; value++)
      {
        g_autofree guint8 *copy = g_memdup2 (bytes, length);
        g_autoptr (GString) out = g_string_new (NULL);
        g_autofree char *text = NULL, *attribute = NULL;
        FlowJsonWriter writer;

        if (length > 0)
          copy[value % length] = (guint8) value;
        flow_json_writer_init (&writer, out);
        flow_any_value_write_json (&writer, copy, length);
        g_assert_cmpuint (out->len, >, 0);
        flow_any_value_visit_strings (copy, length, add_string, out);
        text = flow_any_value_to_text (copy, length);
        attribute = flow_protobuf_attribute_text (copy, length, 1, "k");
        flow_json_writer_init (&writer, out);
        flow_scope_write_json (&writer, copy, length);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/value-json/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/value-json/headers", test_headers);
  g_test_add_func ("/value-json/attributes", test_attributes);
  g_test_add_func ("/value-json/damaged", test_damaged);
  return g_test_run ();
}
