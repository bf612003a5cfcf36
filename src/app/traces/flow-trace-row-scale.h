/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define FLOW_TYPE_TRACE_ROW_SCALE (flow_trace_row_scale_get_type ())
G_DECLARE_FINAL_TYPE (FlowTraceRowScale, flow_trace_row_scale, FLOW, TRACE_ROW_SCALE, GObject)

FlowTraceRowScale *flow_trace_row_scale_new (void);
gint64 flow_trace_row_scale_get_longest (FlowTraceRowScale *self);
gint64 flow_trace_row_scale_get_now (FlowTraceRowScale *self);
void flow_trace_row_scale_set_longest (FlowTraceRowScale *self, gint64 longest_ns);
void flow_trace_row_scale_set_now (FlowTraceRowScale *self, gint64 now_ns);
PangoLayout *flow_trace_row_scale_get_layout (FlowTraceRowScale *self, GtkWidget *widget, const char *text);
void flow_trace_row_scale_forget_layouts (FlowTraceRowScale *self);

G_END_DECLS
