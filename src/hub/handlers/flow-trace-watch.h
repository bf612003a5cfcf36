/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

#include "trace/flow-commit.h"

G_BEGIN_DECLS

typedef struct _FlowHandlers FlowHandlers;

/**
 * FlowTraceWatch:
 *
 * Tells the channels that watch traces what became durable: `trace_added` and `trace_updated`, each trace at most ten
 * times a second. While nobody watches it does nothing.
 */
typedef struct _FlowTraceWatch FlowTraceWatch;

FlowTraceWatch *flow_trace_watch_new (FlowHandlers *handlers);
void flow_trace_watch_free (FlowTraceWatch *self);
void flow_trace_watch_take (FlowTraceWatch *self, FlowCommit *commit);
void flow_trace_watch_erased (FlowTraceWatch *self, const guint8 trace_id[16]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceWatch, flow_trace_watch_free)

G_END_DECLS
