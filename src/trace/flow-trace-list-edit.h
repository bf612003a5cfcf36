/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "trace/flow-trace-key-scan.h"

G_BEGIN_DECLS

GHashTable *flow_trace_list_find (FlowTraceKeys *keys, gboolean by_arrival, const GArray *changes);
void flow_trace_list_edit (FlowTraceKeys *keys, GListModel *model, GArray *removals, GArray *insertions);
void flow_trace_list_append (FlowTraceKeys *keys, GListModel *model, const GArray *piece);
void flow_trace_list_replace (FlowTraceKeys **keys, GListModel *model, FlowTraceKeys *others);

G_END_DECLS
