/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "trace/flow-trace-outline.h"

G_BEGIN_DECLS

/**
 * FlowSpanFilterText:
 *
 * What somebody looks for in a trace, read from a line of text. All of its tests must hold. Immutable and reference
 * counted.
 */
typedef struct _FlowSpanFilterText FlowSpanFilterText;

FlowSpanFilterText *flow_span_filter_text_parse (const char *text, GError **error);
FlowSpanFilterText *flow_span_filter_text_ref (FlowSpanFilterText *self);
void flow_span_filter_text_unref (FlowSpanFilterText *self);
gboolean flow_span_filter_text_is_empty (const FlowSpanFilterText *self);
gboolean flow_span_filter_text_needs_attributes (const FlowSpanFilterText *self);
guint8 *flow_span_filter_text_match (const FlowSpanFilterText *self, const FlowTraceOutline *outline,
                                     const FlowTrace *trace, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSpanFilterText, flow_span_filter_text_unref)

G_END_DECLS
