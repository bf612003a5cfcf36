/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/traces/flow-trace-finder.h"
#include "app/traces/flow-trace-loader.h"
#include "app/traces/flow-trace-view.h"
#include "app/traces/flow-waterfall.h"

G_BEGIN_DECLS

FlowWaterfall *flow_trace_view_get_waterfall (FlowTraceView *self);
FlowTraceFinder *flow_trace_view_get_finder (FlowTraceView *self);
GtkToggleButton *flow_trace_view_get_details_button (FlowTraceView *self);
const FlowLoadedTrace *flow_trace_view_get_loaded (FlowTraceView *self);
gboolean flow_trace_view_open_code (FlowTraceView *self, guint node);
void flow_trace_view_reload (FlowTraceView *self);
void flow_trace_view_cancel (FlowTraceView *self);

void flow_trace_view_install_actions (GtkWidgetClass *widget_class);
void flow_trace_view_add_toggles (FlowTraceView *self);

G_END_DECLS
