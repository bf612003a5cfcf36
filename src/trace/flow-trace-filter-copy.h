/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

/**
 * FlowTraceFilterCopy:
 * @filter: the filter
 *
 * A filter with the strings it needs. Immutable and reference-counted, for any thread.
 */
typedef struct
{
  FlowTraceFilter filter;
  /*< private >*/
  gatomicrefcount references;
  GPtrArray *owned;
} FlowTraceFilterCopy;

FlowTraceFilterCopy *flow_trace_filter_copy_new (const FlowTraceFilter *filter);
FlowTraceFilterCopy *flow_trace_filter_copy_ref (FlowTraceFilterCopy *self);
void flow_trace_filter_copy_unref (FlowTraceFilterCopy *self);
gboolean flow_trace_filter_copy_equal (const FlowTraceFilterCopy *a, const FlowTraceFilterCopy *b);
gboolean flow_trace_filter_copy_is_all (const FlowTraceFilterCopy *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceFilterCopy, flow_trace_filter_copy_unref)

G_END_DECLS
