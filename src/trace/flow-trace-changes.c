/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-changes.h"

/**
 * flow_trace_changes_init:
 * @self: memory for it
 *
 * Begin with nothing.
 */
void
flow_trace_changes_init (FlowTraceChanges *self)
{
  *self = (FlowTraceChanges) { .numbers = g_array_new (FALSE, FALSE, sizeof (guint64)) };
}

/**
 * flow_trace_changes_clear:
 * @self: changes
 *
 * Free what is in it.
 */
void
flow_trace_changes_clear (FlowTraceChanges *self)
{
  g_clear_pointer (&self->numbers, g_array_unref);
}

/**
 * flow_trace_changes_add:
 * @self: changes
 * @number: a trace that is new or changed; may be named again
 *
 * Note a trace.
 */
void
flow_trace_changes_add (FlowTraceChanges *self, guint64 number)
{
  if (self->many)
    return;
  g_array_append_val (self->numbers, number);
  /* Those that are named again count twice here, which only makes a huge transaction say "many" a little earlier. */
  if (self->numbers->len <= FLOW_COMMIT_MAX_TRACES)
    return;
  self->many = TRUE;
  g_array_set_size (self->numbers, 0);
}

/**
 * flow_trace_changes_forget:
 * @self: changes
 *
 * Begin again, for the next transaction.
 */
void
flow_trace_changes_forget (FlowTraceChanges *self)
{
  g_array_set_size (self->numbers, 0);
  self->many = self->removed = self->facts = FALSE;
}

/**
 * flow_trace_changes_is_empty:
 * @self: changes
 *
 * Returns: whether nobody needs to hear of them
 */
gboolean
flow_trace_changes_is_empty (const FlowTraceChanges *self)
{
  return self->numbers->len == 0 && !self->many && !self->removed && !self->facts;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint64 first = *(const guint64 *) a, second = *(const guint64 *) b;

  return (first > second) - (first < second);
}

/* New traces come in ascending order, and then there is nothing to sort. */
static gboolean
is_ascending (const GArray *numbers)
{
  for (guint i = 1; i < numbers->len; i++)
    if (g_array_index (numbers, guint64, i - 1) >= g_array_index (numbers, guint64, i))
      return FALSE;
  return TRUE;
}

/**
 * flow_trace_changes_to_commit:
 * @self: changes
 *
 * Say it for others: each trace once, in ascending order.
 *
 * Returns: (transfer full): a commit that has the traces; what was stored in numbers is the caller's to fill in
 */
FlowCommit *
flow_trace_changes_to_commit (FlowTraceChanges *self)
{
  FlowCommit *commit = flow_commit_new ();

  commit->many = self->many;
  commit->removed = self->removed;
  commit->facts = self->facts;
  if (self->numbers->len == 0)
    return commit;
  if (!is_ascending (self->numbers))
    g_array_sort (self->numbers, compare_numbers);
  commit->traces = g_new (guint64, self->numbers->len);
  for (guint i = 0; i < self->numbers->len; i++)
    {
      guint64 number = g_array_index (self->numbers, guint64, i);

      if (commit->n_traces == 0 || commit->traces[commit->n_traces - 1] != number)
        commit->traces[commit->n_traces++] = number;
    }
  return commit;
}
