/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-test"

#include "handlers-test.h"

#include <string.h>
#include <unistd.h>

/* Where people work and with whom: workspaces, debug sessions, cursors, and the settings that editors know. */

static const char *
current_folder (HandlersTest *test)
{
  const FlowWorkspace *workspace = flow_workspaces_get_current (test->handlers->workspaces);

  return workspace != NULL ? workspace->folder : NULL;
}

static void
say (HandlersTest *test, TestChannel *from, const char *type, const char *data)
{
  g_free (handlers_test_say (test, from, type, NULL, data));
}

static char *
workspaces_json (HandlersTest *test)
{
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_handlers_write_workspaces (test->handlers, &writer);
  flow_handlers_write_sessions (test->handlers, &writer);
  flow_json_writer_end_object (&writer);
  return g_string_free (text, FALSE);
}

/* The user works where the focus is, or was last; in a window of several folders where the file in front is. */
static void
test_current (HandlersTest *test, gconstpointer data)
{
  g_autofree char *shop = handlers_test_make_folder (test, "shop");
  g_autofree char *blog = handlers_test_make_folder (test, "blog");
  g_autofree char *both = g_strdup_printf ("{\"workspaces\":[\"%s\",\"%s\"]}", shop, blog);
  g_autofree char *file = g_strdup_printf ("{\"file\":\"%s/a.ts\"}", blog);
  TestChannel *first = handlers_test_join (test, "vscode_extension/a", NULL, shop);
  TestChannel *second = handlers_test_join (test, "editor/b", NULL, blog);

  say (test, first, "workspace_changed", "{\"focused\":true}");
  g_assert_cmpstr (current_folder (test), ==, shop);
  say (test, first, "workspace_changed", "{\"focused\":false}");
  say (test, second, "workspace_changed", "{\"focused\":true}");
  g_assert_cmpstr (current_folder (test), ==, blog);
  handlers_test_leave (test, second);
  g_assert_cmpstr (current_folder (test), ==, shop);
  say (test, first, "workspace_changed", both);
  flow_message_unref (handlers_test_wait (test, first, "sync_response"));
  g_assert_cmpstr (current_folder (test), ==, shop);
  say (test, first, "workspace_changed", file);
  g_assert_cmpstr (current_folder (test), ==, blog);
  say (test, first, "workspace_changed", "{\"file\":null}");
  g_assert_cmpstr (current_folder (test), ==, shop);
  handlers_test_leave (test, first);
  g_assert_null (current_folder (test));
}

/* Names of one folder are one workspace; what is not here is none. */
static void
test_folders (HandlersTest *test, gconstpointer data)
{
  g_autofree char *shop = handlers_test_make_folder (test, "shop");
  g_autofree char *link = g_build_filename (test->folder, "link", NULL);
  g_autofree char *maps = g_strdup_printf ("[('*', '/app', '%s')]", shop);
  FlowWorkspaces *workspaces = test->handlers->workspaces;
  const char *id = flow_workspaces_use (workspaces, shop)->id;

  g_assert_cmpint (symlink (shop, link), ==, 0);
  g_assert_cmpstr (flow_workspaces_use (workspaces, link)->id, ==, id);
  g_assert_null (flow_workspaces_use (workspaces, "/app"));
  handlers_test_set (test, "path-maps", maps);
  g_assert_cmpstr (flow_workspaces_use (workspaces, "/app")->id, ==, id);
  g_assert_null (flow_workspaces_use (workspaces, "/"));
  g_assert_null (flow_workspaces_use (workspaces, "shop"));
  g_assert_null (flow_workspaces_use (workspaces, "/etc/passwd"));
}

/* Records are there again after a restart, under the same id. */
static void
test_kept (HandlersTest *test, gconstpointer data)
{
  g_autofree char *shop = handlers_test_make_folder (test, "shop");
  g_autofree char *id = g_strdup (flow_workspaces_use (test->handlers->workspaces, shop)->id);
  g_autoptr (FlowWorkspaces) again = flow_workspaces_new (test->store, test->traces, NULL);
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_free (handlers_test_say_ack (test, cli, "session_started", "{\"sessionId\":\"s\",\"name\":\"Checkout\"}"));
  flow_message_unref (handlers_test_wait (test, cli, "ack"));
  flow_workspaces_load (again, flow_context_get_database_path (test->context), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (flow_workspaces_use (again, shop)->id, ==, id);
  g_assert_true (flow_workspaces_end_session (again, "s", NULL, NULL, &error));
}

static void
test_sessions (HandlersTest *test, gconstpointer data)
{
  g_autofree char *shop = handlers_test_make_folder (test, "shop");
  TestChannel *host = handlers_test_join (test, "vscode_extension/host", NULL, shop);
  TestChannel *guest = handlers_test_join (test, "editor/guest", NULL, NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_free (handlers_test_say_ack (test, host, "session_started", "{\"sessionId\":\"s\",\"name\":\"Checkout\"}"));
  flow_message_unref (handlers_test_wait (test, host, "ack"));
  flow_message_unref (handlers_test_wait (test, guest, "session_started"));
  before = workspaces_json (test);
  g_assert_nonnull (strstr (before, "\"name\":\"Checkout\""));
  g_assert_nonnull (strstr (before, "\"active\":true"));
  g_assert_null (strstr (before, "\"workspace\":null"));
  say (test, guest, "user_joined", "{\"user\":{\"id\":\"g\"},\"sessionId\":\"s\"}");
  flow_message_unref (handlers_test_wait (test, host, "user_joined"));
  say (test, host, "session_shared", "{\"sessionId\":\"s\"}");
  flow_message_unref (handlers_test_wait (test, guest, "session_shared"));
  say (test, guest, "user_left", "{\"userId\":\"g\",\"sessionId\":\"s\"}");
  flow_message_unref (handlers_test_wait (test, host, "user_left"));
  say (test, host, "session_ended", "{\"sessionId\":\"s\"}");
  flow_message_unref (handlers_test_wait (test, guest, "session_ended"));
  after = workspaces_json (test);
  g_assert_nonnull (strstr (after, "\"active\":false"));
  /* Somebody else's. */
  g_free (handlers_test_say_ack (test, host, "session_ended", "{\"sessionId\":\"other\"}"));
  flow_message_unref (handlers_test_wait (test, guest, "session_ended"));
}

static void
move (HandlersTest *test, TestChannel *from, const char *session, guint line)
{
  g_autofree char *data = g_strdup_printf ("{\"file\":\"/a\",\"line\":%u,\"userId\":\"u\",\"sessionId\":\"%s\"}", line,
                                           session);

  say (test, from, "cursor_moved", data);
}

/* Cursors stay within their session, and of many the last place is what the others see. */
static void
test_cursors (HandlersTest *test, gconstpointer data)
{
  TestChannel *host = handlers_test_join (test, "editor/host", NULL, NULL);
  TestChannel *guest = handlers_test_join (test, "editor/guest", NULL, NULL);
  TestChannel *stranger = handlers_test_join (test, "editor/stranger", NULL, NULL);
  gint64 line = 0;
  guint count = 0;

  say (test, host, "user_joined", "{\"user\":{\"id\":\"h\"},\"sessionId\":\"s\"}");
  say (test, guest, "user_joined", "{\"user\":{\"id\":\"g\"},\"sessionId\":\"s\"}");
  for (guint i = 1; i <= 100; i++)
    move (test, host, "s", i);
  for (; line != 100; count++)
    {
      g_autoptr (FlowMessage) moved = handlers_test_wait (test, guest, "cursor_moved");

      g_assert_true (flow_message_get_int (moved, "line", &line));
    }
  g_assert_cmpuint (count, <, 100);
  g_assert_cmpuint (test_channel_count (stranger, "cursor_moved"), ==, 0);
  g_assert_cmpuint (test_channel_count (host, "cursor_moved"), ==, 0);
  handlers_test_leave (test, guest);
  say (test, host, "cursor_moved", "{\"file\":\"/a\",\"line\":1,\"userId\":\"u\"}");
  move (test, host, "s", 7);
}

/* What is not as its schema says changes nothing. */
static void
test_not_valid (HandlersTest *test, gconstpointer data)
{
  static const char *const messages[][2] = {
    { "workspace_changed", "{}" },
    { "workspace_changed", "{\"workspaces\":\"/\"}" },
    { "workspace_changed", "{\"focused\":1}" },
    { "session_started", "{\"name\":\"x\"}" },
    { "session_ended", "{\"sessionId\":\"\"}" },
    { "user_joined", "{\"user\":\"g\",\"sessionId\":\"s\"}" },
    { "cursor_moved", "{\"file\":\"/a\",\"line\":0,\"userId\":\"u\"}" },
    { "jump_to_code", "{\"file\":\"/a\"}" },
    { "highlight_code", "{\"file\":\"/a\",\"range\":{}}" },
    { "sync_request", "{\"limit\":1000}" },
  };
  TestChannel *editor = handlers_test_join (test, "editor/vim", NULL, NULL);
  g_autofree char *after = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (FlowMessage) error = NULL;

      say (test, editor, messages[i][0], messages[i][1]);
      error = handlers_test_wait (test, editor, "error");
      g_assert_cmpstr (test_text (error, "code"), ==, "bad_request");
    }
  after = workspaces_json (test);
  g_assert_cmpstr (after, ==, "{\"workspaces\":[],\"sessions\":[]}");
}

/* What nobody has time for is refused; what was taken is answered. */
static void
test_too_many (HandlersTest *test, gconstpointer data)
{
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);

  for (guint i = 0; i < 2000; i++)
    say (test, cli, "sync_request", "{\"limit\":1}");
  handlers_test_settle (test);
  g_assert_cmpuint (test_channel_count (cli, "sync_response"), >=, 1000);
  g_assert_cmpuint (test_channel_count (cli, "error"), >, 0);
  g_assert_cmpuint (test_channel_count (cli, "error") + test_channel_count (cli, "sync_response"), ==, 2000);
}

/* Each editor hears of what it may know, and of that only what changed. */
static void
test_settings (HandlersTest *test, gconstpointer data)
{
  TestChannel *editor = handlers_test_join (test, "editor/vim", NULL, NULL);
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  g_autoptr (FlowMessage) update = NULL;
  JsonObject *updates, *all;

  handlers_test_set (test, "slow-query-ms", "7");
  handlers_test_set (test, "ui.theme", "dark");
  update = handlers_test_wait (test, editor, "configuration_updated");
  updates = json_object_get_object_member (flow_message_get_data (update), "updates");
  all = json_object_get_object_member (flow_message_get_data (update), "fullConfig");
  g_assert_cmpuint (json_object_get_size (updates), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (updates, "ui.theme"), ==, "dark");
  g_assert_true (json_object_get_boolean_member (all, "integrations.vscode.code-navigation"));
  g_assert_false (json_object_has_member (all, "slow-query-ms"));
  g_assert_false (json_object_has_member (all, "editor-command"));
  g_assert_cmpuint (test_channel_count (cli, "configuration_updated"), ==, 0);
}

#define ADD(name, func) \
  g_test_add ("/hub/handlers/people/" name, HandlersTest, NULL, handlers_test_set_up, func, handlers_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("current", test_current);
  ADD ("folders", test_folders);
  ADD ("kept", test_kept);
  ADD ("sessions", test_sessions);
  ADD ("cursors", test_cursors);
  ADD ("not-valid", test_not_valid);
  ADD ("too-many", test_too_many);
  ADD ("settings", test_settings);
  return g_test_run ();
}
