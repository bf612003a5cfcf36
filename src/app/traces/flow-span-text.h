/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-rows.h"

G_BEGIN_DECLS

const char *flow_span_text_name (const FlowTraceOutline *outline, guint node);
char *flow_span_text_marks (const FlowTraceOutline *outline, guint node);
char *flow_span_text_label (FlowTraceRows *rows, guint node);
char *flow_span_text_tooltip (const FlowTraceOutline *outline, guint node);

G_END_DECLS
