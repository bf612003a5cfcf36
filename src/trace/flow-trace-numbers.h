/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-commit.h"

G_BEGIN_DECLS

/**
 * FlowTraceNumbers:
 *
 * A set of traces, by number. Belongs to one thread.
 */
typedef GHashTable FlowTraceNumbers;

FlowTraceNumbers *flow_trace_numbers_new (void);
void flow_trace_numbers_add (FlowTraceNumbers *self, guint64 number);
gboolean flow_trace_numbers_remove (FlowTraceNumbers *self, guint64 number);
gboolean flow_trace_numbers_has (FlowTraceNumbers *self, guint64 number);
guint flow_trace_numbers_count (FlowTraceNumbers *self);
GArray *flow_trace_numbers_to_array (FlowTraceNumbers *self);
FlowCommit *flow_trace_numbers_to_commit (FlowTraceNumbers *self, FlowTraceNumbers *others);

G_END_DECLS
