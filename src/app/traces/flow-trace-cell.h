/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/traces/flow-trace-row-scale.h"
#include "trace/flow-trace-item.h"

G_BEGIN_DECLS

#define FLOW_TYPE_TRACE_CELL (flow_trace_cell_get_type ())
G_DECLARE_FINAL_TYPE (FlowTraceCell, flow_trace_cell, FLOW, TRACE_CELL, GtkWidget)

GtkWidget *flow_trace_cell_new (FlowTraceRowScale *scale);
void flow_trace_cell_set_item (FlowTraceCell *self, FlowTraceItem *item);
FlowTraceItem *flow_trace_cell_get_item (FlowTraceCell *self);

G_END_DECLS
