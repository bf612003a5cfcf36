/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/traces/flow-waterfall.h"
#include "trace/flow-trace-queries.h"

G_BEGIN_DECLS

#define FLOW_TYPE_TRACE_FINDER (flow_trace_finder_get_type ())
G_DECLARE_FINAL_TYPE (FlowTraceFinder, flow_trace_finder, FLOW, TRACE_FINDER, GtkWidget)

void flow_trace_finder_set_waterfall (FlowTraceFinder *self, FlowWaterfall *waterfall);
void flow_trace_finder_set_queries (FlowTraceFinder *self, FlowTraceQueries *queries);
void flow_trace_finder_set_trace (FlowTraceFinder *self, FlowTraceOutline *outline, FlowTrace *trace);
void flow_trace_finder_look_for (FlowTraceFinder *self, const char *text, gboolean hide);
gboolean flow_trace_finder_clear (FlowTraceFinder *self);
void flow_trace_finder_go (FlowTraceFinder *self, int direction);
void flow_trace_finder_selected (FlowTraceFinder *self);

G_END_DECLS
