/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-outline.h"

G_BEGIN_DECLS

/**
 * FlowOutlineBuilder:
 *
 * Makes an outline: takes spans, logs and events in any order, and finds the tree in them. Whatever the ids say, the
 * result is a forest that has each of them once.
 */
typedef struct _FlowOutlineBuilder FlowOutlineBuilder;

FlowOutlineBuilder *flow_outline_builder_new (gsize expected);
void flow_outline_builder_free (FlowOutlineBuilder *self);
void flow_outline_builder_add_span (FlowOutlineBuilder *self, const FlowTraceSpan *span, guint source);
void flow_outline_builder_add_log (FlowOutlineBuilder *self, const FlowTraceLog *record, guint source);
void flow_outline_builder_forget_strings (FlowOutlineBuilder *self);
FlowTraceOutline *flow_outline_builder_finish (FlowOutlineBuilder *self, gboolean sources);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowOutlineBuilder, flow_outline_builder_free)

G_END_DECLS
