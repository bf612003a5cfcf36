/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/flow-services.h"
#include "trace/flow-trace-list-model.h"

G_BEGIN_DECLS

void flow_trace_list_erase (FlowServices *services, FlowTraceListModel *model, GtkWidget *from,
                            const FlowTraceInfo *info);
void flow_trace_list_pin (FlowServices *services, GtkWidget *from, const FlowTraceInfo *info);
void flow_trace_list_copy_id (GtkWidget *from, const FlowTraceInfo *info);
void flow_trace_list_copy_link (GtkWidget *from, const FlowTraceInfo *info);

G_END_DECLS
