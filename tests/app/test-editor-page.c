/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The page "Editor" of the preferences: the editor, a command of one's own, and the folders. */

#include "app-test.h"

#include <glib/gstdio.h>

#include "app/code/flow-code-folders.h"
#include "app/code/flow-editor-preferences-page.h"
#include "app/code/flow-path-map-dialog.h"

typedef struct
{
  FlowServices *services;
  FlowSettings *settings;
  char *top;
  char *path;
  GtkWidget *page;
  GtkWindow *window;
} Fixture;

static void
install (Fixture *self, const char *name, const char *script)
{
  g_autofree char *file = g_build_filename (self->top, name, NULL);

  g_assert_true (g_file_set_contents_full (file, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *said = NULL;

  self->services = app_test_services_new ();
  self->settings = flow_services_get_settings (self->services);
  self->path = g_strdup (g_getenv ("PATH"));
  self->top = g_dir_make_tmp ("flow-page-XXXXXX", NULL);
  said = g_strdup_printf ("#!/bin/sh\nPATH=/bin:/usr/bin\nprintf '%%s\\n' \"$@\" > '%s/new'\nmv '%s/new' '%s/said'\n",
                          self->top, self->top, self->top);
  install (self, "kate", said);
  install (self, "geany", said);
  install (self, "mine", said);
  g_setenv ("PATH", self->top, TRUE);
  g_unsetenv ("EDITOR");
  g_unsetenv ("VISUAL");
}

static void
open_page (Fixture *self)
{
  GtkWidget *window = adw_preferences_window_new ();

  self->page = flow_editor_preferences_page_new (self->services);
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (window), ADW_PREFERENCES_PAGE (self->page));
  self->window = GTK_WINDOW (window);
  gtk_window_present (self->window);
  app_test_wait (gtk_widget_get_mapped (self->page));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gtk_window_destroy (self->window);
  app_test_settle ();
  g_setenv ("PATH", self->path, TRUE);
  g_object_unref (self->services);
  g_free (self->top);
  g_free (self->path);
}

static gpointer
find (Fixture *self, const char *id)
{
  return app_test_find (self->page, GTK_TYPE_WIDGET, id);
}

static void
assert_setting (Fixture *self, const char *expected)
{
  g_autoptr (FlowSettingsSnapshot) settings = flow_settings_snapshot (self->settings);

  g_assert_cmpstr (settings->editor_command, ==, expected);
}

static void
assert_choices (Fixture *self, const char *expected)
{
  GListModel *model = adw_combo_row_get_model (find (self, "editor_row"));
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GtkStringObject) name = g_list_model_get_item (model, i);

      g_string_append_printf (all, "%s%s", i > 0 ? "|" : "", gtk_string_object_get_string (name));
    }
  g_assert_cmpstr (all->str, ==, expected);
  g_string_free (all, TRUE);
}

static void
assert_verdict (Fixture *self, const char *part, gboolean bad)
{
  GtkLabel *verdict = find (self, "verdict");

  if (part == NULL)
    g_assert_false (gtk_widget_get_visible (GTK_WIDGET (verdict)));
  else
    g_assert_nonnull (strstr (gtk_label_get_text (verdict), part));
  g_assert_cmpint (gtk_widget_has_css_class (GTK_WIDGET (verdict), "error"), ==, bad);
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
assert_tried (Fixture *self, const char *arguments)
{
  g_autofree char *said = g_build_filename (self->top, "said", NULL);
  g_autofree char *text = NULL;
  guint wake = g_timeout_add (5, wake_cb, NULL);

  g_source_set_name_by_id (wake, "[test] look for the editor");
  g_signal_emit_by_name (find (self, "try_button"), "clicked");
  app_test_wait (g_file_test (said, G_FILE_TEST_EXISTS));
  g_source_remove (wake);
  g_assert_true (g_file_get_contents (said, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, arguments));
  g_assert_nonnull (strstr (text, "try-editor.txt"));
  g_unlink (said);
}

static void
test_presets (Fixture *self, gconstpointer data)
{
  open_page (self);
  assert_choices (self, "Automatic (Kate)|Kate|Geany|Another Command");
  g_assert_cmpuint (adw_combo_row_get_selected (find (self, "editor_row")), ==, 0);
  assert_tried (self, "--line\n4\n--column\n1\n");
  adw_combo_row_set_selected (find (self, "editor_row"), 2);
  assert_setting (self, "geany --line {line} --column {column} {file}");
  adw_combo_row_set_selected (find (self, "editor_row"), 0);
  assert_setting (self, "");
  g_assert_false (gtk_widget_get_visible (find (self, "command_row")));

  /* Set elsewhere. */
  g_assert_true (flow_settings_set (self->settings, "editor-command", g_variant_new_string ("mine x {file}"), NULL));
  g_assert_cmpuint (adw_combo_row_get_selected (find (self, "editor_row")), ==, 3);
  g_assert_true (gtk_widget_get_visible (find (self, "command_row")));
}

static void
type (Fixture *self, const char *command)
{
  gtk_editable_set_text (GTK_EDITABLE (find (self, "command_row")), command);
}

static void
test_custom (Fixture *self, gconstpointer data)
{
  open_page (self);
  adw_combo_row_set_selected (find (self, "editor_row"), 3);
  g_assert_true (gtk_widget_get_visible (find (self, "command_row")));
  assert_setting (self, "");
  type (self, "");
  assert_verdict (self, "Write a command", TRUE);
  type (self, "mine 'x");
  assert_verdict (self, "words", TRUE);
  type (self, "{file} mine");
  assert_verdict (self, "begin with a program", TRUE);
  type (self, "absent {file}");
  assert_verdict (self, "absent", TRUE);
  g_signal_emit_by_name (find (self, "command_row"), "apply");
  assert_setting (self, "");
  type (self, "vim");
  assert_verdict (self, "vim", TRUE);
  type (self, "mine {file}");
  assert_verdict (self, "{line} is missing", FALSE);
  type (self, "mine at {line} {file}");
  assert_verdict (self, NULL, FALSE);
  assert_tried (self, "at\n4\n");
  g_signal_emit_by_name (find (self, "command_row"), "apply");
  assert_setting (self, "mine at {line} {file}");
}

static GtkWidget *
find_remove (GtkWidget *root, const char *part)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (root) && gtk_widget_get_tooltip_text (root) != NULL &&
      g_str_has_prefix (gtk_widget_get_tooltip_text (root), "Remove") &&
      strstr (gtk_widget_get_tooltip_text (root), part) != NULL)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_remove (child, part);
  return found;
}

static GtkWidget *
find_label (GtkWidget *root, const char *text)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (root) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (root)), text) == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_label (child, text);
  return found;
}

static void
remove_and_undo (Fixture *self, const char *part)
{
  GtkWidget *undo = NULL;

  g_signal_emit_by_name (find_remove (self->page, part), "clicked");
  app_test_wait (find_remove (self->page, part) == NULL);
  app_test_wait ((undo = find_label (GTK_WIDGET (self->window), "Undo")) != NULL);
  /* As a key does, which takes a moment: a toast that goes while it still comes crashes libadwaita 1.2. */
  gtk_widget_activate (undo);
  app_test_wait (find_remove (self->page, part) != NULL);
  app_test_wait (find_label (GTK_WIDGET (self->window), "Undo") == NULL);
}

static void
test_folders (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowTrustedPaths) trusted = flow_code_trusted_paths_new (self->services);

  g_assert_true (flow_trusted_paths_add (trusted, "/w/trusted", NULL));
  g_assert_true (flow_code_add_workspace (self->services, self->top, NULL));
  g_assert_true (flow_code_add_workspace (self->services, self->top, NULL));
  g_assert_true (flow_code_add_workspace (self->services, "/w/absent", NULL));
  g_assert_true (flow_code_add_path_map (self->services, "shop", "/app", self->top, NULL));
  g_assert_true (flow_code_add_path_map (self->services, "shop", "/app", "/w/other", NULL));
  open_page (self);
  g_assert_nonnull (find_remove (self->page, "/app → /w/other"));
  g_assert_null (find_remove (self->page, "/app → /tmp"));
  remove_and_undo (self, "/w/absent");
  remove_and_undo (self, "/app");
  remove_and_undo (self, "/w/trusted");
}

static void
test_add_map (Fixture *self, gconstpointer data)
{
  FlowPathMapDialog *dialog;
  GtkWidget *button;

  open_page (self);
  dialog = flow_path_map_dialog_new (self->services, self->window);
  gtk_window_present (GTK_WINDOW (dialog));
  button = app_test_find (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, "add_button");
  gtk_editable_set_text (GTK_EDITABLE (app_test_find (GTK_WIDGET (dialog), GTK_TYPE_WIDGET, "remote_row")), "/srv");
  g_assert_false (gtk_widget_get_sensitive (button));
  flow_path_map_dialog_set_folder (dialog, self->top);
  g_assert_true (gtk_widget_get_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
  app_test_wait (find_remove (self->page, "/srv") != NULL);
}

#define ADD(name, func) g_test_add ("/app/editor-page/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  ADD ("presets", test_presets);
  ADD ("custom", test_custom);
  ADD ("folders", test_folders);
  ADD ("add-map", test_add_map);
  return g_test_run ();
}
