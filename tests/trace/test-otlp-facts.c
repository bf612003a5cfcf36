/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "otlp-test.h"

/* What the attributes, kind and status of a span say about its place in the code and about failure. */
typedef struct
{
  const char *name;
  const char *members;
  guint flags;
  const char *file;
  guint line;
} Fact;

#define TEXT(key, value) "{\"key\":\"" key "\",\"value\":{\"stringValue\":\"" value "\"}}"
#define INT(key, value) "{\"key\":\"" key "\",\"value\":{\"intValue\":" value "}}"
#define DOUBLE(key, value) "{\"key\":\"" key "\",\"value\":{\"doubleValue\":" value "}}"
#define BOOL(key, value) "{\"key\":\"" key "\",\"value\":{\"boolValue\":" value "}}"
#define ALL(attributes) "\"attributes\":[" attributes "]"

static const Fact facts[] = {
  { "stable", ALL (TEXT ("code.file.path", "/a/b.c") "," INT ("code.line.number", "7")), FLOW_SPAN_LOCATION, "/a/b.c",
    7 },
  { "old-names", ALL (TEXT ("code.filepath", "/a/b.c") "," INT ("code.lineno", "7")), FLOW_SPAN_LOCATION, "/a/b.c", 7 },
  { "stable-wins",
    ALL (TEXT ("code.file.path", "new") "," TEXT ("code.filepath", "old") "," INT ("code.line.number",
                                                                                   "1") "," INT ("code.lineno", "2")),
    FLOW_SPAN_LOCATION, "new", 1 },
  { "line-as-double", ALL (TEXT ("code.file.path", "f") "," DOUBLE ("code.line.number", "42.0")), FLOW_SPAN_LOCATION,
    "f", 42 },
  { "line-as-string", ALL (TEXT ("code.file.path", "f") "," TEXT ("code.line.number", "42")), FLOW_SPAN_LOCATION, "f",
    42 },
  { "line-not-a-number", ALL (TEXT ("code.file.path", "f") "," TEXT ("code.line.number", "4x")), FLOW_SPAN_LOCATION,
    "f", 0 },
  { "line-negative", ALL (INT ("code.line.number", "-4")), 0, "", 0 },
  { "line-too-large", ALL (INT ("code.line.number", "99999999999")), 0, "", 0 },
  { "line-huge-double", ALL (DOUBLE ("code.line.number", "1e300")), 0, "", 0 },
  { "file-not-a-string", ALL (INT ("code.file.path", "5")), 0, "", 0 },
  { "url", ALL (TEXT ("code.file.path", "file:///home/me/a%20b/%C3%A9.ts")), FLOW_SPAN_LOCATION,
    "/home/me/a b/\xc3\xa9.ts", 0 },
  { "url-localhost", ALL (TEXT ("code.file.path", "FILE://localhost/home/a.ts")), FLOW_SPAN_LOCATION, "/home/a.ts", 0 },
  { "url-windows", ALL (TEXT ("code.file.path", "file:///C:/src/a.ts")), FLOW_SPAN_LOCATION, "C:/src/a.ts", 0 },
  { "url-of-a-host", ALL (TEXT ("code.file.path", "file://server/a.ts")), FLOW_SPAN_LOCATION, "file://server/a.ts", 0 },
  { "url-bad-escape", ALL (TEXT ("code.file.path", "file:///a%zz")), FLOW_SPAN_LOCATION, "file:///a%zz", 0 },
  { "url-with-nul", ALL (TEXT ("code.file.path", "file:///a%00b")), FLOW_SPAN_LOCATION, "file:///a%00b", 0 },
  { "url-not-utf8", ALL (TEXT ("code.file.path", "file:///a%ff")), FLOW_SPAN_LOCATION, "file:///a%ff", 0 },
  { "webpack", ALL (TEXT ("code.file.path", "webpack://app/./a.ts")), FLOW_SPAN_LOCATION, "webpack://app/./a.ts", 0 },
  { "status", "\"status\":{\"code\":2}", FLOW_SPAN_ERROR, "", 0 },
  { "error-type", ALL (TEXT ("error.type", "timeout")), FLOW_SPAN_ERROR, "", 0 },
  { "error-type-empty", ALL (TEXT ("error.type", "")), 0, "", 0 },
  { "ok-is-final", ALL (TEXT ("error.type", "timeout")) ",\"status\":{\"code\":1}", 0, "", 0 },
  { "error-true", ALL (BOOL ("error", "true")), FLOW_SPAN_ERROR, "", 0 },
  { "error-false", ALL (BOOL ("error", "false")), 0, "", 0 },
  { "error-text", ALL (TEXT ("error", "True")), FLOW_SPAN_ERROR, "", 0 },
  { "otel-status", ALL (TEXT ("otel.status_code", "ERROR")), FLOW_SPAN_ERROR, "", 0 },
  { "otel-status-ok", ALL (TEXT ("otel.status_code", "OK")), 0, "", 0 },
  { "server-404", ALL (INT ("http.response.status_code", "404")) ",\"kind\":2", 0, "", 0 },
  { "server-500", ALL (INT ("http.response.status_code", "500")) ",\"kind\":2", FLOW_SPAN_ERROR, "", 0 },
  { "client-404", ALL (TEXT ("http.response.status_code", "404")) ",\"kind\":3", FLOW_SPAN_ERROR, "", 0 },
  { "client-302", ALL (INT ("http.response.status_code", "302")) ",\"kind\":3", 0, "", 0 },
  { "internal-500", ALL (INT ("http.response.status_code", "500")) ",\"kind\":1", 0, "", 0 },
  { "old-status-code", ALL (DOUBLE ("http.status_code", "503.0")) ",\"kind\":2", FLOW_SPAN_ERROR, "", 0 },
  { "grpc", ALL (INT ("rpc.grpc.status_code", "14")), FLOW_SPAN_ERROR, "", 0 },
  { "grpc-ok", ALL (INT ("rpc.grpc.status_code", "0")), 0, "", 0 },
  { "exception", "\"events\":[{\"name\":\"other\"},{\"name\":\"exception\"}]", FLOW_SPAN_EXCEPTION, "", 0 },
  { "event-attributes-do-not-count", "\"events\":[{\"name\":\"e\"," ALL (TEXT ("error.type", "x")) "}]", 0, "", 0 },
  { "clock", "\"startTimeUnixNano\":\"2\",\"endTimeUnixNano\":\"1\"", FLOW_SPAN_CLOCK, "", 0 },
};

static void
test_fact (gconstpointer data)
{
  const Fact *fact = data;
  g_autofree char *document = otlp_span_document (fact->members);
  g_autoptr (FlowSpanBatch) batch = otlp_decode_text (FLOW_SIGNAL_TRACES, document);
  const FlowSpan *span = batch->spans;

  g_assert_cmpuint (batch->n_rows, ==, 1);
  g_assert_cmphex (span->flags, ==, fact->flags);
  g_assert_cmpstr (otlp_string (batch, span->file), ==, fact->file);
  g_assert_cmpuint (span->line, ==, fact->line);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      g_autofree char *path = g_strdup_printf ("/otlp/facts/%s", facts[i].name);

      g_test_add_data_func (path, &facts[i], test_fact);
    }
  return g_test_run ();
}
