/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/shell/flow-log-lines.h"
#include "app/shell/flow-log-page.h"
#include "base/flow-worker.h"

static void
add (FlowLogLines *lines, GLogLevelFlags level, const char *area, const char *message)
{
  flow_log_lines_add (lines, flow_log_line_new (level, area, message, 1700000000123456));
}

static char *
message_at (FlowLogLines *lines, guint position)
{
  g_autoptr (FlowLogLine) line = g_list_model_get_item (G_LIST_MODEL (lines), position);

  return line != NULL ? g_strdup (flow_log_line_get_message (line)) : NULL;
}

static guint
count (FlowLogLines *lines)
{
  return g_list_model_get_n_items (G_LIST_MODEL (lines));
}

static void
add_many_call (gpointer data)
{
  for (guint i = 0; i < FLOW_LOG_LINES_MAX; i++)
    add (data, G_LOG_LEVEL_INFO, "flow-worker", "from a thread");
}

/* What is in the list as its changes tell it: their sum must be the list, at every one of them. */
static void
follow_cb (GListModel *lines, guint position, guint removed, guint added, guint *length)
{
  g_assert_cmpuint (position + removed, <=, *length);
  *length += added;
  *length -= removed;
  g_assert_cmpuint (*length, ==, g_list_model_get_n_items (lines));
}

static void
test_ring (void)
{
  g_autoptr (FlowLogLines) lines = flow_log_lines_new ();
  g_autoptr (FlowWorker) worker = flow_worker_new ("test-log");
  g_autofree char *oldest = NULL;
  g_autofree char *newest = NULL;
  g_autofree char *beyond = NULL;
  g_autoptr (GPtrArray) cleared = NULL;
  g_autofree char *last_cleared = NULL;
  guint length = 0;

  g_signal_connect (lines, "items-changed", G_CALLBACK (follow_cb), &length);
  add (lines, G_LOG_LEVEL_WARNING, "flow-a", "forgotten");
  app_test_wait (count (lines) == 1);
  flow_worker_call (worker, add_many_call, lines);
  app_test_wait (count (lines) == FLOW_LOG_LINES_MAX);
  add (lines, G_LOG_LEVEL_WARNING, "flow-b", "newest");
  app_test_wait (g_list_model_get_n_items (flow_log_lines_get_areas (lines)) == 3);
  oldest = message_at (lines, 0);
  newest = message_at (lines, FLOW_LOG_LINES_MAX - 1);
  beyond = message_at (lines, FLOW_LOG_LINES_MAX);
  g_assert_cmpuint (count (lines), ==, FLOW_LOG_LINES_MAX);
  g_assert_cmpstr (oldest, ==, "from a thread");
  g_assert_cmpstr (newest, ==, "newest");
  g_assert_null (beyond);
  cleared = flow_log_lines_clear (lines);
  g_assert_cmpuint (count (lines), ==, 0);
  add (lines, G_LOG_LEVEL_WARNING, "flow-b", "after");
  app_test_wait (count (lines) == 1);
  flow_log_lines_put_back (lines, cleared);
  last_cleared = message_at (lines, FLOW_LOG_LINES_MAX - 2);
  g_assert_cmpuint (count (lines), ==, FLOW_LOG_LINES_MAX);
  g_assert_cmpstr (last_cleared, ==, "newest");
}

static void
test_line (void)
{
  g_autoptr (FlowLogLine) line = flow_log_line_new (G_LOG_LEVEL_WARNING, "flow-store", "slow", 1700000000123456);
  g_autofree char *text = flow_log_line_to_text (line);

  g_assert_cmpstr (text, ==, "2023-11-14 22:13:20.123 Warning flow-store: slow");
}

static const char *
shown_page (GtkWidget *page)
{
  return gtk_stack_get_visible_child_name (GTK_STACK (app_test_find (page, GTK_TYPE_STACK, "stack")));
}

static guint
shown (GtkWidget *page)
{
  GtkWidget *list = app_test_find (page, GTK_TYPE_LIST_VIEW, "list");

  return g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list))));
}

static void
test_page (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  FlowLogLines *lines = flow_log_lines_get_default ();
  GtkWidget *page = flow_log_page_new (services);
  GtkWindow *window = app_test_show (page, 500, 400);
  GtkDropDown *level = GTK_DROP_DOWN (app_test_find (page, GTK_TYPE_DROP_DOWN, "level"));
  GtkDropDown *area = GTK_DROP_DOWN (app_test_find (page, GTK_TYPE_DROP_DOWN, "area"));
  GtkWidget *words = app_test_find (page, GTK_TYPE_SEARCH_ENTRY, "search_entry");

  g_assert_cmpstr (shown_page (page), ==, "empty");
  add (lines, G_LOG_LEVEL_WARNING, "flow-store", "The disk is FULL");
  add (lines, G_LOG_LEVEL_INFO, "flow-hub", "started");
  add (lines, G_LOG_LEVEL_CRITICAL, "flow-hub", "broken");
  app_test_wait (shown (page) == 3);
  g_assert_cmpstr (shown_page (page), ==, "lines");

  gtk_drop_down_set_selected (level, 2);
  g_assert_cmpuint (shown (page), ==, 2);
  gtk_drop_down_set_selected (area, 1);
  g_assert_cmpuint (shown (page), ==, 1);
  gtk_drop_down_set_selected (level, 3);
  g_assert_cmpstr (shown_page (page), ==, "no-match");
  gtk_widget_activate_action (page, "log.show-all", NULL);
  g_assert_cmpuint (shown (page), ==, 3);
  gtk_editable_set_text (GTK_EDITABLE (words), "full");
  app_test_wait (shown (page) == 1);
  gtk_widget_activate_action (page, "log.clear", NULL);
  g_assert_cmpstr (shown_page (page), ==, "empty");
  gtk_window_destroy (window);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/shell/log/ring", test_ring);
  g_test_add_func ("/app/shell/log/line", test_line);
  g_test_add_func ("/app/shell/log/page", test_page);
  return g_test_run ();
}
