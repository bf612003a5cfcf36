/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/traces/flow-waterfall-scale.h"
#include "trace/flow-trace-rows.h"

G_BEGIN_DECLS

#define FLOW_TYPE_WATERFALL (flow_waterfall_get_type ())
G_DECLARE_FINAL_TYPE (FlowWaterfall, flow_waterfall, FLOW, WATERFALL, GtkWidget)

GtkWidget *flow_waterfall_new (void);
void flow_waterfall_set_trace (FlowWaterfall *self, FlowTraceOutline *outline, FlowCriticalPath *path,
                               FlowTraceLanes *lanes);
FlowTraceRows *flow_waterfall_get_rows (FlowWaterfall *self);
FlowWaterfallScale *flow_waterfall_get_scale (FlowWaterfall *self);

guint flow_waterfall_get_selected (FlowWaterfall *self);
void flow_waterfall_select (FlowWaterfall *self, guint node);
void flow_waterfall_focus_rows (FlowWaterfall *self);

int flow_waterfall_get_page (FlowWaterfall *self);
void flow_waterfall_move (FlowWaterfall *self, int rows);
void flow_waterfall_fold (FlowWaterfall *self, gboolean folded);
void flow_waterfall_zoom (FlowWaterfall *self, double factor);
void flow_waterfall_zoom_to_selected (FlowWaterfall *self);

G_END_DECLS
