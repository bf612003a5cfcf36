/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

/* What every widget is made with: without a hub, with the settings of an empty folder. */
static void
test_no_hub (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();

  g_assert_null (flow_services_get_hub (services));
  g_assert_nonnull (flow_services_get_queries (services));
}

/* A display and a theme are there, and a widget gets a place on it. */
static void
test_display (void)
{
  GtkWidget *label = gtk_label_new ("FlowScope");
  GtkWindow *window = app_test_show (label, 200, 100);

  g_assert_true (app_test_find (GTK_WIDGET (window), GTK_TYPE_LABEL, NULL) == label);
  gtk_window_destroy (window);
  app_test_settle ();
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/services/no-hub", test_no_hub);
  g_test_add_func ("/app/services/display", test_display);
  return g_test_run ();
}
