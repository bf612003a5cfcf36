/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-test"

#include "handlers-test.h"

#include <string.h>

#include "trace/flow-otlp-decoder.h"

/* metrics_for_file: which spans count for a file, who is answered, and that nothing is read twice. */

typedef struct
{
  const char *service;
  const char *file;
  guint line;
} Place;

/* One span of a trace of its own. */
static void
store_span (HandlersTest *test, guint number, const Place *place)
{
  g_autofree char *body = g_strdup_printf (
      "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":"
      "{\"stringValue\":\"%s\"}}]},\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":"
      "\"%016x\",\"name\":\"work\",\"startTimeUnixNano\":\"1700000000000000000\","
      "\"endTimeUnixNano\":\"1700000000002500000\",\"attributes\":[{\"key\":\"code.file.path\","
      "\"value\":{\"stringValue\":\"%s\"}},{\"key\":\"code.line.number\",\"value\":{\"intValue\":"
      "\"%u\"}}]}]}]}]}",
      place->service, number, number, place->file, place->line);
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowSpanBatch) batch = flow_otlp_decode_json (FLOW_SIGNAL_TRACES, body, strlen (body), &error);
  FlowIngestResult result;

  g_assert_no_error (error);
  flow_trace_store_ingest_wait (test->traces, batch, NULL, &result, &error);
  g_assert_no_error (error);
}

static char *
question (const char *file, int version)
{
  return g_strdup_printf ("{\"file\":\"%s\",\"version\":%d}", file, version);
}

/* The question's id. */
static char *
ask (HandlersTest *test, TestChannel *from, const char *file, int version)
{
  g_autofree char *data = question (file, version);

  return handlers_test_say (test, from, "metrics_for_file", NULL, data);
}

static gint64
number (FlowMessage *message, const char *name)
{
  gint64 value = -1;

  g_assert_true (flow_message_get_int (message, name, &value));
  return value;
}

/* The total that a channel is told, whatever else it was told before. */
static gint64
total (HandlersTest *test, TestChannel *from, const char *file)
{
  g_autofree char *id = ask (test, from, file, 1);

  while (TRUE)
    {
      g_autoptr (FlowMessage) answer = handlers_test_wait (test, from, "metrics_for_file");

      if (g_strcmp0 (flow_message_get_reply_to (answer), id) == 0)
        return number (answer, "total");
    }
}

static void
test_answer (HandlersTest *test, gconstpointer data)
{
  g_autofree char *file = handlers_test_write_file (test, "shop/src/cart.ts");
  g_autofree char *folder = handlers_test_make_folder (test, "shop");
  TestChannel *editor = handlers_test_join (test, "editor/nvim", NULL, folder);
  g_autofree char *data_text = question (file, 42);
  g_autofree char *id = NULL;
  g_autoptr (FlowMessage) answer = NULL;
  JsonObject *line;

  store_span (test, 1, &(Place) { "shop", file, 3 });
  store_span (test, 2, &(Place) { "shop", "src/cart.ts", 3 });
  id = handlers_test_say (test, editor, "metrics_for_file", "desktop_app/hub", data_text);
  answer = handlers_test_wait (test, editor, "metrics_for_file");
  g_assert_cmpstr (flow_message_get_reply_to (answer), ==, id);
  g_assert_cmpstr (flow_message_get_target (answer), ==, "editor/nvim");
  g_assert_cmpstr (test_text (answer, "file"), ==, file);
  g_assert_cmpint (number (answer, "version"), ==, 42);
  g_assert_cmpint (number (answer, "total"), ==, 2);
  g_assert_cmpstr (test_text (answer, "since"), ==, "2023-11-14T22:13:20.000000Z");
  line = json_array_get_object_element (json_object_get_array_member (flow_message_get_data (answer), "lines"), 0);
  g_assert_cmpint (json_object_get_int_member (line, "line"), ==, 3);
  g_assert_true (json_object_get_null_member (line, "function"));
  g_assert_cmpint (json_object_get_int_member (line, "count"), ==, 2);
  g_assert_cmpint (json_object_get_int_member (line, "errors"), ==, 0);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (line, "p50_ms"), 2.5, 1e-9);
  g_assert_cmpuint (strlen (json_object_get_string_member (line, "traceId")), ==, 32);
  g_assert_cmpuint (strlen (json_object_get_string_member (line, "spanId")), ==, 16);
}

/* Whoever asks while a reader is at it gets the next answer; each has one. */
static void
test_many_at_once (HandlersTest *test, gconstpointer data)
{
  g_autofree char *file = handlers_test_write_file (test, "a.ts");
  TestChannel *first = handlers_test_join (test, "editor/first", NULL, NULL);
  TestChannel *second = handlers_test_join (test, "editor/second", NULL, NULL);

  store_span (test, 1, &(Place) { "shop", file, 3 });
  handlers_test_settle (test);
  for (int i = 0; i < 20; i++)
    {
      g_free (ask (test, first, file, i));
      g_free (ask (test, second, file, i));
    }
  /* One question stands for the first, the next for all others. */
  g_assert_cmpuint (test->handlers->under_way, ==, 1);
  handlers_test_settle (test);
  for (int i = 0; i < 20; i++)
    {
      g_autoptr (FlowMessage) one = handlers_test_wait (test, first, "metrics_for_file");
      g_autoptr (FlowMessage) other = handlers_test_wait (test, second, "metrics_for_file");

      g_assert_cmpint (number (one, "version"), ==, i);
      g_assert_cmpint (number (other, "version"), ==, i);
    }
}

static void
test_too_many (HandlersTest *test, gconstpointer data)
{
  g_autofree char *file = handlers_test_write_file (test, "a.ts");
  TestChannel *editor = handlers_test_join (test, "editor/one", NULL, NULL);

  store_span (test, 1, &(Place) { "shop", file, 3 });
  for (int i = 0; i < 100; i++)
    {
      g_autofree char *other = g_strdup_printf ("%s-%d", file, i);

      g_free (ask (test, editor, file, i));
      g_free (ask (test, editor, other, i));
    }
  handlers_test_settle (test);
  g_assert_cmpuint (test_channel_count (editor, "metrics_for_file") + test_channel_count (editor, "error"), ==, 200);
  g_assert_cmpuint (test_channel_count (editor, "metrics_for_file"), ==, 1 + 64 + 31);
  g_assert_cmpint (total (test, editor, file), ==, 1);
}

static void
test_what_comes_in_between (HandlersTest *test, gconstpointer data)
{
  g_autofree char *file = handlers_test_write_file (test, "a.ts");
  TestChannel *editor = handlers_test_join (test, "editor/one", NULL, NULL);

  g_assert_cmpint (total (test, editor, file), ==, 0);
  for (guint i = 1; i < 5; i++)
    {
      store_span (test, i, &(Place) { "shop", file, i });
      g_assert_cmpint (total (test, editor, file), ==, i);
    }
}

/* A relative path means a file of a folder that somebody has open. */
static void
test_folders (HandlersTest *test, gconstpointer data)
{
  g_autofree char *file = handlers_test_write_file (test, "shop/src/a.ts");
  g_autofree char *folder = handlers_test_make_folder (test, "shop");
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);

  store_span (test, 1, &(Place) { "shop", "src/a.ts", 1 });
  g_assert_cmpint (total (test, cli, file), ==, 0);
  g_assert_cmpint (total (test, handlers_test_join (test, "editor/one", NULL, folder), file), ==, 1);
  g_assert_cmpint (total (test, cli, file), ==, 1);
}

/* A program elsewhere calls the file something else; what was known by other path maps does not count. */
static void
test_path_maps (HandlersTest *test, gconstpointer data)
{
  g_autofree char *file = handlers_test_write_file (test, "shop/src/a.ts");
  g_autofree char *maps = g_strdup_printf ("[(\"shop\", \"/app\", \"%s/shop\")]", test->folder);
  TestChannel *editor = handlers_test_join (test, "editor/one", NULL, NULL);

  store_span (test, 1, &(Place) { "shop", "/app/src/a.ts", 1 });
  store_span (test, 2, &(Place) { "other", "/app/src/a.ts", 1 });
  g_assert_cmpint (total (test, editor, file), ==, 0);
  handlers_test_set (test, "path-maps", maps);
  g_assert_cmpint (total (test, editor, file), ==, 1);
  handlers_test_set (test, "path-maps", "[]");
  g_assert_cmpint (total (test, editor, file), ==, 0);
}

/* In a container the editor and the program may see files that are not here. */
static void
test_file_that_is_not_here (HandlersTest *test, gconstpointer data)
{
  TestChannel *editor = handlers_test_join (test, "editor/one", NULL, NULL);

  store_span (test, 1, &(Place) { "shop", "/workspaces/none/a.ts", 1 });
  g_assert_cmpint (total (test, editor, "/workspaces/none/a.ts"), ==, 1);
}

static void
test_refused (HandlersTest *test, gconstpointer data)
{
  static const char *const wrong[] = { "{}", "{\"file\":\"a.ts\"}", "{\"file\":7}", "{\"file\":\"\"}" };
  TestChannel *editor = handlers_test_join (test, "editor/one", NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *id = handlers_test_say (test, editor, "metrics_for_file", NULL, wrong[i]);
      g_autoptr (FlowMessage) answer = handlers_test_wait (test, editor, "error");

      g_assert_cmpstr (flow_message_get_reply_to (answer), ==, id);
      g_assert_cmpstr (test_text (answer, "code"), ==, "bad_request");
    }
}

/* Who asked and went is not answered; the handlers may go while a reader is at it. */
static void
test_gone (HandlersTest *test, gconstpointer data)
{
  g_autofree char *file = handlers_test_write_file (test, "a.ts");
  TestChannel *leaving = handlers_test_join (test, "editor/leaving", NULL, NULL);
  TestChannel *staying = handlers_test_join (test, "editor/staying", NULL, NULL);

  g_free (ask (test, leaving, file, 1));
  handlers_test_leave (test, leaving);
  g_assert_cmpint (total (test, staying, file), ==, 0);
  g_free (ask (test, staying, file, 1));
}

static void
test_acknowledged (HandlersTest *test, gconstpointer data)
{
  g_autofree char *file = handlers_test_write_file (test, "a.ts");
  g_autofree char *data_text = question (file, 1);
  TestChannel *editor = handlers_test_join (test, "editor/one", NULL, NULL);
  g_autofree char *id = handlers_test_say_ack (test, editor, "metrics_for_file", data_text);
  g_autoptr (FlowMessage) answer = handlers_test_wait (test, editor, "metrics_for_file");
  g_autoptr (FlowMessage) ack = handlers_test_wait (test, editor, "ack");

  g_assert_cmpstr (flow_message_get_reply_to (answer), ==, id);
  g_assert_cmpstr (test_text (ack, "id"), ==, id);
}

#define ADD(name, function)                                                                      \
  g_test_add ("/hub/handlers/metrics/" name, HandlersTest, NULL, handlers_test_set_up, function, \
              handlers_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("answer", test_answer);
  ADD ("many-at-once", test_many_at_once);
  ADD ("too-many", test_too_many);
  ADD ("what-comes-in-between", test_what_comes_in_between);
  ADD ("folders", test_folders);
  ADD ("path-maps", test_path_maps);
  ADD ("file-that-is-not-here", test_file_that_is_not_here);
  ADD ("refused", test_refused);
  ADD ("gone", test_gone);
  ADD ("acknowledged", test_acknowledged);
  return g_test_run ();
}
