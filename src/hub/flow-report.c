/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-report"

#include "hub/flow-report.h"

/* Nobody reads faster than 20 times a second. */
#define INTERVAL_US (50 * 1000)

/**
 * FlowReport:
 *
 * How far long work is: said by the thread that does it, as often as it likes, and heard in another thread's main
 * context, at once and then at most 20 times a second. Only the newest is heard.
 */
struct _FlowReport
{
  FlowReportFunc func;
  gpointer data;
  GSource *source;

  GMutex mutex; /* guards the rest */
  gboolean waits;
  gint64 told_us; /* monotonic */
  guint stage;
  guint64 done;
  guint64 total;
};

typedef struct
{
  GSource source;
  FlowReport *report;
} ReportSource;

static gboolean
report_source_dispatch (GSource *source, GSourceFunc callback, gpointer unused)
{
  FlowReport *self = ((ReportSource *) source)->report;
  guint64 done, total;
  guint stage;

  g_mutex_lock (&self->mutex);
  g_source_set_ready_time (source, -1);
  self->waits = FALSE;
  self->told_us = g_get_monotonic_time ();
  stage = self->stage;
  done = self->done;
  total = self->total;
  g_mutex_unlock (&self->mutex);
  self->func (stage, done, total, self->data);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs report_source_funcs = { .dispatch = report_source_dispatch };

/**
 * flow_report_new:
 * @context: where it is heard
 * @func: (nullable): who hears it
 * @data: for @func
 *
 * Returns: (transfer full): a report
 */
FlowReport *
flow_report_new (GMainContext *context, FlowReportFunc func, gpointer data)
{
  FlowReport *self = g_new0 (FlowReport, 1);

  self->func = func;
  self->data = data;
  g_mutex_init (&self->mutex);
  self->source = g_source_new (&report_source_funcs, sizeof (ReportSource));
  ((ReportSource *) self->source)->report = self;
  g_source_set_name (self->source, "flow-report");
  g_source_attach (self->source, context);
  return self;
}

/**
 * flow_report_free:
 * @self: (transfer full): a report that nobody says anything to any more
 *
 * Free it, on the thread that hears it. What was not heard yet is not heard any more.
 */
void
flow_report_free (FlowReport *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/**
 * flow_report_say:
 * @self: a report
 * @stage: what the work is at
 * @done: how much of that is done
 * @total: of how much, 0 when that is not known
 *
 * Say how far it is. Cheap enough to be called often, from one thread at a time.
 */
void
flow_report_say (FlowReport *self, guint stage, guint64 done, guint64 total)
{
  if (self->func == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stage = stage;
  self->done = done;
  self->total = total;
  if (!self->waits)
    g_source_set_ready_time (self->source, self->told_us + INTERVAL_US);
  self->waits = TRUE;
  g_mutex_unlock (&self->mutex);
}
