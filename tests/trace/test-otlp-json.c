/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "otlp-test.h"

#include "base/flow-error.h"
#include "trace/flow-otlp-decoder.h"

/* Members of a span beside its ids, and what is written for them. */
typedef struct
{
  const char *name;
  const char *members;
  const char *expected;
} Rule;

#define VALUE(value) "\"attributes\":[{\"key\":\"k\",\"value\":" value "}]"

static const Rule rules[] = {
  { "nothing", "", "" },
  { "unknown-members", "\"future\":{\"a\":[1,{\"b\":\"}\\\"\"},null,true,false,-1.5e3]},\"name\":\"n\"",
    "\"name\":\"n\"" },
  { "snake-case-is-unknown", "\"trace_state\":\"x\"", "" },
  { "null-is-absent", "\"name\":null,\"attributes\":null,\"kind\":null,\"status\":null", "" },
  { "null-in-array", "\"attributes\":[null,{\"key\":\"k\",\"value\":{\"stringValue\":\"v\"}}]",
    VALUE ("{\"stringValue\":\"v\"}") },
  { "white-space", " \n\t\"name\" \r\n : \t \"n\" ", "\"name\":\"n\"" },
  { "empty-parent", "\"parentSpanId\":\"\"", "" },
  { "zero-parent", "\"parentSpanId\":\"0000000000000000\"", "" },
  { "upper-case-id", "\"parentSpanId\":\"AABBCCDDEEFF0011\"", "\"parentSpanId\":\"aabbccddeeff0011\"" },
  { "base64-id", "\"parentSpanId\":\"qrvM3e7/ABE=\"", "\"parentSpanId\":\"aabbccddeeff0011\"" },
  { "time-as-number", "\"startTimeUnixNano\":1544712660000000000,\"endTimeUnixNano\":\"1544712661000000000\"",
    "\"startTimeUnixNano\":\"1544712660000000000\",\"endTimeUnixNano\":\"1544712661000000000\"" },
  { "time-with-exponent", "\"startTimeUnixNano\":1.5e18,\"endTimeUnixNano\":\"1.5E18\"",
    "\"startTimeUnixNano\":\"1500000000000000000\",\"endTimeUnixNano\":\"1500000000000000000\"" },
  { "largest-time", "\"endTimeUnixNano\":18446744073709551615", "\"endTimeUnixNano\":\"18446744073709551615\"" },
  { "enum-as-name", "\"kind\":\"SPAN_KIND_CLIENT\",\"status\":{\"code\":\"STATUS_CODE_ERROR\"}",
    "\"kind\":3,\"status\":{\"code\":2}" },
  { "enum-as-string", "\"kind\":\"3\"", "\"kind\":3" },
  { "enum-nobody-knows", "\"kind\":\"SPAN_KIND_MAGIC\"", "" },
  { "flags", "\"flags\":257", "\"flags\":257" },
  { "counts", "\"droppedAttributesCount\":\"7\",\"droppedEventsCount\":8,\"droppedLinksCount\":4294967295",
    "\"droppedAttributesCount\":7,\"droppedEventsCount\":8,\"droppedLinksCount\":4294967295" },
  { "int-as-number", VALUE ("{\"intValue\":42}"), VALUE ("{\"intValue\":\"42\"}") },
  { "int-as-string", VALUE ("{\"intValue\":\"-42\"}"), VALUE ("{\"intValue\":\"-42\"}") },
  { "int-with-point", VALUE ("{\"intValue\":42.0}"), VALUE ("{\"intValue\":\"42\"}") },
  { "int-smallest", VALUE ("{\"intValue\":\"-9223372036854775808\"}"),
    VALUE ("{\"intValue\":\"-9223372036854775808\"}") },
  { "int-largest", VALUE ("{\"intValue\":9223372036854775807}"), VALUE ("{\"intValue\":\"9223372036854775807\"}") },
  { "double", VALUE ("{\"doubleValue\":0.1}"), VALUE ("{\"doubleValue\":0.1}") },
  { "double-exponent", VALUE ("{\"doubleValue\":-1.25e-300}"), VALUE ("{\"doubleValue\":-1.25e-300}") },
  { "double-as-string", VALUE ("{\"doubleValue\":\"2.5\"}"), VALUE ("{\"doubleValue\":2.5}") },
  { "double-many-digits", VALUE ("{\"doubleValue\":3.14159265358979323846264338327950288}"),
    VALUE ("{\"doubleValue\":3.141592653589793}") },
  { "nan", VALUE ("{\"doubleValue\":\"NaN\"}"), VALUE ("{\"doubleValue\":\"NaN\"}") },
  { "infinity", VALUE ("{\"doubleValue\":\"-Infinity\"}"), VALUE ("{\"doubleValue\":\"-Infinity\"}") },
  { "bool", VALUE ("{\"boolValue\":false}"), VALUE ("{\"boolValue\":false}") },
  { "empty-string", VALUE ("{\"stringValue\":\"\"}"), VALUE ("{\"stringValue\":\"\"}") },
  { "no-value", "\"attributes\":[{\"key\":\"k\"}]", VALUE ("{}") },
  { "bytes", VALUE ("{\"bytesValue\":\"AAEC/w==\"}"), VALUE ("{\"bytesValue\":\"AAEC/w==\"}") },
  { "bytes-url-safe", VALUE ("{\"bytesValue\":\"AAEC_w\"}"), VALUE ("{\"bytesValue\":\"AAEC/w==\"}") },
  { "array", VALUE ("{\"arrayValue\":{\"values\":[{\"intValue\":1},{\"stringValue\":\"b\"}]}}"),
    VALUE ("{\"arrayValue\":{\"values\":[{\"intValue\":\"1\"},{\"stringValue\":\"b\"}]}}") },
  { "map", VALUE ("{\"kvlistValue\":{\"values\":[{\"key\":\"a\",\"value\":{\"boolValue\":true}}]}}"),
    VALUE ("{\"kvlistValue\":{\"values\":[{\"key\":\"a\",\"value\":{\"boolValue\":true}}]}}") },
  { "empty-array", VALUE ("{\"arrayValue\":{}}"), VALUE ("{\"arrayValue\":{}}") },
  { "value-before-key", "\"attributes\":[{\"value\":{\"stringValue\":\"v\"},\"key\":\"k\"}]",
    VALUE ("{\"stringValue\":\"v\"}") },
  { "last-member-of-oneof", VALUE ("{\"stringValue\":\"v\",\"intValue\":1}"), VALUE ("{\"intValue\":\"1\"}") },
  { "last-name-wins", "\"name\":\"first\",\"kind\":2,\"name\":\"\"", "\"kind\":2" },
  { "last-list-wins", VALUE ("{\"stringValue\":\"gone\"}") ",\"name\":\"n\"," VALUE ("{\"intValue\":1}") ",\"kind\":1",
    "\"name\":\"n\",\"kind\":1," VALUE ("{\"intValue\":\"1\"}") },
  { "last-null-wins", "\"name\":\"first\",\"name\":null", "" },
  { "last-object-wins", "\"status\":{\"code\":2,\"message\":\"m\"},\"status\":{\"code\":1}",
    "\"status\":{\"code\":1}" },
  { "escapes", "\"name\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\ud83d\\ude00\"",
    "\"name\":\"\\\"\\\\/\\u0008\\u000c\\n\\r\\tA\xc3\xa9\xf0\x9f\x98\x80\"" },
  { "half-surrogates", "\"name\":\"\\ud83d \\ude00 \\ud83d\\u0041\"",
    "\"name\":\"\xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd"
    "A\"" },
  { "escaped-nul", "\"name\":\"a\\u0000b\"", "\"name\":\"a\\u0000b\"" },
  { "escaped-key", "\"n\\u0061me\":\"n\"", "\"name\":\"n\"" },
  { "event", "\"events\":[{\"name\":\"e\",\"timeUnixNano\":\"5\",\"droppedAttributesCount\":2}]",
    "\"events\":[{\"timeUnixNano\":\"5\",\"name\":\"e\",\"droppedAttributesCount\":2}]" },
  { "link",
    "\"links\":[{\"spanId\":\"0102030405060708\",\"traceId\":\"0102030405060708090a0b0c0d0e0f10\",\"flags\":1,"
    "\"traceState\":\"a=b\"}]",
    "\"links\":[{\"traceId\":\"0102030405060708090a0b0c0d0e0f10\",\"spanId\":\"0102030405060708\","
    "\"traceState\":\"a=b\",\"flags\":1}]" },
};

static void
test_rule (gconstpointer data)
{
  const Rule *rule = data;
  g_autofree char *document = otlp_span_document (rule->members);
  g_autofree char *expected = otlp_span_document (rule->expected);
  g_autoptr (FlowSpanBatch) batch = otlp_decode_text (FLOW_SIGNAL_TRACES, document);
  g_autofree char *dump = otlp_dump (batch);

  g_assert_cmpstr (dump, ==, expected);
  g_assert_cmpuint (batch->rejected, ==, 0);
}

/* Documents that are refused, and what the message says. */
typedef struct
{
  const char *name;
  const char *document;
  const char *message;
} Refusal;

#define SPAN(members) "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{" members "}]}]}]}"

static const Refusal refusals[] = {
  { "empty", "", "ends too early" },
  { "array", "[]", "expected an object" },
  { "text", "hello", "expected an object" },
  { "cut-off", "{\"resourceSpans\":[{", "ends too early in resourceSpans[0]" },
  { "trailing", "{} {}", "more text behind the document" },
  { "wrong-type", SPAN ("\"name\":5"), "expected a string in resourceSpans[0].scopeSpans[0].spans[0].name" },
  { "wrong-list", SPAN ("\"attributes\":{}"),
    "expected an array in resourceSpans[0].scopeSpans[0].spans[0].attributes" },
  { "second-span", SPAN ("},{\"kind\":true"), "spans[1].kind" },
  { "not-a-number", SPAN ("\"startTimeUnixNano\":\"soon\""), "integer that fits" },
  { "negative-time", SPAN ("\"startTimeUnixNano\":-1"), "integer that fits" },
  { "too-large-time", SPAN ("\"startTimeUnixNano\":18446744073709551616"), "integer that fits" },
  { "too-large-int", SPAN (VALUE ("{\"intValue\":9223372036854775808}")), "attributes[0].value.intValue" },
  { "fraction", SPAN (VALUE ("{\"intValue\":1.5}")), "integer that fits" },
  { "count-too-large", SPAN ("\"droppedLinksCount\":4294967296"), "integer that fits" },
  { "hex-number", SPAN (VALUE ("{\"doubleValue\":\"0x10\"}")), "expected a number" },
  { "lower-case-nan", SPAN (VALUE ("{\"doubleValue\":\"nan\"}")), "expected a number" },
  { "bare-nan", SPAN (VALUE ("{\"doubleValue\":NaN}")), "expected a number" },
  { "bad-base64", SPAN (VALUE ("{\"bytesValue\":\"a*b\"}")), "expected base64" },
  { "bad-bool", SPAN (VALUE ("{\"boolValue\":1}")), "expected true or false" },
  { "leading-zero", SPAN ("\"kind\":01"), "expected a comma" },
  { "plus", SPAN ("\"kind\":+1"), "expected a number" },
  { "lone-point", SPAN ("\"kind\":1."), "digits behind its point" },
  { "no-exponent", SPAN ("\"kind\":1e"), "digits in its exponent" },
  { "bad-escape", SPAN ("\"name\":\"\\x\""), "unknown escape" },
  { "short-escape", SPAN ("\"name\":\"\\u12\""), "four hex digits" },
  { "raw-newline", SPAN ("\"name\":\"a\nb\""), "control character" },
  { "raw-newline-in-unknown", SPAN ("\"later\":\"a\nb\""), "control character" },
  { "no-colon", SPAN ("\"name\" \"a\""), "expected a colon" },
  { "no-comma", SPAN ("\"name\":\"a\" \"kind\":1"), "expected a comma" },
  { "trailing-comma", SPAN ("\"name\":\"a\","), "expected a string" },
  { "unknown-malformed", SPAN ("\"later\":[1,]"), "expected a number" },
  { "unknown-mismatched", SPAN ("\"later\":[1}"), "expected a comma" },
  { "unknown-word", SPAN ("\"later\":nul"), "expected a value" },
};

static void
test_refusal (gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (GError) error = NULL;
  FlowSpanBatch *batch = flow_otlp_decode_json (FLOW_SIGNAL_TRACES, refusal->document, strlen (refusal->document),
                                                &error);

  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
  g_assert_null (batch);
  if (strstr (error->message, refusal->message) == NULL)
    g_error ("%s: %s", refusal->name, error->message);
  g_assert_nonnull (strstr (error->message, ", at byte "));
}

/* `scopeSpans` before `resource`, and a resource that comes twice. */
static void
test_key_order (void)
{
  static const char document[] =
      "{\"resourceSpans\":[{\"schemaUrl\":\"u\",\"scopeSpans\":[{\"spans\":[{\"name\":\"n\",\"spanId\":\"0102030405060708\","
      "\"traceId\":\"0102030405060708090a0b0c0d0e0f10\"}],\"schemaUrl\":\"s\",\"scope\":{\"version\":\"1\",\"name\":\"lib\"}}],"
      "\"resource\":{\"attributes\":[{\"value\":{\"stringValue\":\"shop\"},\"key\":\"service.name\"}]}}]}";
  g_autoptr (FlowSpanBatch) batch = otlp_decode_text (FLOW_SIGNAL_TRACES, document);
  g_autofree char *dump = otlp_dump (batch);

  g_assert_cmpstr (otlp_string (batch, batch->resources[0].service), ==, "shop");
  g_assert_cmpstr (
      dump, ==,
      "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"shop\"}}]},"
      "\"scopeSpans\":[{\"scope\":{\"name\":\"lib\",\"version\":\"1\"},\"spans\":[{\"traceId\":"
      "\"0102030405060708090a0b0c0d0e0f10\",\"spanId\":\"0102030405060708\",\"name\":\"n\"}],\"schemaUrl\":\"s\"}],"
      "\"schemaUrl\":\"u\"}]}");
}

static void
test_empty_requests (void)
{
  static const char *const documents[] = { "{}", "{\"resourceSpans\":[]}", "\xef\xbb\xbf{\"resourceSpans\":null}",
                                           "{\"resourceSpans\":[{\"scopeSpans\":[]}],\"resourceLogs\":[1]}" };

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (FlowSpanBatch) batch = otlp_decode_text (FLOW_SIGNAL_TRACES, documents[i]);

      g_assert_cmpuint (batch->n_rows, ==, 0);
      g_assert_cmpuint (batch->rejected, ==, 0);
    }
}

/* Logs and data points: names of enums, times, numbers. */
static void
test_all_signals (void)
{
  g_autoptr (FlowSpanBatch) log = otlp_decode_text (
      FLOW_SIGNAL_LOGS, "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"hi\"},"
                        "\"severityNumber\":\"SEVERITY_NUMBER_ERROR\",\"observedTimeUnixNano\":\"9\"}]}]}]}");
  g_autoptr (FlowSpanBatch) points = otlp_decode_text (
      FLOW_SIGNAL_METRICS,
      "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"m\",\"sum\":{\"dataPoints\":["
      "{\"asInt\":\"-7\",\"timeUnixNano\":\"3\"},{\"asDouble\":\"NaN\",\"timeUnixNano\":\"4\"}],"
      "\"aggregationTemporality\":\"AGGREGATION_TEMPORALITY_DELTA\",\"isMonotonic\":true}}]}]}]}");
  g_autofree char *dump = otlp_dump (log), *dump2 = otlp_dump (points);

  g_assert_cmpuint (log->logs[0].severity, ==, 17);
  g_assert_cmpuint (log->logs[0].flags, ==, FLOW_SPAN_ERROR);
  g_assert_cmpuint (log->logs[0].time_ns, ==, 9);
  g_assert_nonnull (strstr (dump, "\"observedTimeUnixNano\":\"9\""));
  g_assert_null (strstr (dump, "\"timeUnixNano\""));
  g_assert_cmpuint (points->n_rows, ==, 2);
  g_assert_cmpuint (points->points[0].metric, ==, points->points[1].metric);
  g_assert_nonnull (strstr (dump2, "\"sum\":{\"dataPoints\":[{\"timeUnixNano\":\"3\",\"asInt\":\"-7\"},"
                                   "{\"timeUnixNano\":\"4\",\"asDouble\":\"NaN\"}],\"aggregationTemporality\":1,"
                                   "\"isMonotonic\":true}"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autofree char *path = g_strdup_printf ("/otlp/json/rule/%s", rules[i].name);

      g_test_add_data_func (path, &rules[i], test_rule);
    }
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/otlp/json/refused/%s", refusals[i].name);

      g_test_add_data_func (path, &refusals[i], test_refusal);
    }
  g_test_add_func ("/otlp/json/key-order", test_key_order);
  g_test_add_func ("/otlp/json/empty", test_empty_requests);
  g_test_add_func ("/otlp/json/all-signals", test_all_signals);
  return g_test_run ();
}
