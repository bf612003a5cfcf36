/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-tree"

#include "trace/flow-trace-tree.h"

#define NONE G_MAXUINT

/* Spans as a forest by index: each has its first child and its next sibling, in the order of the trace. */
typedef struct
{
  const FlowTrace *trace;
  guint *parent;
  guint *first_child;
  guint *last_child;
  guint *next_sibling;
  gboolean *placed;
  GArray *rows;
} Forest;

static void
forest_clear (Forest *forest)
{
  g_free (forest->parent);
  g_free (forest->first_child);
  g_free (forest->last_child);
  g_free (forest->next_sibling);
  g_free (forest->placed);
  g_clear_pointer (&forest->rows, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Forest, forest_clear)

static guint *
new_links (gsize n)
{
  guint *links = g_new (guint, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    links[i] = NONE;
  return links;
}

static void
forest_connect (Forest *forest)
{
  const FlowTrace *trace = forest->trace;
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (gsize i = trace->n_spans; i-- > 0;)
    g_hash_table_insert (by_id, &trace->spans[i].span_id, GUINT_TO_POINTER ((guint) i));

  for (guint i = 0; i < trace->n_spans; i++)
    {
      gpointer found;

      if (trace->spans[i].parent_id == 0 ||
          !g_hash_table_lookup_extended (by_id, &trace->spans[i].parent_id, NULL, &found))
        continue;
      forest->parent[i] = GPOINTER_TO_UINT (found);
      if (forest->parent[i] == i)
        continue;
      if (forest->last_child[forest->parent[i]] == NONE)
        forest->first_child[forest->parent[i]] = i;
      else
        forest->next_sibling[forest->last_child[forest->parent[i]]] = i;
      forest->last_child[forest->parent[i]] = i;
    }
}

/* Places a root and everything below it, with a stack of its own: a trace may be as deep as it has spans. */
static void
forest_place (Forest *forest, guint root, gboolean last, FlowTreeMark mark)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (FlowTreeRow));
  FlowTreeRow row = { root, 0, last, mark };

  g_array_append_val (stack, row);
  while (stack->len > 0)
    {
      guint first;

      row = g_array_index (stack, FlowTreeRow, stack->len - 1);
      g_array_set_size (stack, stack->len - 1);
      if (forest->placed[row.span])
        continue;
      forest->placed[row.span] = TRUE;
      g_array_append_val (forest->rows, row);

      first = stack->len;
      for (guint child = forest->first_child[row.span]; child != NONE; child = forest->next_sibling[child])
        {
          FlowTreeRow below = { child, row.depth + 1, forest->next_sibling[child] == NONE, FLOW_TREE_FINE };

          g_array_append_val (stack, below);
        }
      for (guint i = first, j = stack->len; i + 1 < j; i++)
        {
          FlowTreeRow other = g_array_index (stack, FlowTreeRow, --j);

          g_array_index (stack, FlowTreeRow, j) = g_array_index (stack, FlowTreeRow, i);
          g_array_index (stack, FlowTreeRow, i) = other;
        }
    }
}

/**
 * flow_trace_tree_build:
 * @trace: a trace
 *
 * Put the spans into the order of a tree, each one once. A span whose parent is missing stands at the top, and so
 * does the first one of spans that are each other's ancestors.
 *
 * Returns: (transfer full) (element-type FlowTreeRow): the rows from top to bottom
 */
GArray *
flow_trace_tree_build (const FlowTrace *trace)
{
  g_auto (Forest) forest = { .trace = trace };
  guint last_root = NONE;

  forest.parent = new_links (trace->n_spans);
  forest.first_child = new_links (trace->n_spans);
  forest.last_child = new_links (trace->n_spans);
  forest.next_sibling = new_links (trace->n_spans);
  forest.placed = g_new0 (gboolean, MAX (trace->n_spans, 1));
  forest.rows = g_array_sized_new (FALSE, FALSE, sizeof (FlowTreeRow), (guint) trace->n_spans);
  forest_connect (&forest);

  for (guint i = 0; i < trace->n_spans; i++)
    if (forest.parent[i] == NONE)
      last_root = i;
  for (guint i = 0; i < trace->n_spans; i++)
    if (forest.parent[i] == NONE)
      forest_place (&forest, i, i == last_root, trace->spans[i].parent_id == 0 ? FLOW_TREE_FINE : FLOW_TREE_ORPHAN);
  for (guint i = 0; i < trace->n_spans; i++)
    if (!forest.placed[i])
      forest_place (&forest, i, TRUE, FLOW_TREE_CYCLE);
  return g_steal_pointer (&forest.rows);
}
