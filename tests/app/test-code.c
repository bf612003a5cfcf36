/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From a span to the editor, with every fall-back and question on the way. The editor writes down what it got. */

#include "app-test.h"
#include "trace-fixture.h"

#include <glib/gstdio.h>

#include "app/code/flow-candidates-dialog.h"
#include "app/code/flow-code-folders.h"
#include "app/code/flow-code.h"
#include "app/code/flow-where-dialog.h"

#define TRACE "000000000000000000000000000000a1"

typedef struct
{
  FlowServices *services;
  FlowTrace *trace;
  GtkWindow *window;
  GtkWidget *from;
  AdwToastOverlay *toasts;
  char *top;    /* of the source */
  char *said;   /* what the editor got */
  char *editor; /* its command */
} Fixture;

static void
write_file (const char *top, const char *name, const char *text, int mode)
{
  g_autofree char *path = g_build_filename (top, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, mode, NULL));
}

static char *
span_json (guint id, const char *name, const char *attributes, const char *events)
{
  return g_strdup_printf ("{\"traceId\":\"" TRACE
                          "\",\"spanId\":\"%016x\",\"name\":\"%s\",\"startTimeUnixNano\":\"1%u\","
                          "\"endTimeUnixNano\":\"200\",\"attributes\":[%s],\"events\":[%s]}",
                          id, name, 10 + id, attributes, events);
}

#define TEXT(key, value) "{\"key\":\"" key "\",\"value\":{\"stringValue\":\"" value "\"}}"
#define LINE(value) ",{\"key\":\"code.line.number\",\"value\":{\"intValue\":" value "}}"

static void
store_spans (Fixture *self)
{
  g_autofree char *local = g_strdup_printf (TEXT ("code.file.path", "%s/src/users.ts") LINE ("2"), self->top);
  g_autofree char *stack = g_strdup_printf (TEXT ("exception.stacktrace", "Error: x\\n    at f (%s/src/users.ts:3:5)"),
                                            self->top);
  g_autofree char *raised = g_strdup_printf ("{\"name\":\"exception\",\"timeUnixNano\":\"20\",\"attributes\":[%s]}",
                                             stack);
  const char *away = "{\"name\":\"exception\",\"timeUnixNano\":\"20\",\"attributes\":[" TEXT (
      "exception.stacktrace", "Error: x\\n    at f (/srv/src/users.ts:4:7)") "]}";
  char *all[] = {
    span_json (1, "local", local, ""),
    span_json (2, "remote", TEXT ("code.file.path", "/app/src/users.ts") LINE ("3"), ""),
    span_json (3, "raised", "", raised),
    span_json (4, "logged", "", ""),
    span_json (5, "GET /silent", "", ""),
    span_json (6, "GET /named", TEXT ("code.function.name", "UserService.load"), ""),
    span_json (7, "away", "", away),
    span_json (8, "bad", TEXT ("code.file.path", "/etc/passwd\\n"), ""),
    span_json (9, "absent", TEXT ("code.function.name", "noSuchFunction"), ""),
    NULL,
  };
  g_autofree char *joined = g_strjoinv (",", all);
  g_autofree char *spans = g_strdup_printf ("{\"resourceSpans\":[{\"resource\":{\"attributes\":[" TEXT (
                                                "service.name", "shop") "]},\"scopeSpans\":[{\"spans\":[%s]}]}]}",
                                            joined);
  g_autofree char *logs = g_strdup_printf (
      "{\"resourceLogs\":[{\"resource\":{\"attributes\":[" TEXT (
          "service.name",
          "shop") "]},\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"15\",\"traceId\":\"" TRACE
                  "\",\"spanId\":\"0000000000000004\",\"body\":{\"stringValue\":\"x\"},\"attributes\":[" TEXT (
                      "code.file.path", "%s/src/users.ts") LINE ("1") "]}]}]}]}",
      self->top);

  trace_fixture_store (self->services, spans, logs);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    g_free (all[i]);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *script = NULL;

  self->services = app_test_services_new ();
  self->top = g_dir_make_tmp ("flow-code-XXXXXX", NULL);
  self->said = g_build_filename (self->top, "said", NULL);
  write_file (self->top, "src/users.ts", "class UserService {\n  async load(id) {\n  }\n}\n", 0644);
  script = g_strdup_printf ("#!/bin/sh\nprintf '%%s\\n' \"$@\" > '%s.new'\nmv '%s.new' '%s'\n", self->said, self->said,
                            self->said);
  write_file (self->top, "editor", script, 0755);
  self->editor = g_strdup_printf ("'%s/editor' --at {line}:{column} {file}", self->top);
  g_assert_true (flow_settings_set (flow_services_get_settings (self->services), "editor-command",
                                    g_variant_new_string (self->editor), NULL));
  store_spans (self);
  self->trace = trace_fixture_load (self->services, TRACE);
  self->from = gtk_button_new_with_label ("from");
  self->toasts = ADW_TOAST_OVERLAY (adw_toast_overlay_new ());
  adw_toast_overlay_set_child (self->toasts, self->from);
  self->window = app_test_show (GTK_WIDGET (self->toasts), 400, 300);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gtk_window_destroy (self->window);
  flow_trace_unref (self->trace);
  app_test_settle ();
  g_object_unref (self->services);
  g_free (self->top);
  g_free (self->said);
  g_free (self->editor);
}

static void
go (Fixture *self, const char *name)
{
  flow_code_open_span (self->services, self->from, self->trace, trace_fixture_span (self->trace, name));
}

static void
add_workspace (Fixture *self)
{
  g_assert_true (flow_code_add_workspace (self->services, self->top, NULL));
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* The editor is another program: have the loop look again every so often. */
static void
assert_opened (Fixture *self, const char *place)
{
  g_autofree char *expected = g_strdup_printf ("--at\n%s\n%s/src/users.ts\n", place, self->top);
  g_autofree char *got = NULL;
  guint wake = g_timeout_add (5, wake_cb, NULL);

  g_source_set_name_by_id (wake, "[test] look for the editor");
  app_test_wait (g_file_test (self->said, G_FILE_TEST_EXISTS));
  g_source_remove (wake);
  g_assert_true (g_file_get_contents (self->said, &got, NULL, NULL));
  g_assert_cmpstr (got, ==, expected);
  g_remove (self->said);
}

static gpointer
find_window (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GObject) window = g_list_model_get_item (windows, i);

      if (g_type_is_a (G_OBJECT_TYPE (window), type) && gtk_widget_get_visible (GTK_WIDGET (window)))
        return window;
    }
  return NULL;
}

static gpointer
wait_for_window (GType type)
{
  gpointer window = NULL;

  app_test_wait ((window = find_window (type)) != NULL);
  return window;
}

static GtkLabel *
find_label (GtkWidget *root, const char *part)
{
  GtkLabel *found = NULL;

  if (GTK_IS_LABEL (root) && strstr (gtk_label_get_text (GTK_LABEL (root)), part) != NULL)
    return GTK_LABEL (root);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_label (child, part);
  return found;
}

static void
wait_for_toast (Fixture *self, const char *part)
{
  app_test_wait (find_label (GTK_WIDGET (self->toasts), part) != NULL);
}

/* And close it, else the next one waits until people have read it. */
static void
take_toast (Fixture *self, const char *part)
{
  GtkWidget *toast;

  wait_for_toast (self, part);
  toast = GTK_WIDGET (find_label (GTK_WIDGET (self->toasts), part));
  while (!GTK_IS_BUTTON (gtk_widget_get_last_child (toast)))
    toast = gtk_widget_get_parent (toast);
  g_signal_emit_by_name (gtk_widget_get_last_child (toast), "clicked");
}

static void
test_known (Fixture *self, gconstpointer data)
{
  add_workspace (self);
  go (self, "local");
  assert_opened (self, "2:1");
  wait_for_toast (self, "users.ts:2");
  go (self, "raised");
  assert_opened (self, "3:5");
  go (self, "logged");
  assert_opened (self, "1:1");
}

/* As a button of the dialog does. */
static void
answer (AdwMessageDialog *dialog, const char *response)
{
  adw_message_dialog_response (dialog, response);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
test_trust (Fixture *self, gconstpointer data)
{
  AdwMessageDialog *dialog;

  go (self, "local");
  dialog = wait_for_window (ADW_TYPE_MESSAGE_DIALOG);
  g_assert_nonnull (find_label (GTK_WIDGET (dialog), "users.ts"));
  answer (dialog, "cancel");
  app_test_wait (find_window (ADW_TYPE_MESSAGE_DIALOG) == NULL);
  g_assert_false (g_file_test (self->said, G_FILE_TEST_EXISTS));

  go (self, "local");
  answer (wait_for_window (ADW_TYPE_MESSAGE_DIALOG), "trust");
  assert_opened (self, "2:1");
  go (self, "raised");
  assert_opened (self, "3:5");
}

static void
press (gpointer window, const char *id)
{
  gtk_widget_activate (app_test_find (window, GTK_TYPE_BUTTON, id));
}

static void
test_where (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowSettingsSnapshot) settings = NULL;
  FlowWhereDialog *dialog;
  GtkWidget *button;

  go (self, "remote");
  dialog = wait_for_window (FLOW_TYPE_WHERE_DIALOG);
  g_assert_nonnull (find_label (GTK_WIDGET (dialog), "Where Is “/app” Here?"));
  button = app_test_find (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, "open_button");
  g_assert_false (gtk_widget_get_sensitive (button));
  flow_where_dialog_set_folder (dialog, g_get_tmp_dir ());
  g_assert_false (gtk_widget_get_sensitive (button));
  g_assert_nonnull (find_label (GTK_WIDGET (dialog), "not in this folder"));
  flow_where_dialog_set_folder (dialog, self->top);
  g_assert_true (gtk_widget_get_sensitive (button));
  press (dialog, "open_button");
  assert_opened (self, "3:1");
  settings = flow_settings_snapshot (flow_services_get_settings (self->services));
  g_assert_cmpuint (settings->n_path_maps, ==, 1);
  g_assert_cmpstr (settings->path_maps[0].service, ==, "shop");
  g_assert_cmpstr (settings->path_maps[0].remote, ==, "/app");
  g_assert_cmpstr (settings->path_maps[0].local, ==, self->top);

  go (self, "remote");
  assert_opened (self, "3:1");

  /* The frame of an exception elsewhere asks the same; what fits in a workspace is proposed. */
  add_workspace (self);
  go (self, "away");
  dialog = wait_for_window (FLOW_TYPE_WHERE_DIALOG);
  button = app_test_find (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, "open_button");
  g_assert_true (gtk_widget_get_sensitive (button));
  press (dialog, "open_button");
  assert_opened (self, "4:7");
}

static void
test_candidates (Fixture *self, gconstpointer data)
{
  FlowCandidatesDialog *dialog;
  GtkWidget *row = NULL;

  go (self, "GET /named");
  dialog = wait_for_window (FLOW_TYPE_CANDIDATES_DIALOG);
  app_test_wait (find_label (GTK_WIDGET (dialog), "Where Is Your Source Code?") != NULL);
  flow_candidates_dialog_add_folder (dialog, self->top);
  app_test_wait ((row = app_test_find (GTK_WIDGET (dialog), ADW_TYPE_ACTION_ROW, NULL)) != NULL);
  g_assert_nonnull (find_label (row, "async load"));
  gtk_widget_activate (row);
  assert_opened (self, "2:9");
  app_test_wait (find_window (FLOW_TYPE_CANDIDATES_DIALOG) == NULL);

  go (self, "absent");
  dialog = wait_for_window (FLOW_TYPE_CANDIDATES_DIALOG);
  app_test_wait (find_label (GTK_WIDGET (dialog), "noSuchFunction") != NULL);
  gtk_window_close (GTK_WINDOW (dialog));
  app_test_wait (find_window (FLOW_TYPE_CANDIDATES_DIALOG) == NULL);
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  add_workspace (self);
  go (self, "GET /silent");
  take_toast (self, "does not say where");
  go (self, "bad");
  take_toast (self, "control characters");
  flow_code_open_file (self->services, self->from, NULL, "--help", 1, 1);
  wait_for_toast (self, "looks like an option");
  g_assert_false (g_file_test (self->said, G_FILE_TEST_EXISTS));
}

static void
set_editor (Fixture *self, const char *command)
{
  g_assert_true (flow_settings_set (flow_services_get_settings (self->services), "editor-command",
                                    g_variant_new_string (command), NULL));
}

static void
missing_cb (guint *count, const char *reason)
{
  ++*count;
}

static void
test_editors (Fixture *self, gconstpointer data)
{
  guint missing = 0;
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *terminal = g_strdup_printf ("#!/bin/sh\nshift 2\nexec '%s/editor' --at 2:1 \"$2\"\n", self->top);
  g_autofree char *bin = g_build_filename (self->top, "bin", NULL);
  g_autofree char *both = NULL;

  add_workspace (self);
  g_signal_connect_swapped (self->services, "editor-missing", G_CALLBACK (missing_cb), &missing);
  set_editor (self, "no-such-editor {file}");
  go (self, "local");
  wait_for_toast (self, "no-such-editor");
  g_assert_cmpuint (missing, ==, 1);
  g_assert_nonnull (find_label (GTK_WIDGET (self->toasts), "Choose Editor"));

  /* One that draws in a terminal gets one: "xterm -e vim +2 FILE". */
  write_file (self->top, "bin/xterm", terminal, 0755);
  both = g_strconcat (bin, ":/bin", NULL);
  g_setenv ("PATH", bin, TRUE);
  g_setenv ("TERMINAL", "xterm", TRUE);
  set_editor (self, "vim");
  g_setenv ("PATH", both, TRUE);
  go (self, "local");
  assert_opened (self, "2:1");

  /* None at all. */
  g_setenv ("PATH", "/no/such/folder", TRUE);
  set_editor (self, "");
  go (self, "local");
  wait_for_toast (self, "No editor was found");
  g_setenv ("PATH", path, TRUE);
}

static void
test_widget_gone (Fixture *self, gconstpointer data)
{
  add_workspace (self);
  go (self, "local");
  adw_toast_overlay_set_child (self->toasts, NULL);
  assert_opened (self, "2:1");
}

/* The window goes while a question is open, and before one is asked. */
static void
test_window_gone (Fixture *self, gconstpointer data)
{
  go (self, "remote");
  wait_for_window (FLOW_TYPE_WHERE_DIALOG);
  go (self, "GET /named");
  wait_for_window (FLOW_TYPE_CANDIDATES_DIALOG);
  go (self, "local");
  wait_for_window (ADW_TYPE_MESSAGE_DIALOG);
  app_test_settle ();
  go (self, "remote");
}

#define ADD(name, func) g_test_add ("/app/code/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  ADD ("known", test_known);
  ADD ("trust", test_trust);
  ADD ("where", test_where);
  ADD ("candidates", test_candidates);
  ADD ("refused", test_refused);
  ADD ("editors", test_editors);
  ADD ("widget-gone", test_widget_gone);
  ADD ("window-gone", test_window_gone);
  return g_test_run ();
}
