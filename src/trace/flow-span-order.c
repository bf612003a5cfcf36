/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-span-order.h"

#include <stdlib.h>
#include <string.h>

/* Not looked at yet. A span that is being looked at has depth 0, so that a circle of parents ends. */
#define UNKNOWN G_MAXUINT

static int
compare_spans (gconstpointer a, gconstpointer b)
{
  const FlowTraceSpan *left = a, *right = b;

  if (left->start_ns != right->start_ns)
    return left->start_ns < right->start_ns ? -1 : 1;
  if (left->duration_ns != right->duration_ns)
    return left->duration_ns > right->duration_ns ? -1 : 1;
  return memcmp (&left->span_id, &right->span_id, 8);
}

typedef struct
{
  guint depth; /* ancestors that start at the same moment */
  FlowTraceSpan span;
} Ranked;

static int
compare_ranked (gconstpointer a, gconstpointer b)
{
  const Ranked *left = a, *right = b;

  if (left->depth != right->depth)
    return left->depth < right->depth ? -1 : 1;
  return compare_spans (&left->span, &right->span);
}

static gboolean
find_parent (GHashTable *by_id, const Ranked *all, gsize child, gsize *parent)
{
  gpointer found;

  if (all[child].span.parent_id == 0 ||
      !g_hash_table_lookup_extended (by_id, &all[child].span.parent_id, NULL, &found))
    return FALSE;
  *parent = GPOINTER_TO_SIZE (found);
  return TRUE;
}

static void
rank (Ranked *all, gsize count, GHashTable *by_id)
{
  g_autoptr (GArray) path = g_array_new (FALSE, FALSE, sizeof (gsize));

  for (gsize i = 0; i < count; i++)
    {
      gsize at = i, parent;
      gboolean more = all[i].depth == UNKNOWN;
      guint depth;

      while (more)
        {
          all[at].depth = 0;
          g_array_append_val (path, at);
          more = find_parent (by_id, all, at, &parent) && all[parent].depth == UNKNOWN;
          at = more ? parent : at;
        }
      if (path->len == 0)
        continue;
      depth = find_parent (by_id, all, at, &parent) ? all[parent].depth + 1 : 0;
      for (; path->len > 0; g_array_set_size (path, path->len - 1))
        all[g_array_index (path, gsize, path->len - 1)].depth = depth++;
    }
}

/* Spans that start at the same moment. */
static void
order_group (FlowTraceSpan *spans, gsize count)
{
  g_autofree Ranked *all = g_new (Ranked, count);
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (gsize i = 0; i < count; i++)
    {
      all[i] = (Ranked) { UNKNOWN, spans[i] };
      g_hash_table_insert (by_id, &all[i].span.span_id, GSIZE_TO_POINTER (i));
    }
  rank (all, count, by_id);
  qsort (all, count, sizeof *all, compare_ranked);
  for (gsize i = 0; i < count; i++)
    spans[i] = all[i].span;
}

/**
 * flow_span_order:
 *
 * Order the spans of a trace by start. Of those that start at the same moment parents come before their children, then
 * longer ones before shorter ones.
 */
void
flow_span_order (FlowTraceSpan *spans, gsize count)
{
  gsize first = 0;

  if (count == 0)
    return;
  qsort (spans, count, sizeof *spans, compare_spans);
  for (gsize i = 1; i <= count; i++)
    {
      if (i < count && spans[i].start_ns == spans[first].start_ns)
        continue;
      if (i - first > 1)
        order_group (spans + first, i - first);
      first = i;
    }
}
