/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

#define FLOW_TYPE_TRACE_ITEM (flow_trace_item_get_type ())
G_DECLARE_FINAL_TYPE (FlowTraceItem, flow_trace_item, FLOW, TRACE_ITEM, GObject)

FlowTraceItem *flow_trace_item_new (guint64 number);
guint64 flow_trace_item_get_number (FlowTraceItem *self);
FlowTraceInfo *flow_trace_item_get_info (FlowTraceItem *self);
void flow_trace_item_set_info (FlowTraceItem *self, FlowTraceInfo *info);

G_END_DECLS
