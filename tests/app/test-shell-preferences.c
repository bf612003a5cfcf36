/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include <string.h>

#include "app/shell/flow-preferences.h"
#include "app/shell/flow-retention-row.h"
#include "app/shell/flow-setting-row.h"

static int
compare (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
join (char **keys)
{
  qsort (keys, g_strv_length (keys), sizeof *keys, compare);
  return g_strjoinv (" ", keys);
}

/* The first words in `` of the lines of the table, like “| `capture.enabled` | …”. */
static char **
keys_of_document (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("FLOW_TEST_SOURCE_ROOT"), "data", "settings.md", NULL);
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();
  g_auto (GStrv) lines = NULL;
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], "`", 3);

      if (g_str_has_prefix (lines[i], "| `") && g_strv_length (parts) == 3)
        g_strv_builder_add (keys, parts[1]);
    }
  return g_strv_builder_end (keys);
}

static char **
keys_of_command (void)
{
  g_autofree char *flowctl = g_build_filename (g_getenv ("FLOW_TEST_BUILD_ROOT"), "src", "cli", "flowctl", NULL);
  const char *const argv[] = { flowctl, "settings", "list", "--json", NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  g_auto (GStrv) parts = NULL;

  g_subprocess_launcher_setenv (launcher, "XDG_CONFIG_HOME", g_get_user_config_dir (), TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", g_get_user_data_dir (), TRUE);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (process));
  parts = g_strsplit (out, "\"key\":\"", -1);
  for (gsize i = 1; parts[0] != NULL && parts[i] != NULL; i++)
    {
      g_autofree char *key = g_strndup (parts[i], strcspn (parts[i], "\""));

      g_strv_builder_add (keys, key);
    }
  return g_strv_builder_end (keys);
}

static void
test_same_keys (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_auto (GStrv) schema = g_strdupv ((char **) flow_settings_list (flow_services_get_settings (services)));
  g_auto (GStrv) shown = flow_preferences_list_keys ();
  g_auto (GStrv) documented = keys_of_document ();
  g_auto (GStrv) listed = keys_of_command ();
  g_autofree char *expected = join (schema);
  g_autofree char *in_window = join (shown);
  g_autofree char *in_document = join (documented);
  g_autofree char *in_command = join (listed);

  g_assert_cmpstr (in_window, ==, expected);
  g_assert_cmpstr (in_document, ==, expected);
  g_assert_cmpstr (in_command, ==, expected);
}

static char *
value_of (FlowSettings *settings, const char *key)
{
  return flow_settings_to_text (settings, key, NULL);
}

#define assert_value(settings, key, expected)          \
  G_STMT_START                                         \
  {                                                    \
    g_autofree char *text_ = value_of (settings, key); \
    g_assert_cmpstr (text_, ==, expected);             \
  }                                                    \
  G_STMT_END

/* Rows are at home in a group. */
static GtkWindow *
show_row (GtkWidget *row, GtkWidget *group)
{
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return app_test_show (group, 500, 400);
}

/* Each row shows the value, keeps what is changed, and shows what others change. */
static void
test_rows (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  FlowSettings *settings = flow_services_get_settings (services);
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *flag = flow_setting_row_new (settings, "ui.notifications");
  GtkWidget *port = flow_setting_row_new (settings, "ports.hub");
  GtkWidget *theme = flow_setting_row_new (settings, "ui.theme");
  GtkWidget *toggle = app_test_find (flag, GTK_TYPE_SWITCH, NULL);
  GtkWidget *spin = app_test_find (port, GTK_TYPE_SPIN_BUTTON, NULL);
  GtkWindow *window;

  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), flag);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), port);
  window = show_row (theme, group);
  g_assert_true (gtk_switch_get_active (GTK_SWITCH (toggle)));
  gtk_switch_set_active (GTK_SWITCH (toggle), FALSE);
  assert_value (settings, "ui.notifications", "false");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), 40000);
  assert_value (settings, "ports.hub", "40000");
  g_assert_true (flow_settings_from_text (settings, "ports.hub", "0", NULL));
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)), ==, 0);
  g_assert_true (flow_settings_from_text (settings, "ui.theme", "dark", NULL));
  adw_combo_row_set_selected (ADW_COMBO_ROW (theme), 1);
  assert_value (settings, "ui.theme", "light");
  gtk_window_destroy (window);
}

static void
apply (GtkWidget *row, const char *text)
{
  GtkWidget *entry = app_test_find (row, ADW_TYPE_ENTRY_ROW, NULL);

  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  g_signal_emit_by_name (entry, "apply");
}

static void
test_list (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  FlowSettings *settings = flow_services_get_settings (services);
  GtkWidget *row = flow_setting_row_new (settings, "allowed-origins");
  GtkWidget *first;
  GtkWindow *window = show_row (row, adw_preferences_group_new ());

  apply (row, "not an origin");
  assert_value (settings, "allowed-origins", "[]");
  apply (row, " https://app.example ");
  apply (row, "http://localhost:3000");
  apply (row, "https://app.example");
  assert_value (settings, "allowed-origins", "['http://localhost:3000', 'https://app.example']");
  first = app_test_find (app_test_find (row, GTK_TYPE_REVEALER, NULL), ADW_TYPE_ACTION_ROW, NULL);
  g_signal_emit_by_name (app_test_find (first, GTK_TYPE_BUTTON, NULL), "clicked");
  assert_value (settings, "allowed-origins", "['https://app.example']");
  gtk_window_destroy (window);
}

static GtkWidget *
find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        return window;
    }
  return NULL;
}

/* More is kept at once; less only when it was said twice. */
static void
test_retention (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  FlowSettings *settings = flow_services_get_settings (services);
  GtkWidget *row = flow_retention_row_new (settings, "capture.retention-days");
  GtkWindow *window = show_row (row, adw_preferences_group_new ());
  GtkSpinButton *spin = GTK_SPIN_BUTTON (app_test_find (row, GTK_TYPE_SPIN_BUTTON, NULL));

  gtk_spin_button_set_value (spin, 60);
  assert_value (settings, "capture.retention-days", "60");
  gtk_spin_button_set_value (spin, 7);
  assert_value (settings, "capture.retention-days", "60");
  g_signal_emit_by_name (app_test_find (row, GTK_TYPE_BUTTON, NULL), "clicked");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (find_dialog ()), "cancel");
  assert_value (settings, "capture.retention-days", "60");
  g_assert_cmpfloat (gtk_spin_button_get_value (spin), ==, 60);
  gtk_window_destroy (GTK_WINDOW (find_dialog ()));

  gtk_spin_button_set_value (spin, 7);
  g_signal_emit_by_name (app_test_find (row, GTK_TYPE_BUTTON, NULL), "clicked");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (find_dialog ()), "erase");
  assert_value (settings, "capture.retention-days", "7");
  gtk_window_destroy (GTK_WINDOW (find_dialog ()));
  gtk_window_destroy (window);
}

/* All pages can be made, and go away. */
static void
test_window (void)
{
  static const char *const names[] = { "general", "capture", "storage", "ports", "editor" };
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autoptr (FlowHubKeeper) keeper = flow_hub_keeper_new (services);
  GtkWindow *window = flow_preferences_new (services, keeper);

  gtk_window_present (window);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (window), names[i]);
      app_test_settle ();
      g_assert_cmpstr (adw_preferences_window_get_visible_page_name (ADW_PREFERENCES_WINDOW (window)), ==, names[i]);
    }
  gtk_window_destroy (window);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/shell/preferences/same-keys", test_same_keys);
  g_test_add_func ("/app/shell/preferences/rows", test_rows);
  g_test_add_func ("/app/shell/preferences/list", test_list);
  g_test_add_func ("/app/shell/preferences/retention", test_retention);
  g_test_add_func ("/app/shell/preferences/window", test_window);
  return g_test_run ();
}
