/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_TRACES_PAGE (flow_traces_page_get_type ())
G_DECLARE_FINAL_TYPE (FlowTracesPage, flow_traces_page, FLOW, TRACES_PAGE, GtkWidget)

GtkWidget *flow_traces_page_new (FlowServices *services);
void flow_traces_page_open_trace (FlowTracesPage *self, const guint8 trace_id[16], guint64 span_id);
void flow_traces_page_set_filter (FlowTracesPage *self, const char *text);
void flow_traces_page_focus_search (FlowTracesPage *self);

G_END_DECLS
