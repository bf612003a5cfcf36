/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-job-reporter"

#include "app/shell/flow-job-reporter.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/shell/flow-toast.h"

/* What does not fit is in the log. */
#define MOST_FAILURES 5

/**
 * FlowJobReporter:
 *
 * Tells how jobs ended: a toast for what is done, a dialog for what failed. While one runs whose end would be missed,
 * the session is asked not to end.
 */
struct _FlowJobReporter
{
  GObject parent_instance;

  GtkApplication *application; /* owns this */
  FlowJobs *jobs;
  guint inhibit_cookie;
  AdwMessageDialog *dialog; /* what failed, while it is shown */
  guint failures;
};

G_DEFINE_FINAL_TYPE (FlowJobReporter, flow_job_reporter, G_TYPE_OBJECT)

static void
jobs_changed_cb (FlowJobReporter *self)
{
  gboolean keep = flow_jobs_get_keep (self->jobs);

  if (keep && self->inhibit_cookie == 0)
    self->inhibit_cookie = gtk_application_inhibit (
        self->application, gtk_application_get_active_window (self->application),
        GTK_APPLICATION_INHIBIT_LOGOUT | GTK_APPLICATION_INHIBIT_SUSPEND, _ ("Work is under way"));
  else if (!keep && self->inhibit_cookie != 0)
    {
      gtk_application_uninhibit (self->application, self->inhibit_cookie);
      self->inhibit_cookie = 0;
    }
}

/* Failures that come while the last one is still shown join it: many windows would tell no more. */
static void
show_failure (FlowJobReporter *self, FlowJob *job, GtkWindow *window)
{
  g_autofree char *heading = g_strdup_printf (_ ("%s Failed"), flow_job_get_title (job));
  g_autofree char *line = g_strdup_printf ("%s: %s", flow_job_get_title (job), flow_job_get_error (job)->message);
  g_autofree char *body = NULL;

  if (self->dialog != NULL && ++self->failures <= MOST_FAILURES)
    {
      body = g_strconcat (adw_message_dialog_get_body (self->dialog), "\n\n", line, NULL);
      adw_message_dialog_set_heading (self->dialog, _ ("Several Jobs Failed"));
      adw_message_dialog_set_body (self->dialog, body);
    }
  if (self->dialog != NULL)
    return;
  self->failures = 1;
  g_set_weak_pointer (&self->dialog,
                      ADW_MESSAGE_DIALOG (adw_message_dialog_new (window, heading, flow_job_get_error (job)->message)));
  adw_message_dialog_add_response (self->dialog, "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (self->dialog));
}

static char *
describe (FlowJob *job)
{
  const char *detail = flow_job_get_detail (job);

  if (flow_job_get_state (job) == FLOW_JOB_CANCELLED)
    return g_strdup_printf (_ ("%s: cancelled"), flow_job_get_title (job));
  if (detail != NULL)
    return g_strdup_printf ("%s: %s", flow_job_get_title (job), detail);
  return g_strdup_printf (_ ("%s: done"), flow_job_get_title (job));
}

/* Everything that a person waited for is told; the start has its own page. */
static void
finished_cb (FlowJobs *jobs, FlowJob *job, FlowJobReporter *self)
{
  GtkWindow *window = gtk_application_get_active_window (self->application);
  g_autofree char *text = NULL;

  if (!flow_job_get_keep (job))
    return;
  if (flow_job_get_state (job) == FLOW_JOB_FAILED)
    {
      g_message ("%s: %s", flow_job_get_title (job), flow_job_get_error (job)->message);
      if (window != NULL)
        show_failure (self, job, window);
      return;
    }
  text = describe (job);
  g_message ("%s", text);
  if (window != NULL)
    flow_toast (NULL, text);
}

static void
flow_job_reporter_dispose (GObject *object)
{
  FlowJobReporter *self = FLOW_JOB_REPORTER (object);

  if (self->jobs != NULL)
    g_signal_handlers_disconnect_by_data (self->jobs, self);
  g_clear_weak_pointer (&self->dialog);
  g_clear_object (&self->jobs);

  G_OBJECT_CLASS (flow_job_reporter_parent_class)->dispose (object);
}

static void
flow_job_reporter_class_init (FlowJobReporterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_job_reporter_dispose;
}

static void
flow_job_reporter_init (FlowJobReporter *self)
{
}

/**
 * flow_job_reporter_new:
 * @application: (transfer none): the program, which owns the reporter
 * @jobs: what runs
 *
 * Returns: (transfer full): a reporter
 */
FlowJobReporter *
flow_job_reporter_new (GtkApplication *application, FlowJobs *jobs)
{
  FlowJobReporter *self = g_object_new (FLOW_TYPE_JOB_REPORTER, NULL);

  self->application = application;
  self->jobs = g_object_ref (jobs);
  g_signal_connect_swapped (jobs, "items-changed", G_CALLBACK (jobs_changed_cb), self);
  g_signal_connect (jobs, "finished", G_CALLBACK (finished_cb), self);
  return self;
}
