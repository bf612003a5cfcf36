/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/shell/flow-jobs.h"

G_BEGIN_DECLS

#define FLOW_TYPE_JOB_REPORTER (flow_job_reporter_get_type ())
G_DECLARE_FINAL_TYPE (FlowJobReporter, flow_job_reporter, FLOW, JOB_REPORTER, GObject)

FlowJobReporter *flow_job_reporter_new (GtkApplication *application, FlowJobs *jobs);

G_END_DECLS
