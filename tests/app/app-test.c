/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/flow-app-resources.h"

/* LeakSanitizer's, where it is linked. */
extern void __lsan_ignore_object (const void *object) __attribute__ ((weak));

/* The folders that GTK asked for: the isolation of the tests sets others and keeps these for whoever has them. */
static void
ignore_folders (void)
{
  const void *folders[] = { g_get_home_dir (),         g_get_user_cache_dir (),    g_get_user_config_dir (),
                            g_get_user_data_dir (),    g_get_user_runtime_dir (),  g_get_user_state_dir (),
                            g_get_system_data_dirs (), g_get_system_config_dirs () };

  if (__lsan_ignore_object == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    __lsan_ignore_object (folders[i]);
}

void
app_test_init (int *argc, char ***argv)
{
  g_autofree char *type = NULL;

  adw_init ();
  /* A cursor that blinks while its window loses the focus makes GTK 4.8 complain. */
  g_object_set (gtk_settings_get_default (), "gtk-cursor-blink", FALSE, NULL);
  /* Icons are recognised by their type; what types there are is read once. */
  type = g_content_type_guess ("icon.svg", NULL, 0, NULL);
  ignore_folders ();
  g_test_init (argc, argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  flow_app_resources_ensure ();
}

FlowServices *
app_test_services_new (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowContext) context = flow_context_new (NULL, &error);
  g_autoptr (FlowSettings) settings = NULL;

  g_assert_no_error (error);
  settings = flow_settings_new (context, &error);
  g_assert_no_error (error);
  return flow_services_new (context, settings);
}

GtkWindow *
app_test_show (GtkWidget *widget, int width, int height)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());

  gtk_window_set_default_size (window, width, height);
  gtk_window_set_child (window, widget);
  gtk_window_present (window);
  app_test_wait (gtk_widget_get_mapped (widget) && gtk_widget_get_width (widget) > 0);
  return window;
}

GtkWidget *
app_test_find (GtkWidget *root, GType type, const char *id)
{
  GtkWidget *found = NULL;

  if (g_type_is_a (G_OBJECT_TYPE (root), type) &&
      (id == NULL || g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (root)), id) == 0))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = app_test_find (child, type, id);
  return found;
}

void
app_test_settle (void)
{
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, FALSE);
}

GtkWidget *
app_test_find_button (GtkWidget *root, const char *name)
{
  GtkWidget *child = GTK_IS_BUTTON (root) ? gtk_button_get_child (GTK_BUTTON (root)) : NULL;
  const char *said = GTK_IS_LABEL (child) ? gtk_label_get_label (GTK_LABEL (child)) : NULL;
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (root) && gtk_widget_get_mapped (root) &&
      (g_strcmp0 (said, name) == 0 || g_strcmp0 (gtk_widget_get_tooltip_text (root), name) == 0))
    return root;
  for (child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = app_test_find_button (child, name);
  return found;
}

void
app_test_press (GtkWidget *root, const char *name)
{
  GtkWidget *button = app_test_find_button (root, name);

  g_test_message ("%s", name);
  g_assert_nonnull (button);
  g_assert_true (gtk_widget_is_sensitive (button));
  if (GTK_IS_TOGGLE_BUTTON (button))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  else
    g_signal_emit_by_name (button, "clicked");
}

gboolean
app_test_says (GtkWidget *root, const char *text)
{
  if (GTK_IS_LABEL (root) && gtk_widget_get_mapped (root) &&
      g_strcmp0 (gtk_label_get_label (GTK_LABEL (root)), text) == 0)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (app_test_says (child, text))
      return TRUE;
  return FALSE;
}

GtkWindow *
app_test_find_front (GtkWindow *window)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) other = g_list_model_get_item (windows, i);

      if (other != GTK_WIDGET (window) && gtk_widget_get_visible (other))
        return GTK_WINDOW (other);
    }
  return window;
}
