/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"
#include "message/flow-message.h"
#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

/** FLOW_FLAT_TRACES_MAX: so many traces are told of at once. */
#define FLOW_FLAT_TRACES_MAX 50

gboolean flow_flat_trace_write (FlowTraceReader *reader, const FlowTraceInfo *info, FlowJsonWriter *writer,
                                GError **error);
GString *flow_flat_trace_list (FlowTraceReader *reader, const FlowTraceFilter *filter, GError **error);
char *flow_flat_trace_to_otlp (FlowMessage *message, const FlowTrace *known, GError **error);
guint64 flow_flat_trace_span_id (const guint8 trace_id[16]);

G_END_DECLS
