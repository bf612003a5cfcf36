/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/shell/flow-job.h"

G_BEGIN_DECLS

#define FLOW_TYPE_JOBS (flow_jobs_get_type ())
G_DECLARE_FINAL_TYPE (FlowJobs, flow_jobs, FLOW, JOBS, GObject)

FlowJobs *flow_jobs_new (void);
FlowJob *flow_jobs_begin (FlowJobs *self, const char *title, GCancellable *cancellable);
gboolean flow_jobs_get_keep (FlowJobs *self);
void flow_jobs_cancel (FlowJobs *self);

G_END_DECLS
