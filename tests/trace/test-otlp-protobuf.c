/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "otlp-test.h"

#include "base/flow-error.h"
#include "trace/flow-otlp-decoder.h"
#include "trace/flow-otlp-encoder.h"

#define TAG FLOW_WIRE_TAG

static FlowSpanBatch *
decode_span (const FlowBuffer *span)
{
  g_auto (FlowBuffer) body = { 0 };

  otlp_wrap_span (&body, span);
  return otlp_decode (FLOW_SIGNAL_TRACES, FALSE, body.data, body.length);
}

/* What the only span of a batch is written as. */
static char *
span_text (const FlowSpanBatch *batch)
{
  g_autofree char *dump = otlp_dump (batch);
  const char *start = strstr (dump, "\"spans\":[");

  g_assert_nonnull (start);
  return g_strndup (start + 9, strlen (start) - 9 - strlen ("]}]}]}"));
}

static void
assert_span (const FlowBuffer *span, const char *members)
{
  g_autoptr (FlowSpanBatch) batch = decode_span (span);
  g_autofree char *text = span_text (batch);
  g_autofree char *expected = g_strdup_printf (
      "{\"traceId\":\"0102030405060708090a0b0c0d0e0f10\",\"spanId\":\"0102030405060708\"%s}", members);

  g_assert_cmpstr (text, ==, expected);
}

static char *
refusal (FlowSignal signal, const FlowBuffer *body)
{
  g_autoptr (GError) error = NULL;
  FlowSpanBatch *batch = flow_otlp_decode_protobuf (signal, body->data, body->length, &error);

  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
  g_assert_null (batch);
  return g_strdup (error->message);
}

static void
assert_refused (const FlowBuffer *span, const char *message)
{
  g_auto (FlowBuffer) body = { 0 };
  g_autofree char *found = NULL;

  otlp_wrap_span (&body, span);
  found = refusal (FLOW_SIGNAL_TRACES, &body);
  if (strstr (found, message) == NULL || strstr (found, "spans[0]") == NULL)
    g_error ("%s: %s", message, found);
}

/* Attributes behind events, events behind links, ids last. */
static void
test_order (void)
{
  g_auto (FlowBuffer) span = { 0 };
  g_auto (FlowBuffer) event = { 0 };

  otlp_put_text_attribute (&event, 3, "e", "1");
  flow_wire_put_bytes (&event, 2, "happened", 8);
  flow_wire_put_fixed64 (&event, 1, 1001);
  flow_wire_put_bytes (&span, 11, event.data, event.length);
  otlp_put_text_attribute (&span, 9, "a", "1");
  flow_wire_put_fixed64 (&span, 8, 2000);
  flow_wire_put_fixed64 (&span, 7, 1000);
  otlp_put_text_attribute (&span, 9, "b", "2");
  flow_wire_put_bytes (&span, 5, "n", 1);
  otlp_put_ids (&span);
  assert_span (&span,
               ",\"name\":\"n\",\"startTimeUnixNano\":\"1000\",\"endTimeUnixNano\":\"2000\",\"attributes\":["
               "{\"key\":\"a\",\"value\":{\"stringValue\":\"1\"}},{\"key\":\"b\",\"value\":{\"stringValue\":\"2\"}}],"
               "\"events\":[{\"timeUnixNano\":\"1001\",\"name\":\"happened\",\"attributes\":["
               "{\"key\":\"e\",\"value\":{\"stringValue\":\"1\"}}]}]");
}

static void
test_unknown (void)
{
  g_auto (FlowBuffer) span = { 0 };

  flow_wire_put_varint (&span, 17, 5);
  flow_wire_put_bytes (&span, 1000, "later", 5);
  flow_wire_put_fixed32 (&span, 536870911, 1);
  otlp_put_ids (&span);
  flow_wire_put_fixed64 (&span, 99, 1);
  assert_span (&span, "");
}

/* The last scalar wins, sub-messages merge. */
static void
test_repeated (void)
{
  g_auto (FlowBuffer) span = { 0 };

  otlp_put_ids (&span);
  flow_wire_put_bytes (&span, 5, "first", 5);
  flow_wire_put_varint (&span, 6, 2);
  flow_wire_put_bytes (&span, 15, "\x12\x01m\x18\x02", 5);
  flow_wire_put_bytes (&span, 5, "last", 4);
  flow_wire_put_varint (&span, 6, 3);
  flow_wire_put_bytes (&span, 15, "\x18\x01", 2);
  assert_span (&span, ",\"name\":\"last\",\"kind\":3,\"status\":{\"message\":\"m\",\"code\":1}");
}

/* One KeyValue whose value comes as given. */
static void
assert_value (const char *value, gsize length, const char *expected)
{
  g_auto (FlowBuffer) span = { 0 };
  g_auto (FlowBuffer) pair = { 0 };
  g_autofree char *members = g_strdup_printf (",\"attributes\":[{\"key\":\"k\",\"value\":%s}]", expected);

  otlp_put_ids (&span);
  flow_wire_put_bytes (&pair, 1, "k", 1);
  flow_buffer_put (&pair, value, length);
  flow_wire_put_bytes (&span, 9, pair.data, pair.length);
  assert_span (&span, members);
}

static void
test_values (void)
{
  /* string, then int: the last member of the oneof */
  assert_value ("\x12\x05\x0a\x01v\x18\x07", 7, "{\"intValue\":\"7\"}");
  /* two values merge: the second one's member wins */
  assert_value ("\x12\x03\x0a\x01v\x12\x02\x10\x01", 9, "{\"boolValue\":true}");
  /* two arrays in two values merge into one */
  assert_value ("\x12\x06\x2a\x04\x0a\x02\x18\x01\x12\x06\x2a\x04\x0a\x02\x18\x02", 16,
                "{\"arrayValue\":{\"values\":[{\"intValue\":\"1\"},{\"intValue\":\"2\"}]}}");
  /* an array, a string, an array: only the last one */
  assert_value ("\x12\x0f\x2a\x04\x0a\x02\x18\x01\x0a\x01v\x2a\x04\x0a\x02\x18\x02", 17,
                "{\"arrayValue\":{\"values\":[{\"intValue\":\"2\"}]}}");
  /* a member that this version does not know */
  assert_value ("\x12\x02\x40\x01", 4, "{}");
  assert_value ("\x12\x05\x40\x01\x0a\x01v", 7, "{\"stringValue\":\"v\"}");
  assert_value ("", 0, "{}");
  /* a negative number, bytes, a double, an empty map, a number in more bytes than it needs */
  assert_value ("\x12\x0b\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 13, "{\"intValue\":\"-1\"}");
  assert_value ("\x12\x04\x3a\x02\0\xff", 6, "{\"bytesValue\":\"AP8=\"}");
  assert_value ("\x12\x09\x21\0\0\0\0\0\0\xf0\x3f", 11, "{\"doubleValue\":1}");
  assert_value ("\x12\x02\x32\0", 4, "{\"kvlistValue\":{}}");
  assert_value ("\x12\x04\x18\x87\x80\0", 6, "{\"intValue\":\"7\"}");
}

static void
test_malformed (void)
{
  static const struct
  {
    const char *bytes;
    gsize length;
    const char *message;
  } cases[] = {
    { "\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12, "cut off or malformed" }, /* a varint of 11 bytes */
    { "\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, "cut off or malformed" },     /* of 65 bits */
    { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, "cut off or malformed" },     /* as a tag */
    { "\x2a\x05"
      "abc",
      5, "cut off or malformed" },
    { "\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, "cut off or malformed" },
    { "\x39\1\2\3", 4, "cut off or malformed" },
    { "\x30", 1, "cut off or malformed" },
    { "\x28\x05", 2, "wrong protobuf wire type" }, /* name as a number */
    { "\x38\x05", 2, "wrong protobuf wire type" }, /* start as a varint */
    { "\x4b\x4c", 2, "groups" },
    { "\x93\x01\x94\x01", 4, "groups" },
    { "\x0e", 1, "unknown protobuf wire type" },
    { "\x02\x00", 2, "cut off or malformed" },             /* field number 0 */
    { "\x4a\x02\x0a\x05", 4, "cut off or malformed" },     /* a key longer than its KeyValue */
    { "\x4a\x02\x08\x05", 4, "wrong protobuf wire type" }, /* a key that is a number */
    { "\x4a\x04\x12\x02\x08\x05", 6, "wrong protobuf wire type" },
    { "\x4a\x06\x12\x04\x2a\x02\x08\x05", 8, "wrong protobuf wire type" }, /* in an array */
    { "\x5a\x02\x08\x05", 4, "wrong protobuf wire type" },                 /* an event's time as varint */
    { "\x6a\x02\x08\x05", 4, "wrong protobuf wire type" },                 /* a link's id */
    { "\x7a\x02\x10\x05", 4, "wrong protobuf wire type" },                 /* a status message */
    { "\x7a\x02\x1a\x05", 4, "wrong protobuf wire type" },                 /* a status code as bytes */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (FlowBuffer) span = { 0 };

      otlp_put_ids (&span);
      flow_buffer_put (&span, cases[i].bytes, cases[i].length);
      assert_refused (&span, cases[i].message);
    }
}

/* A value in a value ... @levels deep. */
static void
put_nested (FlowBuffer *out, guint levels)
{
  gsize value, array;

  if (levels == 0)
    {
      flow_wire_put_varint (out, 2, 1);
      return;
    }
  array = flow_wire_open (out, TAG (5, BYTES), 1);
  value = flow_wire_open (out, TAG (1, BYTES), 1);
  put_nested (out, levels - 1);
  flow_wire_close (out, value, 1);
  flow_wire_close (out, array, 1);
}

static void
put_nested_attribute (FlowBuffer *span, guint levels)
{
  gsize attribute = flow_wire_open (span, TAG (9, BYTES), 1), value;

  flow_wire_put_bytes (span, 1, "k", 1);
  value = flow_wire_open (span, TAG (2, BYTES), 1);
  put_nested (span, levels);
  flow_wire_close (span, value, 1);
  flow_wire_close (span, attribute, 1);
}

static void
test_depth (void)
{
  g_auto (FlowBuffer) span = { 0 };
  g_auto (FlowBuffer) deeper = { 0 };
  g_autoptr (FlowSpanBatch) batch = NULL, again = NULL;
  g_autofree char *dump = NULL, *dump2 = NULL;

  otlp_put_ids (&span);
  put_nested_attribute (&span, 99);
  batch = decode_span (&span);
  dump = otlp_dump (batch);
  again = otlp_decode_text (FLOW_SIGNAL_TRACES, dump);
  dump2 = otlp_dump (again);
  g_assert_cmpstr (dump, ==, dump2);

  otlp_put_ids (&deeper);
  put_nested_attribute (&deeper, 100);
  assert_refused (&deeper, "deeper than 100 levels");
}

typedef struct
{
  const char *name;
  gsize trace_id, span_id, parent_id;
  gboolean zero_trace, zero_span;
  guint rejected;
  const char *message;
} IdCase;

static const IdCase id_cases[] = {
  { "good", 16, 8, 8, FALSE, FALSE, 0, NULL },
  { "root", 16, 8, 0, FALSE, FALSE, 0, NULL },
  { "no-trace", 0, 8, 0, FALSE, FALSE, 1, "1 span refused, the trace id" },
  { "short-trace", 8, 8, 0, FALSE, FALSE, 1, "1 span refused, the trace id" },
  { "zero-trace", 16, 8, 0, TRUE, FALSE, 1, "is all zero" },
  { "no-span", 16, 0, 0, FALSE, FALSE, 1, "1 span refused, the span id" },
  { "long-span", 16, 9, 0, FALSE, FALSE, 1, "1 span refused, the span id" },
  { "zero-span", 16, 8, 0, FALSE, TRUE, 1, "1 span refused, the span id" },
  { "short-parent", 16, 8, 4, FALSE, FALSE, 1, "1 span refused, the parent span id" },
};

static void
test_ids (gconstpointer data)
{
  const IdCase *test = data;
  static const guint8 id[16] = { 1, 2, 3 }, zero[16];
  g_auto (FlowBuffer) span = { 0 };
  g_autoptr (FlowSpanBatch) batch = NULL;

  flow_wire_put_bytes (&span, 1, test->zero_trace ? zero : id, test->trace_id);
  flow_wire_put_bytes (&span, 2, test->zero_span ? zero : id, test->span_id);
  flow_wire_put_bytes (&span, 4, id, test->parent_id);
  otlp_put_text_attribute (&span, 9, "a", "1");
  batch = decode_span (&span);
  g_assert_cmpuint (batch->rejected, ==, test->rejected);
  g_assert_cmpuint (batch->n_rows, ==, 1 - test->rejected);
  if (test->message == NULL)
    g_assert_null (batch->message);
  else
    g_assert_nonnull (strstr (batch->message, test->message));
  if (test->rejected > 0)
    g_assert_cmpuint (batch->extra.length, ==, 0);
}

/* What is wrong with a batch is one sentence each, with the count. */
static void
test_warnings (void)
{
  g_autofree char *late = otlp_span_document ("\"startTimeUnixNano\":\"20\",\"endTimeUnixNano\":\"10\"");
  g_autofree char *link = otlp_span_document ("\"links\":[{\"traceId\":\"01\",\"spanId\":\"02\"}]");
  g_autoptr (FlowSpanBatch) clock = otlp_decode_text (FLOW_SIGNAL_TRACES, late);
  g_autoptr (FlowSpanBatch) bad_link = otlp_decode_text (FLOW_SIGNAL_TRACES, link);
  g_autoptr (FlowSpanBatch) nameless = otlp_decode_text (
      FLOW_SIGNAL_TRACES,
      "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"zz\"},{\"traceId\":\"00\"}]}]}]}");
  g_autoptr (FlowSpanBatch) log = otlp_decode_text (
      FLOW_SIGNAL_LOGS,
      "{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":"
      "\"s\"}}]},\"scopeLogs\":[{\"logRecords\":[{\"traceId\":\"0102\",\"severityNumber\":9}]}]}]}");

  g_assert_cmpuint (clock->spans[0].flags, ==, FLOW_SPAN_CLOCK);
  g_assert_cmpuint (clock->rejected, ==, 0);
  g_assert_true (g_str_has_prefix (clock->message, "1 span kept although the end is before the start"));
  g_assert_true (g_str_has_prefix (bad_link->message, "1 link left out"));
  g_assert_cmpuint (nameless->rejected, ==, 2);
  g_assert_true (g_str_has_prefix (nameless->message, "2 spans refused, the trace id is not 16 bytes"));
  g_assert_nonnull (strstr (nameless->message, "; 1 resource without a service.name"));
  g_assert_true (g_str_has_prefix (log->message, "1 log record kept without trace"));
  g_assert_cmpuint (log->n_rows, ==, 1);
}

/* Bad bytes in any string become U+FFFD; the batch is kept and says so. */
static void
test_bad_text (void)
{
  g_auto (FlowBuffer) span = { 0 };
  g_autoptr (FlowSpanBatch) batch = NULL;
  g_autofree char *text = NULL;

  otlp_put_ids (&span);
  flow_wire_put_bytes (&span, 5, "caf\xe9", 4);
  otlp_put_text_attribute (&span, 9, "k", "\xf0\x9f\x98");
  flow_wire_put_bytes (&span, 9,
                       "\x0a\x01"
                       "l\x12\x07\x2a\x05\x0a\x03\x0a\x01\xff",
                       12);
  flow_wire_put_bytes (&span, 9,
                       "\x0a\x01"
                       "b\x12\x03\x3a\x01\xff",
                       8);
  batch = decode_span (&span);
  text = span_text (batch);
  g_assert_cmpstr (text, ==,
                   "{\"traceId\":\"0102030405060708090a0b0c0d0e0f10\",\"spanId\":\"0102030405060708\",\"name\":"
                   "\"caf\xef\xbf\xbd\",\"attributes\":[{\"key\":\"k\",\"value\":{\"stringValue\":"
                   "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}},{\"key\":\"l\",\"value\":{\"arrayValue\":{\"values\":["
                   "{\"stringValue\":\"\xef\xbf\xbd\"}]}}},{\"key\":\"b\",\"value\":{\"bytesValue\":\"/w==\"}}]}");
  g_assert_cmpuint (batch->rejected, ==, 0);
  g_assert_cmpstr (batch->message, ==, "3 strings not UTF-8, the bad bytes became U+FFFD");
}

/* More attributes than fit into the byte that is kept for their count, and a long value. */
static void
test_many (void)
{
  g_auto (FlowBuffer) span = { 0 };
  g_autofree char *huge = g_strnfill (70000, 'x');
  g_autoptr (FlowSpanBatch) batch = NULL, again = NULL;
  g_autofree char *dump = NULL, *dump2 = NULL;
  FlowExtraReader reader;
  guint64 count;

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *key = g_strdup_printf ("key.%u", i);

      otlp_put_text_attribute (&span, 9, key, i == 5000 ? huge : "v");
    }
  otlp_put_ids (&span);
  batch = decode_span (&span);
  g_assert_true (flow_extra_reader_init (&reader, flow_span_batch_extra (batch, batch->spans[0].extra),
                                         batch->spans[0].extra_length, &count));
  g_assert_cmpuint (count, ==, 20000);
  dump = otlp_dump (batch);
  again = otlp_decode_text (FLOW_SIGNAL_TRACES, dump);
  dump2 = otlp_dump (again);
  g_assert_cmpstr (dump, ==, dump2);
}

/* Equal resources have equal bytes, however they are written, and share one entry. */
static void
test_same_resource (void)
{
  static const char document[] =
      "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"a\"}}],"
      "\"droppedAttributesCount\":0},\"scopeSpans\":[]},{\"schemaUrl\":\"\",\"resource\":{\"droppedAttributesCount\":\"0\","
      "\"attributes\":[{\"value\":{\"stringValue\":\"a\"},\"key\":\"service.name\"}]}},{\"resource\":{\"attributes\":["
      "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"b\"}}]}}]}";
  g_autoptr (FlowSpanBatch) batch = otlp_decode_text (FLOW_SIGNAL_TRACES, document);

  g_assert_cmpuint (batch->n_resources, ==, 2);
  g_assert_cmpstr (otlp_string (batch, batch->resources[0].service), ==, "a");
  g_assert_cmpstr (otlp_string (batch, batch->resources[1].service), ==, "b");
}

static void
test_metrics (void)
{
  /* a gauge, then a sum: the last member of the oneof; a packed and a plain bucket count; a metric without points */
  static const guint8 last[] = "\x0a\x19\x12\x17\x12\x15\x0a\x01m\x2a\x06\x0a\x04\x19\0\0\0\x3a\x08\x0a\x04\x19\0\0\0";
  g_autoptr (FlowSpanBatch) none = otlp_decode_text (
      FLOW_SIGNAL_METRICS, "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"a\",\"unit\":\"s\"},"
                           "{\"name\":\"b\",\"gauge\":{}}]}]}]}");
  g_autofree char *dump = otlp_dump (none), *message = NULL;
  const FlowBuffer body = { (guint8 *) last, sizeof last - 1, 0 };

  g_assert_cmpuint (none->n_rows, ==, 2);
  g_assert_cmpuint (none->points[0].kind, ==, FLOW_POINT_NONE);
  g_assert_cmpuint (none->points[1].extra_length, ==, 0);
  g_assert_nonnull (strstr (dump, "[{\"name\":\"a\",\"unit\":\"s\"},{\"name\":\"b\",\"gauge\":{}}]"));
  message = refusal (FLOW_SIGNAL_METRICS, &body);
  g_assert_nonnull (strstr (message, "resource_metrics[0].scope_metrics[0].metrics[0]"));
}

/* Repeated numbers come packed or one by one. */
static void
test_packed (void)
{
  g_auto (FlowBuffer) body = { 0 };
  gsize a = flow_wire_open (&body, TAG (1, BYTES), 1), b = flow_wire_open (&body, TAG (2, BYTES), 1);
  gsize c = flow_wire_open (&body, TAG (2, BYTES), 1), d, e;
  g_autoptr (FlowSpanBatch) batch = NULL;
  g_autofree char *dump = NULL;

  flow_wire_put_bytes (&body, 1, "h", 1);
  d = flow_wire_open (&body, TAG (9, BYTES), 1);
  e = flow_wire_open (&body, TAG (1, BYTES), 1);
  flow_wire_put_fixed64 (&body, 6, 1);
  flow_wire_put_bytes (&body, 6, "\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0", 16);
  flow_wire_put_fixed64 (&body, 6, 4);
  flow_wire_close (&body, e, 1);
  flow_wire_close (&body, d, 1);
  flow_wire_close (&body, c, 1);
  flow_wire_close (&body, b, 1);
  flow_wire_close (&body, a, 1);
  batch = otlp_decode (FLOW_SIGNAL_METRICS, FALSE, body.data, body.length);
  dump = otlp_dump (batch);
  g_assert_nonnull (strstr (dump, "\"bucketCounts\":[\"1\",\"2\",\"3\",\"4\"]"));
}

static void
test_empty (void)
{
  for (guint i = 0; i < FLOW_N_SIGNALS; i++)
    {
      g_autoptr (FlowSpanBatch) batch = otlp_decode ((FlowSignal) i, FALSE, NULL, 0);
      g_auto (FlowBuffer) out = { 0 };
      g_autofree char *dump = otlp_dump (batch);

      g_assert_cmpuint (batch->n_rows, ==, 0);
      flow_otlp_encode_protobuf (batch, &out);
      g_assert_cmpuint (out.length, ==, 0);
      g_assert_cmpstr (dump, ==, "{}");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (id_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/otlp/protobuf/ids/%s", id_cases[i].name);

      g_test_add_data_func (path, &id_cases[i], test_ids);
    }
  g_test_add_func ("/otlp/protobuf/order", test_order);
  g_test_add_func ("/otlp/protobuf/unknown", test_unknown);
  g_test_add_func ("/otlp/protobuf/repeated", test_repeated);
  g_test_add_func ("/otlp/protobuf/values", test_values);
  g_test_add_func ("/otlp/protobuf/malformed", test_malformed);
  g_test_add_func ("/otlp/protobuf/depth", test_depth);
  g_test_add_func ("/otlp/protobuf/warnings", test_warnings);
  g_test_add_func ("/otlp/protobuf/bad-text", test_bad_text);
  g_test_add_func ("/otlp/protobuf/many", test_many);
  g_test_add_func ("/otlp/protobuf/same-resource", test_same_resource);
  g_test_add_func ("/otlp/protobuf/metrics", test_metrics);
  g_test_add_func ("/otlp/protobuf/packed", test_packed);
  g_test_add_func ("/otlp/protobuf/empty", test_empty);
  return g_test_run ();
}
