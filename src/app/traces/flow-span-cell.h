/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/traces/flow-waterfall-scale.h"
#include "trace/flow-trace-rows.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SPAN_CELL (flow_span_cell_get_type ())
G_DECLARE_FINAL_TYPE (FlowSpanCell, flow_span_cell, FLOW, SPAN_CELL, GtkWidget)

GtkWidget *flow_span_cell_new (FlowWaterfallScale *scale, FlowTraceRows *rows);
void flow_span_cell_bind (FlowSpanCell *self, FlowOutlineRow *row);
void flow_span_cell_unbind (FlowSpanCell *self);
FlowOutlineRow *flow_span_cell_get_row (FlowSpanCell *self);

G_END_DECLS
