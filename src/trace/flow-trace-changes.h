/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-commit.h"

G_BEGIN_DECLS

/**
 * FlowTraceChanges:
 * @numbers: (element-type guint64): traces that are new or changed, as they came
 * @many: there were more than %FLOW_COMMIT_MAX_TRACES
 * @removed: traces were erased
 * @facts: what the user wrote about traces changed
 *
 * What the transaction at hand changes for those who look, gathered until it is committed. Belongs to the writer
 * thread.
 */
typedef struct
{
  GArray *numbers;
  gboolean many;
  gboolean removed;
  gboolean facts;
} FlowTraceChanges;

void flow_trace_changes_init (FlowTraceChanges *self);
void flow_trace_changes_clear (FlowTraceChanges *self);
void flow_trace_changes_add (FlowTraceChanges *self, guint64 number);
void flow_trace_changes_forget (FlowTraceChanges *self);
gboolean flow_trace_changes_is_empty (const FlowTraceChanges *self);
FlowCommit *flow_trace_changes_to_commit (FlowTraceChanges *self);

G_END_DECLS
