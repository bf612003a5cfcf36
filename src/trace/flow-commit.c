/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-commit"

#include "trace/flow-commit.h"

#include <stdlib.h>

G_DEFINE_BOXED_TYPE (FlowCommit, flow_commit, flow_commit_ref, flow_commit_unref)

/**
 * flow_commit_new:
 *
 * Returns: (transfer full): a commit of nothing, to be filled by who makes it
 */
FlowCommit *
flow_commit_new (void)
{
  FlowCommit *self = g_new0 (FlowCommit, 1);

  g_atomic_ref_count_init (&self->references);
  return self;
}

/**
 * flow_commit_ref:
 * @self: a commit
 *
 * Returns: (transfer full): @self
 */
FlowCommit *
flow_commit_ref (FlowCommit *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * flow_commit_unref:
 * @self: (transfer full): a commit
 *
 * Give it back.
 */
void
flow_commit_unref (FlowCommit *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->traces);
  g_free (self);
}

/* Both lists are ascending, so is the result. */
static void
merge_traces (FlowCommit *self, const FlowCommit *first, const FlowCommit *second)
{
  gsize i = 0, j = 0;

  self->traces = g_new (guint64, MAX (first->n_traces + second->n_traces, 1));
  while (i < first->n_traces || j < second->n_traces)
    {
      gboolean take_first = j == second->n_traces || (i < first->n_traces && first->traces[i] <= second->traces[j]);
      guint64 trace = take_first ? first->traces[i++] : second->traces[j++];

      if (self->n_traces == 0 || self->traces[self->n_traces - 1] != trace)
        self->traces[self->n_traces++] = trace;
    }
  if (self->n_traces > FLOW_COMMIT_MAX_TRACES)
    {
      self->many = TRUE;
      self->n_traces = 0;
    }
}

/**
 * flow_commit_merge:
 * @first: an earlier commit
 * @second: a later one
 *
 * Returns: (transfer full): what both brought
 */
FlowCommit *
flow_commit_merge (const FlowCommit *first, const FlowCommit *second)
{
  FlowCommit *self = flow_commit_new ();

  self->spans = first->spans + second->spans;
  self->logs = first->logs + second->logs;
  self->points = first->points + second->points;
  self->last_trace = MAX (first->last_trace, second->last_trace);
  self->removed = first->removed || second->removed;
  self->facts = first->facts || second->facts;
  self->many = first->many || second->many;
  if (!self->many)
    merge_traces (self, first, second);
  return self;
}

static int
compare_numbers (const void *a, const void *b)
{
  guint64 first = *(const guint64 *) a, second = *(const guint64 *) b;

  return (first > second) - (first < second);
}

/**
 * flow_commit_touches:
 * @self: a commit
 * @trace: a trace's number
 *
 * Returns: whether the trace may be another than before
 */
gboolean
flow_commit_touches (const FlowCommit *self, guint64 trace)
{
  return self->many ||
         (self->n_traces > 0 && bsearch (&trace, self->traces, self->n_traces, sizeof trace, compare_numbers) != NULL);
}
