/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/flow-services.h"
#include "trace/flow-trace-filter-text.h"

G_BEGIN_DECLS

#define FLOW_TYPE_FILTER_BAR (flow_filter_bar_get_type ())
G_DECLARE_FINAL_TYPE (FlowFilterBar, flow_filter_bar, FLOW, FILTER_BAR, GtkWidget)

GtkWidget *flow_filter_bar_new (FlowServices *services);
const char *flow_filter_bar_get_text (FlowFilterBar *self);
void flow_filter_bar_set_text (FlowFilterBar *self, const char *text);
void flow_filter_bar_set_range (FlowFilterBar *self, gint64 since_ns, gint64 until_ns);
FlowTraceFilterCopy *flow_filter_bar_get_filter (FlowFilterBar *self);
void flow_filter_bar_clear (FlowFilterBar *self);
gboolean flow_filter_bar_focus (FlowFilterBar *self);

G_END_DECLS
