/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

char *flow_trace_cell_text_age (gint64 time_ns, gint64 now_ns);
char *flow_trace_cell_text_spans (const FlowTraceInfo *info);
char *flow_trace_cell_text_errors (const FlowTraceInfo *info);
char *flow_trace_cell_text_where (const FlowTraceInfo *info);
char *flow_trace_cell_text_spoken (const FlowTraceInfo *info, gint64 now_ns);

G_END_DECLS
