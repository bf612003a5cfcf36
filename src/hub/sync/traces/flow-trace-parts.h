/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/sync/traces/flow-trace-pack.h"
#include "trace/flow-trace-header.h"

G_BEGIN_DECLS

char *flow_trace_parts_get (const FlowTraceHeader *header, const char *device);
void flow_trace_parts_set (FlowTraceHeader *header, const char *device, const char *text);
GArray *flow_trace_parts_list (const FlowTraceHeader *header, const char *but);

G_END_DECLS
