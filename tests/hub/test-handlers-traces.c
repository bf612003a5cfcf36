/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-test"

#include "handlers-test.h"

#include "hub/handlers/flow-flat-trace.h"

/* Traces from channels, what watchers hear of traces, and traces that somebody wants to see. */

#define ID "0af7651916cd43dd8448eb211c80319c"
#define SPAN "b7ad6b7169203331"
#define SERVICE "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"shop\"}}"
#define PLACE                                                               \
  "{\"key\":\"code.file.path\",\"value\":{\"stringValue\":\"/src/a.ts\"}}," \
  "{\"key\":\"code.line.number\",\"value\":{\"intValue\":\"3\"}}"
#define OTLP                                                                                       \
  "{\"resourceSpans\":[{\"resource\":{\"attributes\":[" SERVICE "]},\"scopeSpans\":[{\"spans\":[{" \
  "\"traceId\":\"" ID "\",\"spanId\":\"" SPAN "\",\"name\":\"GET /\","                             \
  "\"startTimeUnixNano\":\"1795194282016906240\",\"endTimeUnixNano\":\"1795194282021906240\","     \
  "\"attributes\":[" PLACE "]}]}]}]}"
#define FLAT_START "\"id\":\"" ID "\",\"name\":\"checkout test\",\"startedAt\":\"2026-11-20T08:30:00.5Z\""

static TestChannel *
join_watcher (HandlersTest *test)
{
  TestChannel *watcher = handlers_test_join (test, "vscode_extension/w", "traces", NULL);

  flow_message_unref (handlers_test_wait (test, watcher, "sync_response"));
  return watcher;
}

static void
put (HandlersTest *test, TestChannel *from, const char *type, const char *data)
{
  g_autofree char *id = handlers_test_say_ack (test, from, type, data);
  g_autoptr (FlowMessage) ack = handlers_test_wait (test, from, "ack");

  g_assert_cmpstr (test_text (ack, "id"), ==, id);
  g_assert_cmpstr (test_text (ack, "state"), ==, "handled");
}

static void
refuse (HandlersTest *test, TestChannel *from, const char *type, const char *data, const char *code)
{
  g_autofree char *id = handlers_test_say_ack (test, from, type, data);
  g_autoptr (FlowMessage) error = handlers_test_wait (test, from, "error");

  g_assert_cmpstr (test_text (error, "code"), ==, code);
  g_assert_cmpstr (test_text (error, "in_reply_to"), ==, id);
}

static void
test_otlp (HandlersTest *test, gconstpointer data)
{
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *watcher = join_watcher (test);
  g_autoptr (FlowMessage) added = NULL;
  gint64 spans = 0, line = 0;
  double took = 0;

  put (test, cli, "trace_added", OTLP);
  added = handlers_test_wait (test, watcher, "trace_added");
  g_assert_cmpstr (test_text (added, "id"), ==, ID);
  g_assert_cmpstr (test_text (added, "name"), ==, "GET /");
  g_assert_cmpstr (test_text (added, "status"), ==, "ok");
  g_assert_cmpstr (test_text (added, "startedAt"), ==, "2026-11-20T17:04:42.016906Z");
  g_assert_cmpstr (test_text (added, "sourceFile"), ==, "/src/a.ts");
  g_assert_true (flow_message_get_int (added, "sourceLine", &line) && line == 3);
  g_assert_true (flow_message_get_int (added, "spans", &spans) && spans == 1);
  g_assert_true (flow_message_get_double (added, "durationMs", &took));
  g_assert_cmpfloat_with_epsilon (took, 5, 1e-9);
  put (test, cli, "trace_added", OTLP); /* a repetition is stored once */
  g_assert_cmpuint (test_channel_count (watcher, "trace_added"), ==, 0);
}

static void
test_flat (HandlersTest *test, gconstpointer data)
{
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *watcher = join_watcher (test);
  g_autoptr (FlowMessage) added = NULL;
  g_autoptr (FlowMessage) updated = NULL;
  g_autoptr (FlowMessage) tagged = NULL;
  g_auto (GStrv) services = NULL;
  g_auto (GStrv) tags = NULL;
  double took = 0;

  put (test, cli, "trace_added",
       "{" FLAT_START ",\"services\":[\"tests\"],\"sourceFile\":\"/src/b.ts\",\"workspaceId\":\"w\","
       "\"metadata\":{\"a\":\"x\",\"b\":1,\"c\":true,\"d\":1.5,\"e\":[1],\"f\":null}}");
  added = handlers_test_wait (test, watcher, "trace_added");
  g_assert_cmpstr (test_text (added, "name"), ==, "checkout test");
  g_assert_cmpstr (test_text (added, "workspaceId"), ==, "w");
  g_assert_true (flow_message_get_strv (added, "services", &services));
  g_assert_cmpstr (services[0], ==, "tests");

  /* Later facts take the place of the first; what is not said stays. */
  put (test, cli, "trace_updated", "{\"id\":\"" ID "\",\"status\":\"error\",\"durationMs\":12.5}");
  updated = handlers_test_wait (test, watcher, "trace_updated");
  g_assert_cmpstr (test_text (updated, "name"), ==, "checkout test");
  g_assert_cmpstr (test_text (updated, "status"), ==, "error");
  g_assert_cmpstr (test_text (updated, "sourceFile"), ==, "/src/b.ts");
  g_assert_true (flow_message_get_double (updated, "durationMs", &took));
  g_assert_cmpfloat_with_epsilon (took, 12.5, 1e-6);

  put (test, cli, "trace_updated", "{\"id\":\"" ID "\",\"tags\":[\"slow\",\"ci\"]}");
  tagged = handlers_test_wait (test, watcher, "trace_updated");
  g_assert_true (flow_message_get_strv (tagged, "tags", &tags));
  g_assert_cmpuint (g_strv_length (tags), ==, 2);
}

static void
test_refused (HandlersTest *test, gconstpointer data)
{
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);

  refuse (test, cli, "trace_added", "{\"id\":\"xyz\",\"name\":\"n\",\"startedAt\":\"2026-11-20T08:30:00Z\"}",
          "bad_request");
  refuse (test, cli, "trace_added", "{\"id\":\"" ID "\",\"name\":\"n\",\"startedAt\":\"soon\"}", "bad_request");
  refuse (test, cli, "trace_added", "{\"id\":\"" ID "\",\"name\":\"n\"}", "bad_request");
  refuse (test, cli, "trace_added", "{\"resourceSpans\":7}", "bad_request");
  refuse (test, cli, "trace_added",
          "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"00\",\"spanId\":\"00\"}]}]}]}",
          "bad_request");
  refuse (test, cli, "trace_updated", "{\"id\":\"" ID "\",\"tags\":[\"a\"]}", "not_found");
  refuse (test, cli, "trace_updated", "{\"id\":\"" ID "\",\"status\":\"ok\"}", "bad_request");
  refuse (test, cli, "trace_deleted", "{\"id\":\"zz\"}", "bad_request");
  handlers_test_set (test, "capture.enabled", "false");
  refuse (test, cli, "trace_added", OTLP, "paused");
  refuse (test, cli, "trace_updated", "{" FLAT_START "}", "paused");
}

/* A whole test run in one message; and what is as long but no traces. */
static void
test_large (HandlersTest *test, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new ("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[");
  g_autofree char *blank = g_strnfill (FLOW_HANDLERS_SMALL, ' ');
  g_autofree char *nothing = g_strdup_printf ("{%s\"id\":\"" ID "\"}", blank);
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  FlowTraceStoreStats stats;

  for (guint i = 1; i <= 3000; i++)
    g_string_append_printf (text,
                            "%s{\"traceId\":\"" ID "\",\"spanId\":\"%016x\",\"name\":\"n\","
                            "\"startTimeUnixNano\":\"%u\",\"endTimeUnixNano\":\"%u\"}",
                            i > 1 ? "," : "", i, i, i + 1);
  g_string_append (text, "]}]}]}");
  g_assert_cmpuint (text->len, >, FLOW_HANDLERS_SMALL);
  put (test, cli, "trace_added", text->str);
  flow_trace_store_get_stats (test->traces, &stats);
  g_assert_cmpuint (stats.stored_spans, ==, 3000);
  refuse (test, cli, "trace_added", nothing, "bad_request");
  refuse (test, cli, "trace_updated", nothing, "bad_request");
  refuse (test, cli, "trace_deleted", nothing, "too_large");
}

static void
test_deleted (HandlersTest *test, gconstpointer data)
{
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *watcher = join_watcher (test);
  g_autoptr (FlowMessage) deleted = NULL;

  put (test, cli, "trace_added", OTLP);
  flow_message_unref (handlers_test_wait (test, watcher, "trace_added"));
  put (test, cli, "trace_deleted", "{\"id\":\"" ID "\"}");
  deleted = handlers_test_wait (test, watcher, "trace_deleted");
  g_assert_cmpstr (test_text (deleted, "id"), ==, ID);
  put (test, cli, "trace_deleted", "{\"id\":\"" ID "\"}"); /* gone is gone */
  g_assert_cmpuint (test_channel_count (watcher, "trace_deleted"), ==, 0);
}

/* A hundred commits of one trace are told in a few messages, and the last of them says how it is in the end. */
static void
test_coalesced (HandlersTest *test, gconstpointer data)
{
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *watcher = join_watcher (test);
  gint64 spans = 0;
  guint messages = 0;

  for (guint i = 1; i <= 100; i++)
    {
      g_autofree char *text = g_strdup_printf (
          "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"" ID "\",\"spanId\":\"%016x\","
          "\"name\":\"n\",\"startTimeUnixNano\":\"%u\",\"endTimeUnixNano\":\"%u\"}]}]}]}",
          i, i, i + 1);

      put (test, cli, "trace_added", text);
    }
  while (spans < 100)
    {
      g_autoptr (FlowMessage) message = handlers_test_wait (test, watcher,
                                                            messages == 0 ? "trace_added" : "trace_updated");

      messages++;
      g_assert_true (flow_message_get_int (message, "spans", &spans));
    }
  g_assert_cmpuint (messages, <, 100);
}

/* More than anybody wants to hear one by one: the latest ones at once. */
static void
test_flood (HandlersTest *test, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new ("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[");
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *watcher = join_watcher (test);
  g_autoptr (FlowMessage) response = NULL;

  for (guint i = 1; i <= 300; i++)
    g_string_append_printf (text,
                            "%s{\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"name\":\"n\","
                            "\"startTimeUnixNano\":\"1\",\"endTimeUnixNano\":\"2\"}",
                            i > 1 ? "," : "", i, i);
  g_string_append (text, "]}]}]}");
  put (test, cli, "trace_added", text->str);
  response = handlers_test_wait (test, watcher, "sync_response");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (flow_message_get_data (response), "traces")),
                    ==, FLOW_FLAT_TRACES_MAX);
  g_assert_cmpuint (test_channel_count (watcher, "trace_added"), ==, 0);
}

static void
test_sync (HandlersTest *test, gconstpointer data)
{
  g_autofree char *folder = handlers_test_make_folder (test, "shop");
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *editor;
  g_autoptr (FlowMessage) greeting = NULL;
  g_autoptr (FlowMessage) answer = NULL;
  g_autofree char *id = NULL;
  JsonObject *workspace;

  put (test, cli, "trace_added", OTLP);
  editor = handlers_test_join (test, "editor/vim", NULL, folder);
  greeting = handlers_test_wait (test, editor, "sync_response");
  workspace = json_object_get_object_member (flow_message_get_data (greeting), "workspace");
  g_assert_cmpstr (json_object_get_string_member (workspace, "folder"), ==, folder);
  g_assert_cmpstr (json_object_get_string_member (workspace, "name"), ==, "shop");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (flow_message_get_data (greeting), "traces")),
                    ==, 1);
  id = handlers_test_say (test, cli, "sync_request", NULL, "{\"workspaceId\":\"nobody's\",\"limit\":5}");
  answer = handlers_test_wait (test, cli, "sync_response");
  g_assert_cmpstr (flow_message_get_reply_to (answer), ==, id);
  g_assert_true (json_object_get_null_member (flow_message_get_data (answer), "workspace"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (flow_message_get_data (answer), "traces")), ==,
                    0);
}

static void
assert_focus (HandlersTest *test, TestChannel *from, const char *data, const char *code)
{
  g_autofree char *id = handlers_test_say_ack (test, from, "focus_trace", data);
  g_autoptr (FlowMessage) answer = handlers_test_wait (test, from, code != NULL ? "error" : "ack");

  g_assert_cmpstr (flow_message_get_reply_to (answer), ==, id);
  if (code != NULL)
    g_assert_cmpstr (test_text (answer, "code"), ==, code);
}

static void
test_focus (HandlersTest *test, gconstpointer data)
{
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);

  put (test, cli, "trace_added", OTLP);
  assert_focus (test, cli, "{\"traceId\":\"" ID "\"}", "no_target");
  test->has_app = TRUE;
  assert_focus (test, cli, "{\"traceId\":\"" ID "\"}", NULL);
  g_assert_cmpstr (test->focused, ==, "0a9c 0");
  assert_focus (test, cli, "{\"traceId\":\"" ID "\",\"spanId\":\"" SPAN "\"}", NULL);
  g_assert_cmpstr (test->focused, ==, "0a9c 13235353014750950193");
  assert_focus (test, cli, "{\"traceId\":\"" ID "\",\"spanId\":\"0000000000000001\"}", "not_found");
  assert_focus (test, cli, "{\"traceId\":\"00000000000000000000000000000001\"}", "not_found");
  assert_focus (test, cli, "{\"file\":\"/src/a.ts\",\"line\":3}", NULL);
  assert_focus (test, cli, "{\"file\":\"/src/a.ts\",\"line\":4}", "not_found");
  assert_focus (test, cli, "{\"file\":\"a.ts\",\"line\":3}", "bad_request");
  assert_focus (test, cli, "{\"traceId\":\"x\"}", "bad_request");
  assert_focus (test, cli, "{\"editId\":\"e1\"}", NULL);
  g_assert_cmpstr (test->focused, ==, "e1");
  test->has_app = FALSE;
  assert_focus (test, cli, "{\"editId\":\"e2\"}", "no_target");
}

#define ADD(name, func) \
  g_test_add ("/hub/handlers/traces/" name, HandlersTest, NULL, handlers_test_set_up, func, handlers_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("otlp", test_otlp);
  ADD ("flat", test_flat);
  ADD ("refused", test_refused);
  ADD ("large", test_large);
  ADD ("deleted", test_deleted);
  ADD ("coalesced", test_coalesced);
  ADD ("flood", test_flood);
  ADD ("sync", test_sync);
  ADD ("focus", test_focus);
  return g_test_run ();
}
