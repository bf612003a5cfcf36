/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "trace/flow-commit.h"
#include "trace/flow-trace-filter-copy.h"
#include "trace/flow-trace-item.h"
#include "trace/flow-trace-queries.h"

G_BEGIN_DECLS

#define FLOW_TYPE_TRACE_LIST_MODEL (flow_trace_list_model_get_type ())
G_DECLARE_FINAL_TYPE (FlowTraceListModel, flow_trace_list_model, FLOW, TRACE_LIST_MODEL, GObject)

FlowTraceListModel *flow_trace_list_model_new (FlowTraceQueries *queries);
void flow_trace_list_model_set_filter (FlowTraceListModel *self, FlowTraceFilterCopy *filter);
FlowTraceFilterCopy *flow_trace_list_model_get_filter (FlowTraceListModel *self);
void flow_trace_list_model_reload (FlowTraceListModel *self);
void flow_trace_list_model_committed (FlowTraceListModel *self, FlowCommit *commit);
void flow_trace_list_model_set_paused (FlowTraceListModel *self, gboolean paused);
gboolean flow_trace_list_model_get_paused (FlowTraceListModel *self);
guint flow_trace_list_model_get_n_held (FlowTraceListModel *self);
gboolean flow_trace_list_model_get_loading (FlowTraceListModel *self);
const char *flow_trace_list_model_get_problem (FlowTraceListModel *self);
void flow_trace_list_model_hide (FlowTraceListModel *self, guint64 number);
void flow_trace_list_model_unhide (FlowTraceListModel *self, guint64 number);
gboolean flow_trace_list_model_find (FlowTraceListModel *self, guint64 number, guint *position);

G_END_DECLS
