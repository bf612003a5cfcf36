/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/traces/flow-overview-marks.h"
#include "trace/flow-commit.h"
#include "trace/flow-trace-queries.h"

G_BEGIN_DECLS

#define FLOW_TYPE_OVERVIEW_STRIP (flow_overview_strip_get_type ())
G_DECLARE_FINAL_TYPE (FlowOverviewStrip, flow_overview_strip, FLOW, OVERVIEW_STRIP, GtkWidget)

GtkWidget *flow_overview_strip_new (FlowTraceQueries *queries);
void flow_overview_strip_committed (FlowOverviewStrip *self, FlowCommit *commit);
void flow_overview_strip_reload (FlowOverviewStrip *self);
void flow_overview_strip_set_marks (FlowOverviewStrip *self, FlowOverviewMarks *marks);
void flow_overview_strip_clear_selection (FlowOverviewStrip *self);
gboolean flow_overview_strip_get_selection (FlowOverviewStrip *self, gint64 *since_ns, gint64 *until_ns);

G_END_DECLS
