/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define FLOW_TYPE_COMMIT (flow_commit_get_type ())

/**
 * FLOW_COMMIT_MAX_TRACES:
 *
 * More traces than this are not named one by one.
 */
#define FLOW_COMMIT_MAX_TRACES 4096

/**
 * FlowCommit:
 * @spans: spans that were stored
 * @logs: log records that were stored
 * @points: metric points that were stored
 * @last_trace: the highest trace number there is
 * @n_traces: how many traces are named
 * @traces: (array length=n_traces): numbers of the traces that are new or changed, ascending, each once
 * @many: there were more than %FLOW_COMMIT_MAX_TRACES: any trace may have changed
 * @removed: traces were erased, or retention took some
 * @facts: titles, notes, tags or pins changed
 *
 * What became durable, since the last time somebody was told. Immutable and reference-counted, for any thread.
 */
typedef struct
{
  gatomicrefcount references;
  guint64 spans;
  guint64 logs;
  guint64 points;
  guint64 last_trace;
  gsize n_traces;
  guint64 *traces;
  gboolean many;
  gboolean removed;
  gboolean facts;
} FlowCommit;

GType flow_commit_get_type (void) G_GNUC_CONST;
FlowCommit *flow_commit_new (void);
FlowCommit *flow_commit_ref (FlowCommit *self);
void flow_commit_unref (FlowCommit *self);
FlowCommit *flow_commit_merge (const FlowCommit *first, const FlowCommit *second);
gboolean flow_commit_touches (const FlowCommit *self, guint64 trace);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCommit, flow_commit_unref)

G_END_DECLS
