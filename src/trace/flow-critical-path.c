/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-critical-path"

#include "trace/flow-critical-path.h"

#include <stdlib.h>

#define NONE FLOW_OUTLINE_NONE
/* Of a trace with more spans than this, what is shorter than that part of it counts as its parent's own: it is less
 * than a pixel until one zooms in twentyfold, and without a bound the path of a long loop is as large as the trace. */
#define MANY_SPANS 200000
#define LEAST_PART 65536

/* A child of a span on the path, as far as it lies within its parent. */
typedef struct
{
  guint node;
  gint64 start_ns;
  gint64 end_ns;
} Child;

/* A span on the path that is being walked, and where its children are on the common stack. */
typedef struct
{
  guint node;
  gint64 start_ns;
  gint64 until_ns; /* what comes after is explained already */
  guint first_child;
} Frame;

typedef struct
{
  const FlowTraceOutline *outline;
  GArray *frames;
  GArray *children;
  GArray *parts;
  gint64 least_ns; /* of a child on the path */
} Walk;

/* The one that ends last comes last, where it is taken from. */
static int
compare_children (gconstpointer a, gconstpointer b)
{
  const Child *left = a, *right = b;

  if (left->end_ns != right->end_ns)
    return left->end_ns < right->end_ns ? -1 : 1;
  if (left->start_ns != right->start_ns)
    return left->start_ns > right->start_ns ? -1 : 1;
  return left->node < right->node ? -1 : left->node > right->node;
}

static void
enter (Walk *walk, guint node, gint64 start_ns, gint64 end_ns)
{
  const FlowOutlineNode *nodes = walk->outline->nodes;
  Frame frame = { node, start_ns, end_ns, walk->children->len };

  for (guint child = node + 1; child < nodes[node].end; child = nodes[child].end)
    {
      Child found = { child, MAX (nodes[child].start_ns, start_ns),
                      MIN (flow_outline_node_end_ns (&nodes[child]), end_ns) };

      if (nodes[child].kind == FLOW_NODE_SPAN && found.end_ns - found.start_ns >= walk->least_ns)
        g_array_append_val (walk->children, found);
    }
  if (walk->children->len > frame.first_child)
    qsort (&g_array_index (walk->children, Child, frame.first_child), walk->children->len - frame.first_child,
           sizeof (Child), compare_children);
  g_array_append_val (walk->frames, frame);
}

static void
add_part (Walk *walk, guint node, gint64 start_ns, gint64 end_ns)
{
  FlowPathPart part = { node, start_ns, end_ns };

  if (start_ns < end_ns)
    g_array_append_val (walk->parts, part);
}

/* One step back in time: into the child that ended last before this moment, or out of a span without such a child. */
static void
step (Walk *walk)
{
  Frame *frame = &g_array_index (walk->frames, Frame, walk->frames->len - 1);
  Child child = { NONE, 0, 0 };

  while (walk->children->len > frame->first_child)
    {
      child = g_array_index (walk->children, Child, walk->children->len - 1);
      g_array_set_size (walk->children, walk->children->len - 1);
      if (child.end_ns <= frame->until_ns)
        break;
      child.node = NONE;
    }
  if (child.node == NONE)
    {
      add_part (walk, frame->node, frame->start_ns, frame->until_ns);
      g_array_set_size (walk->frames, walk->frames->len - 1);
      return;
    }
  add_part (walk, frame->node, child.end_ns, frame->until_ns);
  frame->until_ns = child.start_ns;
  enter (walk, child.node, child.start_ns, child.end_ns);
}

/* The longest tree, if there are several. */
static guint
find_root (const FlowTraceOutline *outline)
{
  guint best = NONE;

  for (guint i = 0; i < outline->n_nodes; i = outline->nodes[i].end)
    if ((outline->nodes[i].kind == FLOW_NODE_SPAN || outline->nodes[i].kind == FLOW_NODE_MISSING) &&
        (best == NONE || outline->nodes[i].length_ns > outline->nodes[best].length_ns))
      best = i;
  return best;
}

static int
compare_by_node (gconstpointer a, gconstpointer b)
{
  const FlowPathPart *left = a, *right = b;

  if (left->node != right->node)
    return left->node < right->node ? -1 : 1;
  return left->start_ns < right->start_ns ? -1 : left->start_ns > right->start_ns;
}

/**
 * flow_critical_path_new:
 * @outline: an outline
 *
 * Find the critical path of the longest tree: from its end backwards, always the child that ended last. What a child
 * does outside of its parent's time does not count.
 *
 * Returns: (transfer full): the path, which may be empty
 */
FlowCriticalPath *
flow_critical_path_new (const FlowTraceOutline *outline)
{
  FlowCriticalPath *self = g_new0 (FlowCriticalPath, 1);
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  g_autoptr (GArray) children = g_array_new (FALSE, FALSE, sizeof (Child));
  guint root = find_root (outline);
  Walk walk = { outline, frames, children, g_array_new (FALSE, FALSE, sizeof (FlowPathPart)), 1 };

  g_atomic_ref_count_init (&self->references);
  if (outline->n_spans > MANY_SPANS)
    walk.least_ns = MAX (1, outline->length_ns / LEAST_PART);
  if (root != NONE)
    enter (&walk, root, outline->nodes[root].start_ns, flow_outline_node_end_ns (&outline->nodes[root]));
  while (frames->len > 0)
    step (&walk);
  g_array_sort (walk.parts, compare_by_node);
  self->parts = walk.parts;
  return self;
}

/**
 * flow_critical_path_ref:
 * @self: a path
 *
 * Returns: (transfer full): @self
 */
FlowCriticalPath *
flow_critical_path_ref (FlowCriticalPath *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
flow_critical_path_unref (FlowCriticalPath *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_array_unref (self->parts);
  g_free (self);
}

/* The first part of @node or of a later one. */
static guint
find_node (const FlowCriticalPath *self, guint node)
{
  guint low = 0, high = self->parts->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->parts, FlowPathPart, middle).node < node)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/**
 * flow_critical_path_of_node:
 * @self: a path
 * @node: a node
 * @n: (out): how many
 *
 * Get the parts that are one span's own.
 *
 * Returns: (transfer none) (array length=n): by time
 */
const FlowPathPart *
flow_critical_path_of_node (const FlowCriticalPath *self, guint node, guint *n)
{
  guint first = find_node (self, node);

  *n = find_node (self, node + 1) - first;
  return *n > 0 ? &g_array_index (self->parts, FlowPathPart, first) : NULL;
}

/**
 * flow_critical_path_mark:
 * @self: a path
 * @outline: what it is the path of, not shared yet
 *
 * Flag the nodes that are on the path.
 */
void
flow_critical_path_mark (const FlowCriticalPath *self, FlowTraceOutline *outline)
{
  for (guint i = 0; i < self->parts->len; i++)
    outline->nodes[g_array_index (self->parts, FlowPathPart, i).node].flags |= FLOW_NODE_CRITICAL;
}

/**
 * flow_critical_path_next:
 * @self: a path
 * @node: a node, on the path or not
 * @direction: 1: the next one in time, -1: the one before
 *
 * Walk along the path, to each of its spans once, in the order in which they first hold it up. Beside the path the way
 * goes on at the nearest node of the tree.
 *
 * Returns: a node on the path, or %FLOW_OUTLINE_NONE at its end
 */
guint
flow_critical_path_next (const FlowCriticalPath *self, guint node, int direction)
{
  guint n = 0, wanted = NONE;
  const FlowPathPart *own = node != NONE ? flow_critical_path_of_node (self, node, &n) : NULL;
  gint64 best = 0;

  if (self->parts->len == 0)
    return NONE;
  if (own == NULL)
    return g_array_index (self->parts, FlowPathPart,
                          MIN (find_node (self, node == NONE ? 0 : node), self->parts->len - 1))
        .node;
  for (guint i = 0; i < self->parts->len; i++)
    {
      const FlowPathPart *part = &g_array_index (self->parts, FlowPathPart, i);
      gint64 ahead = (part->start_ns - own->start_ns) * direction;

      if ((i > 0 && part[-1].node == part->node) || ahead <= 0 || (wanted != NONE && ahead >= best))
        continue;
      best = ahead;
      wanted = part->node;
    }
  return wanted;
}
