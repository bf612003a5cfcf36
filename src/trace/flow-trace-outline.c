/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-outline"

#include "trace/flow-trace-outline.h"

#include <stdlib.h>
#include <string.h>

#include "trace/flow-outline-builder.h"

/**
 * flow_trace_outline_new:
 * @trace: a trace
 *
 * Make the outline of a trace. Takes about a second for a million spans: not on the main thread.
 *
 * Returns: (transfer full): its outline
 */
FlowTraceOutline *
flow_trace_outline_new (const FlowTrace *trace)
{
  g_autoptr (FlowOutlineBuilder) builder = flow_outline_builder_new (trace->n_spans);
  FlowTraceOutline *self;

  for (gsize i = 0; i < trace->n_spans; i++)
    flow_outline_builder_add_span (builder, &trace->spans[i], (guint) i);
  for (gsize i = 0; i < trace->n_logs; i++)
    flow_outline_builder_add_log (builder, &trace->logs[i], (guint) i);
  self = flow_outline_builder_finish (builder, TRUE);
  if (trace->info != NULL)
    {
      memcpy (self->trace_id, trace->info->trace_id, 16);
      self->number = trace->info->number;
    }
  return self;
}

/**
 * flow_trace_outline_ref:
 * @self: an outline
 *
 * Returns: (transfer full): @self
 */
FlowTraceOutline *
flow_trace_outline_ref (FlowTraceOutline *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
flow_trace_outline_unref (FlowTraceOutline *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->nodes);
  g_free (self->depths);
  g_free (self->sources);
  g_free (self->marks);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->services);
  g_string_chunk_free (self->strings);
  g_free (self);
}

/**
 * flow_trace_outline_name:
 * @self: an outline
 * @node: one of its nodes
 *
 * Returns: the name of a span or event, or the body of a log; valid UTF-8, cut after some hundred bytes, empty when it
 *   has none
 */
const char *
flow_trace_outline_name (const FlowTraceOutline *self, guint node)
{
  return g_ptr_array_index (self->names, self->nodes[node].name);
}

/**
 * flow_trace_outline_service:
 * @self: an outline
 * @node: one of its nodes
 *
 * Returns: the name of its service, empty when it has none
 */
const char *
flow_trace_outline_service (const FlowTraceOutline *self, guint node)
{
  return g_ptr_array_index (self->services, self->nodes[node].service);
}

/**
 * flow_trace_outline_find_span:
 * @self: an outline
 * @span_id: the 8 bytes of the id in memory order
 *
 * Find a span.
 *
 * Returns: its node, or %FLOW_OUTLINE_NONE
 */
guint
flow_trace_outline_find_span (const FlowTraceOutline *self, guint64 span_id)
{
  for (guint i = 0; i < self->n_nodes; i++)
    if (self->nodes[i].id == span_id && self->nodes[i].kind == FLOW_NODE_SPAN)
      return i;
  return FLOW_OUTLINE_NONE;
}

/**
 * flow_trace_outline_count_errors:
 * @self: an outline
 * @node: one of its nodes
 *
 * Count what failed below a node.
 *
 * Returns: spans, without @node itself
 */
guint
flow_trace_outline_count_errors (const FlowTraceOutline *self, guint node)
{
  guint errors = 0;

  if (!(self->nodes[node].flags & FLOW_NODE_ERROR_BELOW))
    return 0;
  for (guint i = node + 1; i < self->nodes[node].end; i++)
    errors += self->nodes[i].kind == FLOW_NODE_SPAN && (self->nodes[i].flags & FLOW_NODE_ERROR);
  return errors;
}

/* The first mark of @node or of a later one. */
static guint
find_mark (const FlowTraceOutline *self, guint node)
{
  guint low = 0, high = self->n_marks;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (self->nodes[self->marks[middle]].parent < node)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/**
 * flow_trace_outline_marks:
 * @self: an outline
 * @node: one of its nodes
 * @n: (out): how many
 *
 * Get the logs and events of a span.
 *
 * Returns: (transfer none) (array length=n): their nodes, by time
 */
const guint32 *
flow_trace_outline_marks (const FlowTraceOutline *self, guint node, guint *n)
{
  guint first = find_mark (self, node);

  *n = find_mark (self, node + 1) - first;
  return *n > 0 ? &self->marks[first] : NULL;
}

static int
compare_starts (gconstpointer a, gconstpointer b, gpointer data)
{
  const FlowOutlineNode *nodes = data;
  guint32 left = *(const guint32 *) a, right = *(const guint32 *) b;

  if (nodes[left].start_ns != nodes[right].start_ns)
    return nodes[left].start_ns < nodes[right].start_ns ? -1 : 1;
  return left < right ? -1 : left > right;
}

/**
 * flow_trace_outline_by_start:
 * @self: an outline
 * @n: (out): how many
 *
 * Get the nodes of the spans in the order in which they start, parents first.
 *
 * Returns: (transfer full) (array length=n): nodes
 */
guint32 *
flow_trace_outline_by_start (const FlowTraceOutline *self, guint *n)
{
  guint32 *order = g_new (guint32, MAX (self->n_spans, 1));

  *n = 0;
  for (guint i = 0; i < self->n_nodes; i++)
    if (self->nodes[i].kind == FLOW_NODE_SPAN)
      order[(*n)++] = i;
  /* The tree is a merge of sorted runs already, which is what glibc's sort likes. */
  qsort_r (order, *n, sizeof *order, compare_starts, self->nodes);
  return order;
}
