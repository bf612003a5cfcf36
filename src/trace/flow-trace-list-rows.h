/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-item.h"
#include "trace/flow-trace-queries.h"

G_BEGIN_DECLS

/**
 * FlowTraceListRows:
 *
 * The rows of a list that were looked at lately, and reading those that somebody looks at now. Belongs to one thread.
 */
typedef struct _FlowTraceListRows FlowTraceListRows;

FlowTraceListRows *flow_trace_list_rows_new (FlowTraceQueries *queries);
void flow_trace_list_rows_free (FlowTraceListRows *self);
FlowTraceItem *flow_trace_list_rows_get (FlowTraceListRows *self, guint64 number);
gboolean flow_trace_list_rows_is_asked (FlowTraceListRows *self, guint64 number);
void flow_trace_list_rows_want (FlowTraceListRows *self, guint64 number);
void flow_trace_list_rows_put (FlowTraceListRows *self, FlowTraceInfo *info, gboolean create);
void flow_trace_list_rows_forget (FlowTraceListRows *self, guint64 number);
void flow_trace_list_rows_refresh (FlowTraceListRows *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceListRows, flow_trace_list_rows_free)

G_END_DECLS
