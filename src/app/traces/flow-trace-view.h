/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_TRACE_VIEW (flow_trace_view_get_type ())
G_DECLARE_FINAL_TYPE (FlowTraceView, flow_trace_view, FLOW, TRACE_VIEW, GtkWidget)

GtkWidget *flow_trace_view_new (FlowServices *services);
void flow_trace_view_open (FlowTraceView *self, const guint8 trace_id[16], guint64 span_id);
void flow_trace_view_close (FlowTraceView *self);
FlowTrace *flow_trace_view_get_trace (FlowTraceView *self);
const char *flow_trace_view_get_title (FlowTraceView *self);
guint64 flow_trace_view_get_selected_span (FlowTraceView *self);
void flow_trace_view_set_selected_span (FlowTraceView *self, guint64 span_id);
void flow_trace_view_focus_search (FlowTraceView *self);

G_END_DECLS
