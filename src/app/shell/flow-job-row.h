/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/shell/flow-job.h"

G_BEGIN_DECLS

#define FLOW_TYPE_JOB_ROW (flow_job_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowJobRow, flow_job_row, FLOW, JOB_ROW, AdwBin)

GtkWidget *flow_job_row_new (FlowJob *job);

G_END_DECLS
