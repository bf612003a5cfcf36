/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "trace/flow-trace-list-model.h"

G_BEGIN_DECLS

#define FLOW_TYPE_TRACE_LIST_VIEW (flow_trace_list_view_get_type ())
G_DECLARE_FINAL_TYPE (FlowTraceListView, flow_trace_list_view, FLOW, TRACE_LIST_VIEW, GtkWidget)

GtkWidget *flow_trace_list_view_new (FlowTraceListModel *model);
FlowTraceItem *flow_trace_list_view_get_selected (FlowTraceListView *self);
void flow_trace_list_view_select (FlowTraceListView *self, guint position);
void flow_trace_list_view_focus (FlowTraceListView *self);
void flow_trace_list_view_scroll_to_top (FlowTraceListView *self);
void flow_trace_list_view_set_menu (FlowTraceListView *self, GMenuModel *menu);

G_END_DECLS
