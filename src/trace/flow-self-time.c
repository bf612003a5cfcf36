/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-self-time"

#include "trace/flow-self-time.h"

typedef struct
{
  guint64 start;
  guint64 end;
} Interval;

static int
compare_starts (gconstpointer a, gconstpointer b)
{
  const Interval *left = a, *right = b;

  return left->start < right->start ? -1 : left->start > right->start;
}

/**
 * flow_trace_self_time:
 * @trace: a trace
 * @span: which of its spans
 *
 * Measure the time of a span during which none of its children ran; children at the same time count once, and what
 * they do before or after it does not count. Reads every span of the trace.
 *
 * Returns: nanoseconds
 */
gint64
flow_trace_self_time (const FlowTrace *trace, gsize span)
{
  const FlowTraceSpan *self = &trace->spans[span];
  g_autoptr (GArray) children = g_array_new (FALSE, FALSE, sizeof (Interval));
  guint64 end = self->start_ns + (guint64) MAX (self->duration_ns, 0);
  guint64 covered = self->start_ns;
  gint64 busy = 0;

  for (gsize i = 0; i < trace->n_spans; i++)
    {
      const FlowTraceSpan *child = &trace->spans[i];
      Interval interval = { MAX (child->start_ns, self->start_ns),
                            MIN (child->start_ns + (guint64) MAX (child->duration_ns, 0), end) };

      if (i != span && child->parent_id == self->span_id && interval.start < interval.end)
        g_array_append_val (children, interval);
    }
  g_array_sort (children, compare_starts);
  for (guint i = 0; i < children->len; i++)
    {
      const Interval *child = &g_array_index (children, Interval, i);

      if (child->end <= covered)
        continue;
      busy += (gint64) (child->end - MAX (child->start, covered));
      covered = child->end;
    }
  return MAX (self->duration_ns, 0) - busy;
}
