/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "trace/flow-trace-outline.h"

G_BEGIN_DECLS

FlowTraceInfo *flow_trace_reader_load_info (FlowTraceReader *self, const guint8 trace_id[16], GError **error);
FlowTraceOutline *flow_trace_reader_load_outline (FlowTraceReader *self, const guint8 trace_id[16],
                                                  GCancellable *cancellable, GError **error);
FlowTrace *flow_trace_reader_load_span (FlowTraceReader *self, const guint8 trace_id[16], guint64 span_id,
                                        GCancellable *cancellable, GError **error);

G_END_DECLS
