/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/shell/flow-job-row.h"
#include "app/shell/flow-jobs.h"
#include "app/shell/flow-toast.h"

/* --- Jobs ------------------------------------------------------------------------------------------------ */

static void
finished_cb (FlowJobs *jobs, FlowJob *job, GString *said)
{
  g_string_append_printf (said, "%s:%d:%u ", flow_job_get_title (job), (int) flow_job_get_state (job),
                          g_list_model_get_n_items (G_LIST_MODEL (jobs)));
}

static void
test_ends (void)
{
  g_autoptr (FlowJobs) jobs = flow_jobs_new ();
  g_autoptr (FlowJob) good = flow_jobs_begin (jobs, "good", NULL);
  g_autoptr (FlowJob) bad = flow_jobs_begin (jobs, "bad", NULL);
  g_autoptr (FlowJob) stopped = flow_jobs_begin (jobs, "stopped", NULL);
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");
  g_autoptr (GError) cancelled = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "enough");
  g_autoptr (GString) said = g_string_new (NULL);

  g_signal_connect (jobs, "finished", G_CALLBACK (finished_cb), said);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (jobs)), ==, 3);
  flow_job_finish (bad, error);
  flow_job_finish (good, NULL);
  flow_job_finish (stopped, cancelled);
  g_assert_cmpstr (said->str, ==, "bad:2:2 good:1:1 stopped:3:0 ");
  g_assert_cmpstr (flow_job_get_error (bad)->message, ==, "full");
  g_assert_null (flow_job_get_error (good));
}

static void
test_keep (void)
{
  g_autoptr (FlowJobs) jobs = flow_jobs_new ();
  g_autoptr (FlowJob) start = flow_jobs_begin (jobs, "start", NULL);
  g_autoptr (FlowJob) import = NULL;

  flow_job_set_keep (start, FALSE);
  g_assert_false (flow_jobs_get_keep (jobs));
  import = flow_jobs_begin (jobs, "import", NULL);
  g_assert_true (flow_jobs_get_keep (jobs));
  flow_job_finish (import, NULL);
  g_assert_false (flow_jobs_get_keep (jobs));
}

static void
end_cb (GCancellable *cancellable, FlowJob *job)
{
  g_autoptr (GError) error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  flow_job_finish (job, error);
}

/* A job that ends while all are stopped does not disturb the others. */
static void
test_cancel (void)
{
  g_autoptr (FlowJobs) jobs = flow_jobs_new ();
  g_autoptr (GCancellable) first_stop = g_cancellable_new ();
  g_autoptr (GCancellable) last_stop = g_cancellable_new ();
  g_autoptr (FlowJob) first = flow_jobs_begin (jobs, "first", first_stop);
  g_autoptr (FlowJob) fixed = flow_jobs_begin (jobs, "fixed", NULL);
  g_autoptr (FlowJob) last = flow_jobs_begin (jobs, "last", last_stop);

  g_signal_connect (first_stop, "cancelled", G_CALLBACK (end_cb), first);
  g_signal_connect (last_stop, "cancelled", G_CALLBACK (end_cb), last);
  flow_jobs_cancel (jobs);
  g_assert_cmpint (flow_job_get_state (first), ==, FLOW_JOB_CANCELLED);
  g_assert_cmpint (flow_job_get_state (last), ==, FLOW_JOB_CANCELLED);
  g_assert_cmpint (flow_job_get_state (fixed), ==, FLOW_JOB_RUNNING);
}

static void
test_row (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (FlowJob) job = flow_job_new ("Importing a.json", cancellable);
  GtkWidget *row = flow_job_row_new (job);
  GtkWindow *window = app_test_show (row, 300, 100);
  GtkWidget *bar = app_test_find (row, GTK_TYPE_PROGRESS_BAR, "bar");
  GtkWidget *cancel = app_test_find (row, GTK_TYPE_BUTTON, "cancel");

  flow_job_set_fraction (job, 0.25);
  flow_job_set_detail (job, "12 of 48");
  g_assert_cmpfloat (gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (bar)), ==, 0.25);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (app_test_find (row, GTK_TYPE_LABEL, "detail"))), ==, "12 of 48");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, "Importing a.json");
  g_signal_emit_by_name (cancel, "clicked");
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  g_assert_false (gtk_widget_get_sensitive (cancel));
  gtk_window_destroy (window);
}

/* --- Toasts ---------------------------------------------------------------------------------------------- */

static void
undo_cb (gpointer data)
{
  g_string_append (data, "undo ");
}

static void
final_cb (gpointer data)
{
  g_string_append (data, "final ");
}

static void
free_cb (gpointer data)
{
  g_string_append (data, "free ");
}

/* The button of the toast that is shown. */
static GtkWidget *
find_undo (GtkWidget *overlay)
{
  return app_test_find (overlay, GTK_TYPE_BUTTON, "action_button");
}

static GtkWidget *
show_overlay (GtkWindow **window)
{
  GtkWidget *overlay = adw_toast_overlay_new ();

  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), gtk_label_new ("page"));
  *window = app_test_show (overlay, 400, 300);
  return adw_toast_overlay_get_child (ADW_TOAST_OVERLAY (overlay));
}

static void
test_undo (void)
{
  g_autoptr (GString) said = g_string_new (NULL);
  GtkWindow *window;
  GtkWidget *page = show_overlay (&window);
  GtkWidget *button;

  flow_toast_undo (page, "Erased <b>one</b> & two", G_CALLBACK (undo_cb), G_CALLBACK (final_cb), said, free_cb);
  app_test_wait ((button = find_undo (gtk_widget_get_parent (page))) != NULL);
  g_signal_emit_by_name (button, "clicked");
  g_assert_cmpstr (said->str, ==, "undo ");
  gtk_window_destroy (window);
  app_test_wait (g_str_has_suffix (said->str, "free "));
  g_assert_cmpstr (said->str, ==, "undo free ");
}

/* The end of the program, and of the window, come before the toast goes away by itself. */
static void
test_settle (void)
{
  g_autoptr (GString) said = g_string_new (NULL);
  g_autoptr (GString) other = g_string_new (NULL);
  GtkWindow *window;
  GtkWidget *page = show_overlay (&window);

  flow_toast_undo (page, "Erased", G_CALLBACK (undo_cb), G_CALLBACK (final_cb), said, free_cb);
  flow_toast_settle ();
  g_assert_cmpstr (said->str, ==, "final ");
  flow_toast_undo (page, "Erased", G_CALLBACK (undo_cb), G_CALLBACK (final_cb), other, free_cb);
  gtk_window_destroy (window);
  app_test_wait (g_str_has_suffix (other->str, "free ") && g_str_has_suffix (said->str, "free "));
  g_assert_cmpstr (other->str, ==, "final free ");
  g_assert_cmpstr (said->str, ==, "final free ");
}

/* Where nobody can see a toast nobody can take it back. */
static void
test_nowhere (void)
{
  g_autoptr (GString) said = g_string_new (NULL);

  flow_toast (NULL, "nobody");
  flow_toast_undo (NULL, "Erased", G_CALLBACK (undo_cb), G_CALLBACK (final_cb), said, free_cb);
  g_assert_cmpstr (said->str, ==, "final free ");
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/shell/jobs/ends", test_ends);
  g_test_add_func ("/app/shell/jobs/keep", test_keep);
  g_test_add_func ("/app/shell/jobs/cancel", test_cancel);
  g_test_add_func ("/app/shell/jobs/row", test_row);
  g_test_add_func ("/app/shell/toast/undo", test_undo);
  g_test_add_func ("/app/shell/toast/settle", test_settle);
  g_test_add_func ("/app/shell/toast/nowhere", test_nowhere);
  return g_test_run ();
}
