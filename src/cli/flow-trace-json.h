/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"
#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

void flow_trace_info_write_json (FlowJsonWriter *writer, const FlowTraceInfo *info);
void flow_trace_write_json (FlowJsonWriter *writer, const FlowTrace *trace);

G_END_DECLS
