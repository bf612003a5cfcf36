/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-numbers.h"

#include <stdlib.h>

/**
 * flow_trace_numbers_new:
 *
 * Returns: (transfer full): an empty set, for g_hash_table_unref()
 */
FlowTraceNumbers *
flow_trace_numbers_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

/**
 * flow_trace_numbers_add:
 * @self: a set
 * @number: a trace
 *
 * Have it in the set.
 */
void
flow_trace_numbers_add (FlowTraceNumbers *self, guint64 number)
{
  g_hash_table_add (self, g_memdup2 (&number, sizeof number));
}

/**
 * flow_trace_numbers_remove:
 * @self: a set
 * @number: a trace
 *
 * Returns: whether it was in the set, where it is no more
 */
gboolean
flow_trace_numbers_remove (FlowTraceNumbers *self, guint64 number)
{
  return g_hash_table_remove (self, &number);
}

/**
 * flow_trace_numbers_has:
 * @self: a set
 * @number: a trace
 *
 * Returns: whether it is in the set
 */
gboolean
flow_trace_numbers_has (FlowTraceNumbers *self, guint64 number)
{
  return g_hash_table_contains (self, &number);
}

/**
 * flow_trace_numbers_count:
 * @self: a set
 *
 * Returns: how many are in the set
 */
guint
flow_trace_numbers_count (FlowTraceNumbers *self)
{
  return g_hash_table_size (self);
}

/**
 * flow_trace_numbers_to_array:
 * @self: a set
 *
 * Returns: (transfer full) (element-type guint64): what is in the set, in any order
 */
GArray *
flow_trace_numbers_to_array (FlowTraceNumbers *self)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  GHashTableIter iter;
  gpointer number;

  g_hash_table_iter_init (&iter, self);
  while (g_hash_table_iter_next (&iter, &number, NULL))
    g_array_append_vals (numbers, number, 1);
  return numbers;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint64 left = *(const guint64 *) a, right = *(const guint64 *) b;

  return left < right ? -1 : left > right;
}

static void
append (FlowCommit *commit, FlowTraceNumbers *numbers)
{
  GHashTableIter iter;
  gpointer number;

  g_hash_table_iter_init (&iter, numbers);
  while (g_hash_table_iter_next (&iter, &number, NULL))
    commit->traces[commit->n_traces++] = *(guint64 *) number;
}

/**
 * flow_trace_numbers_to_commit:
 * @self: a set
 * @others: a set that has none of the same
 *
 * Returns: (transfer full): both sets, as if the traces changed now
 */
FlowCommit *
flow_trace_numbers_to_commit (FlowTraceNumbers *self, FlowTraceNumbers *others)
{
  FlowCommit *commit = flow_commit_new ();

  commit->many = g_hash_table_size (self) + g_hash_table_size (others) > FLOW_COMMIT_MAX_TRACES;
  if (commit->many)
    return commit;
  commit->traces = g_new (guint64, g_hash_table_size (self) + g_hash_table_size (others) + 1);
  append (commit, self);
  append (commit, others);
  qsort (commit->traces, commit->n_traces, sizeof (guint64), compare_numbers);
  return commit;
}
