/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-job-row"

#include "app/shell/flow-job-row.h"

#include <glib/gi18n.h>

/* How often a bar without an end moves, milliseconds. */
#define PULSE_MS 120

/**
 * FlowJobRow:
 *
 * One job: its title, what it is at, how far it is, and a button that stops it.
 */
struct _FlowJobRow
{
  AdwBin parent_instance;

  FlowJob *job;
  guint pulse;
  GtkLabel *title;
  GtkLabel *detail;
  GtkProgressBar *bar;
  GtkWidget *cancel;
};

G_DEFINE_FINAL_TYPE (FlowJobRow, flow_job_row, ADW_TYPE_BIN)

static gboolean
pulse_cb (gpointer data)
{
  gtk_progress_bar_pulse (FLOW_JOB_ROW (data)->bar);
  return G_SOURCE_CONTINUE;
}

/* Moves only while somebody sees it. */
static void
update_pulse (FlowJobRow *self)
{
  gboolean wanted = gtk_widget_get_mapped (GTK_WIDGET (self)) && flow_job_get_fraction (self->job) < 0;

  if (wanted && self->pulse == 0)
    {
      self->pulse = g_timeout_add (PULSE_MS, pulse_cb, self);
      g_source_set_name_by_id (self->pulse, "flow-job-row-pulse");
    }
  else if (!wanted)
    g_clear_handle_id (&self->pulse, g_source_remove);
}

static void
update (FlowJobRow *self)
{
  const char *detail = flow_job_get_detail (self->job);
  double fraction = flow_job_get_fraction (self->job);

  gtk_label_set_text (self->title, flow_job_get_title (self->job));
  gtk_label_set_text (self->detail, detail != NULL ? detail : "");
  gtk_widget_set_visible (GTK_WIDGET (self->detail), detail != NULL);
  gtk_widget_set_visible (self->cancel, flow_job_get_cancellable (self->job) != NULL);
  if (fraction >= 0)
    gtk_progress_bar_set_fraction (self->bar, fraction);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  flow_job_get_title (self->job), -1);
  update_pulse (self);
}

static void
job_changed_cb (FlowJob *job, GParamSpec *pspec, FlowJobRow *self)
{
  update (self);
}

static void
cancel_cb (GtkButton *button, FlowJobRow *self)
{
  GCancellable *cancellable = flow_job_get_cancellable (self->job);

  gtk_widget_set_sensitive (self->cancel, FALSE);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
}

static void
flow_job_row_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (flow_job_row_parent_class)->map (widget);
  update_pulse (FLOW_JOB_ROW (widget));
}

static void
flow_job_row_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (flow_job_row_parent_class)->unmap (widget);
  update_pulse (FLOW_JOB_ROW (widget));
}

static void
flow_job_row_dispose (GObject *object)
{
  FlowJobRow *self = FLOW_JOB_ROW (object);

  g_clear_handle_id (&self->pulse, g_source_remove);
  g_clear_object (&self->job);

  G_OBJECT_CLASS (flow_job_row_parent_class)->dispose (object);
}

static void
flow_job_row_class_init (FlowJobRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_job_row_dispose;
  widget_class->map = flow_job_row_map;
  widget_class->unmap = flow_job_row_unmap;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/shell/flow-job-row.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowJobRow, title);
  gtk_widget_class_bind_template_child (widget_class, FlowJobRow, detail);
  gtk_widget_class_bind_template_child (widget_class, FlowJobRow, bar);
  gtk_widget_class_bind_template_child (widget_class, FlowJobRow, cancel);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
}

static void
flow_job_row_init (FlowJobRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_job_row_new:
 * @job: a job
 *
 * Returns: (transfer floating): its row
 */
GtkWidget *
flow_job_row_new (FlowJob *job)
{
  FlowJobRow *self = g_object_new (FLOW_TYPE_JOB_ROW, NULL);

  self->job = g_object_ref (job);
  g_signal_connect_object (job, "notify", G_CALLBACK (job_changed_cb), self, 0);
  update (self);
  return GTK_WIDGET (self);
}
