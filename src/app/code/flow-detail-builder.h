/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/code/flow-detail-item.h"
#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

GPtrArray *flow_detail_build_span (const FlowTrace *trace, guint span);
GPtrArray *flow_detail_build_trace (const FlowTrace *trace);
char *flow_detail_filter_for (const char *key, const char *value);

G_END_DECLS
