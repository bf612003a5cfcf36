/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/sync/flow-sync-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_TRACE_SHARE (flow_trace_share_get_type ())
G_DECLARE_FINAL_TYPE (FlowTraceShare, flow_trace_share, FLOW, TRACE_SHARE, GObject)

FlowTraceShare *flow_trace_share_new (FlowSyncBoard *board);
void flow_trace_share_set_trace (FlowTraceShare *self, const guint8 *trace_id);
const char *flow_trace_share_get_reason (FlowTraceShare *self);
gboolean flow_trace_share_get_shared (FlowTraceShare *self);
void flow_trace_share_set_shared (FlowTraceShare *self, gboolean shared);
gboolean flow_trace_share_is_slow (FlowTraceShare *self);

G_END_DECLS
