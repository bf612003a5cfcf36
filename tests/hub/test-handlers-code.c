/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-test"

#include "handlers-test.h"
#include "hub/handlers/flow-code-ask.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* jump_to_code and highlight_code: which editor gets them, and what happens when none is there. */

static char *
place (const char *file, guint line)
{
  return g_strdup_printf ("{\"file\":\"%s\",\"line\":%u,\"column\":2}", file, line);
}

static void
jump (HandlersTest *test, TestChannel *from, const char *target, const char *file, guint line)
{
  g_autofree char *data = place (file, line);
  g_autofree char *id = handlers_test_say (test, from, "jump_to_code", target, data);

  g_assert_nonnull (id);
}

static void
assert_got (HandlersTest *test, TestChannel *channel, const char *file)
{
  g_autoptr (FlowMessage) message = handlers_test_wait (test, channel, "jump_to_code");

  g_assert_cmpstr (test_text (message, "file"), ==, file);
}

static void
assert_error (HandlersTest *test, TestChannel *channel, const char *code)
{
  g_autoptr (FlowMessage) message = handlers_test_wait (test, channel, "error");

  g_assert_cmpstr (test_text (message, "code"), ==, code);
  g_assert_cmpuint (strlen (test_text (message, "suggestion")), >, 10);
}

static void
set_focus (HandlersTest *test, TestChannel *channel, gboolean focused)
{
  g_free (handlers_test_say (test, channel, "workspace_changed", NULL,
                             focused ? "{\"focused\":true}" : "{\"focused\":false}"));
  g_assert_cmpint (flow_channel_get_focused (FLOW_CHANNEL (channel)), ==, focused);
}

/* Who has the folder, the innermost first; then who was looked at last; never who came first. */
static void
test_best (HandlersTest *test, gconstpointer data)
{
  g_autofree char *outer = handlers_test_make_folder (test, "shop");
  g_autofree char *inner = handlers_test_make_folder (test, "shop/api");
  g_autofree char *file = handlers_test_write_file (test, "shop/api/a.ts");
  g_autofree char *other = handlers_test_write_file (test, "shop/b.ts");
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *first = handlers_test_join (test, "vscode_extension/outer", "code", outer);
  TestChannel *second = handlers_test_join (test, "vscode_extension/inner", "code", inner);
  TestChannel *nvim = handlers_test_join (test, "editor/nvim", "code", outer);

  handlers_test_join (test, "editor/no-code", "presence", inner);
  set_focus (test, first, TRUE);
  jump (test, cli, NULL, file, 3);
  assert_got (test, second, file);
  jump (test, cli, NULL, other, 3);
  assert_got (test, first, other);
  set_focus (test, first, FALSE);
  set_focus (test, nvim, TRUE);
  jump (test, cli, "editor", other, 3);
  assert_got (test, nvim, other);
  set_focus (test, nvim, FALSE);
  jump (test, cli, "editor", other, 3);
  assert_got (test, nvim, other);
  jump (test, cli, "vscode_extension", other, 3);
  assert_got (test, first, other);
}

/* A path of a container is a real path for the editor; the rest of the message is as it came. */
static void
test_path_maps (HandlersTest *test, gconstpointer data)
{
  g_autofree char *folder = handlers_test_make_folder (test, "shop");
  g_autofree char *file = handlers_test_write_file (test, "shop/src/a.ts");
  g_autofree char *maps = g_strdup_printf ("[('*', '/app', '%s')]", folder);
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *editor = handlers_test_join (test, "editor/vim", "code", folder);
  g_autoptr (FlowMessage) message = NULL;
  g_autofree char *id = NULL;
  gint64 line = 0, extra = 0;

  handlers_test_set (test, "path-maps", maps);
  id = handlers_test_say (test, cli, "jump_to_code", NULL, "{\"file\":\"/app/src/a.ts\",\"line\":7,\"extra\":8}");
  message = handlers_test_wait (test, editor, "jump_to_code");
  g_assert_cmpstr (test_text (message, "file"), ==, file);
  g_assert_cmpstr (flow_message_get_id (message), ==, id);
  g_assert_cmpstr (flow_message_get_source (message), ==, "cli/me");
  g_assert_true (flow_message_get_int (message, "line", &line) && line == 7);
  g_assert_true (flow_message_get_int (message, "extra", &extra) && extra == 8);
}

/* A program that notes its arguments in a file. */
static char *
make_editor (HandlersTest *test, char **notes)
{
  char *path = g_build_filename (test->folder, "my editor", NULL);
  g_autofree char *text = NULL;

  *notes = g_build_filename (test->folder, "notes", NULL);
  text = g_strdup_printf ("#!/bin/sh\nfor a in \"$@\"; do echo \"$a\"; done > '%s.part'\nmv '%s.part' '%s'\n", *notes,
                          *notes, *notes);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0700), ==, 0);
  return path;
}

static char *
wait_for_file (const char *path)
{
  char *text = NULL;

  while (!g_file_get_contents (path, &text, NULL, NULL))
    g_main_context_iteration (NULL, FALSE);
  return text;
}

static void
test_command (HandlersTest *test, gconstpointer data)
{
  g_autofree char *folder = handlers_test_make_folder (test, "shop");
  g_autofree char *file = handlers_test_write_file (test, "shop/it's; $(a) file.ts");
  g_autofree char *notes = NULL;
  g_autofree char *editor = make_editor (test, &notes);
  g_autofree char *command = g_strdup_printf ("'%s' -l {line} -c {column} {file}", editor);
  g_autofree char *expected = g_strdup_printf ("-l\n5\n-c\n2\n%s\n", file);
  g_autofree char *folders = g_strdup_printf ("['%s']", folder);
  g_autofree char *noted = NULL;
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  g_autoptr (FlowMessage) opened = NULL;

  handlers_test_set (test, "editor-command", command);
  handlers_test_set (test, "workspace-folders", folders);
  jump (test, cli, NULL, file, 5);
  opened = handlers_test_wait (test, cli, "code_opened");
  g_assert_cmpstr (test_text (opened, "file"), ==, file);
  g_assert_cmpstr (flow_message_get_reply_to (opened), ==, "id-1");
  noted = wait_for_file (notes);
  g_assert_cmpstr (noted, ==, expected);
  g_assert_null (test->jump_failed);
}

static void
test_no_editor (HandlersTest *test, gconstpointer data)
{
  g_autofree char *folder = handlers_test_make_folder (test, "shop");
  g_autofree char *file = handlers_test_write_file (test, "shop/a.ts");
  g_autofree char *folders = g_strdup_printf ("['%s']", folder);
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);

  handlers_test_set (test, "workspace-folders", folders);
  handlers_test_set (test, "editor-command", "/no/such/program {file}");
  jump (test, cli, NULL, file, 5);
  assert_error (test, cli, "no_editor");
  g_assert_nonnull (test->jump_failed);
  g_assert_nonnull (strstr (test->jump_failed, "a.ts:5: "));
}

/* What nobody works in is given to no editor but one that asks the user itself. */
static void
test_outside (HandlersTest *test, gconstpointer data)
{
  g_autofree char *folder = handlers_test_make_folder (test, "shop");
  g_autofree char *file = handlers_test_write_file (test, "elsewhere/a.ts");
  g_autofree char *link = g_build_filename (folder, "link.ts", NULL);
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *vim = handlers_test_join (test, "editor/vim", "code", folder);
  TestChannel *vscode;

  g_assert_cmpint (symlink (file, link), ==, 0);
  jump (test, cli, NULL, file, 1);
  assert_error (test, cli, "not_trusted");
  jump (test, cli, NULL, link, 1);
  assert_error (test, cli, "not_trusted");
  jump (test, cli, NULL, "/no/such/file", 1);
  assert_error (test, cli, "not_found");
  jump (test, cli, NULL, "-option", 1);
  assert_error (test, cli, "not_trusted");
  jump (test, cli, NULL, "/etc/a\\u001b[2J", 1);
  assert_error (test, cli, "not_trusted");
  g_assert_null (test->jump_failed); /* no other editor would help */

  vscode = handlers_test_join (test, "vscode_extension/a", "code", folder);
  jump (test, cli, NULL, link, 1);
  assert_got (test, vscode, file);
  g_assert_true (g_file_set_contents (test->trusted, test->folder, -1, NULL));
  handlers_test_leave (test, vscode);
  jump (test, cli, NULL, file, 1);
  assert_got (test, vim, file);
}

/* An editor in a container has files that this machine has not. */
static void
test_elsewhere (HandlersTest *test, gconstpointer data)
{
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *remote = handlers_test_join (test, "editor/remote", "code", "/container/app");

  jump (test, cli, NULL, "/container/app/src/a.ts", 1);
  assert_got (test, remote, "/container/app/src/a.ts");
  jump (test, cli, NULL, "/container/application/a.ts", 1);
  assert_error (test, cli, "not_found");
  jump (test, cli, NULL, "/container/app/../secret.txt", 1);
  assert_error (test, cli, "not_found");
}

static void
test_switched_off (HandlersTest *test, gconstpointer data)
{
  g_autofree char *folder = handlers_test_make_folder (test, "shop");
  g_autofree char *file = handlers_test_write_file (test, "shop/a.ts");
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *vscode = handlers_test_join (test, "vscode_extension/a", "code", folder);
  TestChannel *vim = handlers_test_join (test, "editor/vim", "code", NULL);

  handlers_test_set (test, "integrations.vscode.code-navigation", "false");
  jump (test, cli, "vscode_extension", file, 1);
  assert_error (test, cli, "declined");
  jump (test, cli, NULL, file, 1);
  assert_got (test, vim, file);
  g_assert_cmpuint (test_channel_count (vscode, "jump_to_code"), ==, 0);
}

static void
test_highlight (HandlersTest *test, gconstpointer data)
{
  g_autofree char *folder = handlers_test_make_folder (test, "shop");
  g_autofree char *file = handlers_test_write_file (test, "shop/a.ts");
  g_autofree char *folders = g_strdup_printf ("['%s']", folder);
  g_autofree char *range = g_strdup_printf ("{\"file\":\"%s\",\"range\":{\"start\":{\"line\":1},\"end\":{\"line\":2}}}",
                                            file);
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *vim;
  g_autoptr (FlowMessage) message = NULL;

  handlers_test_set (test, "workspace-folders", folders);
  handlers_test_set (test, "editor-command", "/no/such/program {file}");
  g_free (handlers_test_say (test, cli, "highlight_code", NULL, range));
  assert_error (test, cli, "no_target");
  g_assert_null (test->jump_failed);
  vim = handlers_test_join (test, "editor/vim", "code", folder);
  g_free (handlers_test_say (test, cli, "highlight_code", "editor", range));
  message = handlers_test_wait (test, vim, "highlight_code");
  g_assert_cmpstr (test_text (message, "file"), ==, file);
}

/* An editor that was just lost may come back; the command runs only when it does not. */
static void
test_lost (HandlersTest *test, gconstpointer data)
{
  g_autofree char *folder = handlers_test_make_folder (test, "shop");
  g_autofree char *file = handlers_test_write_file (test, "shop/a.ts");
  g_autofree char *notes = NULL;
  g_autofree char *editor = make_editor (test, &notes);
  g_autofree char *command = g_strdup_printf ("'%s' {file}", editor);
  g_autoptr (FlowMessage) held = NULL;
  g_autofree char *noted = NULL;
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  TestChannel *vim = handlers_test_join (test, "editor/vim", "code", folder);

  handlers_test_set (test, "editor-command", command);
  handlers_test_leave (test, vim);
  jump (test, cli, NULL, file, 1);
  handlers_test_settle (test);
  g_assert_false (g_file_test (notes, G_FILE_TEST_EXISTS));
  vim = handlers_test_join (test, "editor/vim", "code", folder);
  held = handlers_test_wait (test, vim, "jump_to_code");
  flow_handlers_unroutable (test->handlers, held);
  noted = wait_for_file (notes);
  g_assert_true (g_str_has_prefix (noted, file));
}

/* The app asks for itself. */
static void
test_show (HandlersTest *test, gconstpointer data)
{
  g_autofree char *folder = handlers_test_make_folder (test, "shop");
  g_autofree char *file = handlers_test_write_file (test, "shop/a.ts");
  g_autofree char *editor = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowMessage) message = NULL;
  TestChannel *vim;
  gint64 line = 0;

  g_assert_null (flow_handlers_show_code (test->handlers, file, 4, 0, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NO_TARGET);
  vim = handlers_test_join (test, "editor/vim", "code", folder);
  flow_channel_set_client (FLOW_CHANNEL (vim), "Vim", "9");
  editor = flow_handlers_show_code (test->handlers, file, 4, 0, NULL);
  g_assert_cmpstr (editor, ==, "Vim");
  message = handlers_test_wait (test, vim, "jump_to_code");
  g_assert_cmpstr (test_text (message, "file"), ==, file);
  g_assert_true (flow_message_get_int (message, "line", &line) && line == 4);
  g_free (handlers_test_say (test, vim, "code_opened", "desktop_app/hub", "{\"file\":\"/a\",\"line\":4}"));
  g_assert_cmpuint (test_channel_count (vim, "error"), ==, 0);
}

/* What goes on to an editor with another path is JSON by the letter, whatever came. */
static void
test_odd_numbers (HandlersTest *test, gconstpointer data)
{
  g_autofree char *folder = handlers_test_make_folder (test, "shop");
  g_autofree char *file = handlers_test_write_file (test, "shop/a.ts");
  g_autofree char *name = g_build_filename (folder, ".", "a.ts", NULL);
  g_autofree char *place = g_strdup_printf ("{\"file\":\"%s\",\"line\":3,\"x\":1e999,\"y\":[-1e999],\"z\":1.5}", name);
  TestChannel *editor = handlers_test_join (test, "editor/e", "code", folder);
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);
  g_autoptr (FlowMessage) message = NULL;
  double number;

  g_free (handlers_test_say (test, cli, "jump_to_code", NULL, place));
  message = handlers_test_wait (test, editor, "jump_to_code");
  g_assert_cmpstr (test_text (message, "file"), ==, file);
  g_assert_true (flow_message_get_double (message, "z", &number) && number == 1.5);
  g_assert_false (flow_message_has (message, "x"));
}

/* Whoever asks faster than files are found is told to wait; what was asked before is answered. */
static void
test_too_many (HandlersTest *test, gconstpointer data)
{
  TestChannel *cli = handlers_test_join (test, "cli/me", NULL, NULL);

  for (guint i = 0; i <= FLOW_HANDLERS_ASKED; i++)
    jump (test, cli, NULL, "/none/a.ts", 1);
  g_assert_cmpuint (test_channel_count (cli, "error"), ==, 1);
  assert_error (test, cli, "busy");
  for (guint i = 0; i < FLOW_HANDLERS_ASKED; i++)
    assert_error (test, cli, "not_found");
  jump (test, cli, NULL, "/none/a.ts", 1);
  assert_error (test, cli, "not_found");
}

static void
assert_command (HandlersTest *test, const char *expected)
{
  g_autofree char *text = place ("/a", 1);
  g_autofree char *whole = g_strdup_printf ("{\"id\":\"1\",\"type\":\"jump_to_code\",\"data\":%s}", text);
  g_autoptr (GBytes) bytes = g_bytes_new (whole, strlen (whole));
  g_autoptr (FlowMessage) message = flow_message_new_from_bytes (bytes, NULL);
  g_autoptr (GError) error = NULL;
  FlowCodeAsk *ask = flow_code_ask_new (test->handlers, message);
  g_autofree char *command = flow_code_ask_find_command (ask, &error);

  if (expected != NULL)
    g_assert_true (g_str_has_prefix (command, expected));
  else
    g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NO_EDITOR);
  flow_code_ask_free (ask);
}

/* Without a choice of the user an editor with a window is started, Visual Studio Code only where that is allowed. */
static void
test_which_command (HandlersTest *test, gconstpointer data)
{
  g_autofree char *code = handlers_test_write_file (test, "bin/code");
  g_autofree char *kate = handlers_test_write_file (test, "bin/kate");
  g_autofree char *bin = g_path_get_dirname (code);
  g_autofree char *path = g_strdup (g_getenv ("PATH"));

  g_assert_cmpint (g_chmod (code, 0700), ==, 0);
  g_assert_cmpint (g_chmod (kate, 0700), ==, 0);
  g_setenv ("PATH", bin, TRUE);
  g_setenv ("DISPLAY", ":7", TRUE);
  assert_command (test, "kate ");
  handlers_test_set (test, "integrations.vscode.auto-launch", "true");
  assert_command (test, "code ");
  handlers_test_set (test, "editor-command", "vim --remote");
  assert_command (test, "vim --remote");
  handlers_test_set (test, "editor-command", "");
  g_unsetenv ("DISPLAY");
  g_unsetenv ("WAYLAND_DISPLAY");
  assert_command (test, NULL);
  g_setenv ("PATH", path, TRUE);
}

#define ADD(name, func) \
  g_test_add ("/hub/handlers/code/" name, HandlersTest, NULL, handlers_test_set_up, func, handlers_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("best", test_best);
  ADD ("path-maps", test_path_maps);
  ADD ("command", test_command);
  ADD ("no-editor", test_no_editor);
  ADD ("outside", test_outside);
  ADD ("elsewhere", test_elsewhere);
  ADD ("switched-off", test_switched_off);
  ADD ("highlight", test_highlight);
  ADD ("lost", test_lost);
  ADD ("show", test_show);
  ADD ("odd-numbers", test_odd_numbers);
  ADD ("too-many", test_too_many);
  ADD ("which-command", test_which_command);
  return g_test_run ();
}
