/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "trace/flow-outline-row.h"

G_BEGIN_DECLS

#define FLOW_TYPE_TRACE_ROWS (flow_trace_rows_get_type ())
G_DECLARE_FINAL_TYPE (FlowTraceRows, flow_trace_rows, FLOW, TRACE_ROWS, GObject)

FlowTraceRows *flow_trace_rows_new (void);
void flow_trace_rows_set_outline (FlowTraceRows *self, FlowTraceOutline *outline);
FlowTraceOutline *flow_trace_rows_get_outline (FlowTraceRows *self);

guint flow_trace_rows_get_node (FlowTraceRows *self, guint position);
guint flow_trace_rows_find_node (FlowTraceRows *self, guint node);
guint flow_trace_rows_reveal (FlowTraceRows *self, guint node);

gboolean flow_trace_rows_can_fold (FlowTraceRows *self, guint node);
gboolean flow_trace_rows_is_folded (FlowTraceRows *self, guint node);
void flow_trace_rows_fold (FlowTraceRows *self, guint node, gboolean folded);
void flow_trace_rows_fold_subtree (FlowTraceRows *self, guint node, gboolean folded);
void flow_trace_rows_fold_all (FlowTraceRows *self, gboolean folded);
void flow_trace_rows_fold_level (FlowTraceRows *self, gboolean folded);

void flow_trace_rows_show_kind (FlowTraceRows *self, FlowNodeKind kind, gboolean show);
void flow_trace_rows_set_matches (FlowTraceRows *self, const guint8 *matches, gboolean hide);
gboolean flow_trace_rows_is_match (FlowTraceRows *self, guint node);
guint flow_trace_rows_get_n_matches (FlowTraceRows *self);
guint flow_trace_rows_next_match (FlowTraceRows *self, guint node, int direction);
guint flow_trace_rows_match_ordinal (FlowTraceRows *self, guint node);

G_END_DECLS
