/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FLOW_JOB_PULSE:
 *
 * The fraction of work whose end is not known.
 */
#define FLOW_JOB_PULSE (-1.0)

/**
 * FlowJobState:
 * @FLOW_JOB_RUNNING: at work
 * @FLOW_JOB_DONE: finished
 * @FLOW_JOB_FAILED: ended with an error
 * @FLOW_JOB_CANCELLED: ended by its cancellable
 *
 * How far a job is.
 */
typedef enum
{
  FLOW_JOB_RUNNING,
  FLOW_JOB_DONE,
  FLOW_JOB_FAILED,
  FLOW_JOB_CANCELLED,
} FlowJobState;

#define FLOW_TYPE_JOB (flow_job_get_type ())
G_DECLARE_FINAL_TYPE (FlowJob, flow_job, FLOW, JOB, GObject)

FlowJob *flow_job_new (const char *title, GCancellable *cancellable);
const char *flow_job_get_title (FlowJob *self);
const char *flow_job_get_detail (FlowJob *self);
void flow_job_set_detail (FlowJob *self, const char *detail);
double flow_job_get_fraction (FlowJob *self);
void flow_job_set_fraction (FlowJob *self, double fraction);
GCancellable *flow_job_get_cancellable (FlowJob *self);
void flow_job_set_cancellable (FlowJob *self, GCancellable *cancellable);
gboolean flow_job_get_keep (FlowJob *self);
void flow_job_set_keep (FlowJob *self, gboolean keep);
FlowJobState flow_job_get_state (FlowJob *self);
const GError *flow_job_get_error (FlowJob *self);
void flow_job_finish (FlowJob *self, const GError *error);

G_END_DECLS
