/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "forest-test.h"
#include "trace/flow-critical-path.h"
#include "trace/flow-trace-lanes.h"

#define FORESTS 150
#define SPANS 300
#define LOGS 40
#define NONE FLOW_OUTLINE_NONE

static void
check_shape (const FlowTraceOutline *outline)
{
  const FlowOutlineNode *nodes = outline->nodes;
  gint64 end_ns = 0;

  for (guint i = 0; i < outline->n_nodes; i++)
    {
      guint parent = nodes[i].parent, below = i + 1;

      g_assert_true (parent == NONE ? outline->depths[i] == 0
                                    : parent < i && outline->depths[i] == outline->depths[parent] + 1 &&
                                          nodes[i].end <= nodes[parent].end);
      while (below < outline->n_nodes && outline->depths[below] > outline->depths[i])
        below++;
      g_assert_cmpuint (nodes[i].end, ==, below);
      g_assert_cmpint (nodes[i].start_ns, >=, 0);
      g_assert_cmpint (nodes[i].length_ns, >=, 0);
      if (nodes[i].end < outline->n_nodes && nodes[nodes[i].end].parent == parent)
        g_assert_cmpint (nodes[i].start_ns, <=, nodes[nodes[i].end].start_ns);
      end_ns = MAX (end_ns, flow_outline_node_end_ns (&nodes[i]));
    }
  g_assert_cmpint (outline->length_ns, ==, end_ns);
}

/* Each span and each record is there once, and has its facts. */
static void
check_contents (const FlowTraceOutline *outline, const FlowTrace *trace)
{
  g_autofree guint8 *spans = g_malloc0 (trace->n_spans + 1);
  g_autofree guint8 *logs = g_malloc0 (trace->n_logs + 1);

  for (guint i = 0; i < outline->n_nodes; i++)
    {
      const FlowOutlineNode *node = &outline->nodes[i];

      if (node->kind == FLOW_NODE_SPAN)
        {
          const FlowTraceSpan *span = &trace->spans[outline->sources[i]];

          g_assert_cmpuint (spans[outline->sources[i]]++, ==, 0);
          g_assert_cmpuint (node->id, ==, span->span_id);
          g_assert_cmpstr (flow_trace_outline_name (outline, i), ==, span->name.data);
          g_assert_cmpstr (flow_trace_outline_service (outline, i), ==, span->service.data);
          g_assert_cmpuint (outline->start_ns + (guint64) node->start_ns, ==, span->start_ns);
          g_assert_cmpint (node->length_ns, ==, MAX (0, span->duration_ns));
          g_assert_cmpint (!!(node->flags & FLOW_NODE_NEGATIVE), ==, span->duration_ns < 0);
          g_assert_cmpint (!!(node->flags & FLOW_NODE_ERROR), ==, !!(span->flags & FLOW_SPAN_ERROR));
        }
      else if (node->kind == FLOW_NODE_LOG)
        g_assert_cmpuint (logs[outline->sources[i]]++, ==, 0);
    }
  g_assert_cmpuint (outline->n_spans, ==, trace->n_spans);
  g_assert_cmpuint (outline->n_logs, ==, trace->n_logs);
}

/* A node stands below the span that it names, below the place of a missing one, or on top when it would be its own
 * ancestor. */
static void
check_parents (const FlowTraceOutline *outline, const FlowTrace *trace)
{
  const FlowOutlineNode *nodes = outline->nodes;

  for (guint i = 0; i < outline->n_nodes; i++)
    {
      guint64 wanted = nodes[i].kind == FLOW_NODE_SPAN  ? trace->spans[outline->sources[i]].parent_id
                       : nodes[i].kind == FLOW_NODE_LOG ? trace->logs[outline->sources[i]].span_id
                                                        : 0;

      if (nodes[i].kind == FLOW_NODE_MISSING)
        {
          g_assert_cmpuint (flow_trace_outline_find_span (outline, nodes[i].id), ==, NONE);
          g_assert_cmpuint (nodes[i].end, >, i + 1);
        }
      else if (nodes[i].flags & FLOW_NODE_CYCLE || wanted == 0)
        g_assert_cmpuint (nodes[i].parent, ==, NONE);
      else
        g_assert_cmpuint (nodes[nodes[i].parent].id, ==, wanted);
    }
}

static void
check_errors (const FlowTraceOutline *outline)
{
  for (guint i = 0; i < outline->n_nodes; i++)
    {
      guint spans = 0, any = 0;

      for (guint below = i + 1; below < outline->nodes[i].end; below++)
        if (outline->nodes[below].flags & FLOW_NODE_ERROR)
          {
            any++;
            spans += outline->nodes[below].kind == FLOW_NODE_SPAN;
          }
      g_assert_cmpint (!!(outline->nodes[i].flags & FLOW_NODE_ERROR_BELOW), ==, any > 0);
      g_assert_cmpuint (flow_trace_outline_count_errors (outline, i), ==, spans);
    }
}

static void
check_marks (const FlowTraceOutline *outline)
{
  guint sum = 0, top = 0;

  for (guint i = 0; i < outline->n_nodes; i++)
    {
      guint n;
      const guint32 *marks = flow_trace_outline_marks (outline, i, &n);

      for (guint k = 0; k < n; k++)
        {
          g_assert_cmpuint (outline->nodes[marks[k]].parent, ==, i);
          g_assert_true (k == 0 || outline->nodes[marks[k - 1]].start_ns <= outline->nodes[marks[k]].start_ns);
        }
      sum += n;
      top += outline->nodes[i].kind == FLOW_NODE_LOG && outline->nodes[i].parent == NONE;
    }
  g_assert_cmpuint (sum + top, ==, outline->n_logs + outline->n_events);
}

static int
compare_parts (gconstpointer a, gconstpointer b)
{
  const FlowPathPart *left = a, *right = b;

  return left->start_ns < right->start_ns ? -1 : left->start_ns > right->start_ns;
}

static void
check_no_overlap (const GArray *parts)
{
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (FlowPathPart));

  g_array_append_vals (sorted, parts->data, parts->len);
  g_array_sort (sorted, compare_parts);
  for (guint i = 1; i < sorted->len; i++)
    g_assert_cmpint (g_array_index (sorted, FlowPathPart, i - 1).end_ns, ==,
                     g_array_index (sorted, FlowPathPart, i).start_ns);
}

/* The parts fill the time of one tree without a gap, and each lies within its span. */
static void
check_path (FlowTraceOutline *outline)
{
  g_autoptr (FlowCriticalPath) path = flow_critical_path_new (outline);
  gint64 longest = 0, sum = 0;

  flow_critical_path_mark (path, outline);
  for (guint i = 0; i < outline->n_nodes; i = outline->nodes[i].end)
    longest = MAX (longest, outline->nodes[i].length_ns);
  for (guint i = 0; i < path->parts->len; i++)
    {
      const FlowPathPart *part = &g_array_index (path->parts, FlowPathPart, i);
      const FlowOutlineNode *node = &outline->nodes[part->node];
      guint n;

      g_assert_cmpint (part->start_ns, <, part->end_ns);
      g_assert_cmpint (part->start_ns, >=, node->start_ns);
      g_assert_cmpint (part->end_ns, <=, flow_outline_node_end_ns (node));
      g_assert_true (i == 0 || part[-1].node < part->node || part[-1].end_ns <= part->start_ns);
      g_assert_true (node->flags & FLOW_NODE_CRITICAL);
      g_assert_nonnull (flow_critical_path_of_node (path, part->node, &n));
      sum += part->end_ns - part->start_ns;
    }
  g_assert_cmpint (sum, ==, longest);
  check_no_overlap (path->parts);
}

static double
to_x (double ns, double from, double to, double pixels)
{
  return (ns - from) / (to - from) * pixels;
}

/* No more boxes than a frame can draw, side by side in their lanes, and no error is lost. */
static void
check_lanes (FlowTraceOutline *outline, double from, double to, double pixels)
{
  g_autoptr (FlowTraceLanes) lanes = flow_trace_lanes_new (outline);
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (FlowLaneBox));
  guint sum = 0;

  flow_trace_lanes_fold (lanes, from, to, pixels, boxes);
  g_assert_cmpuint (boxes->len, <=, FLOW_LANES_BOXES);
  for (guint i = 0; i < boxes->len; i++)
    {
      const FlowLaneBox *box = &g_array_index (boxes, FlowLaneBox, i);

      sum += box->count;
      g_assert_cmpuint (box->lane, <, flow_trace_lanes_get_n_lanes (lanes));
      g_assert_cmpfloat (box->x, >=, 0);
      g_assert_cmpfloat (box->x, <, pixels);
      if (i > 0 && box[-1].lane == box->lane)
        g_assert_cmpfloat (box[-1].x, <=, box->x);
    }
  if (from <= 0 && to >= (double) outline->length_ns * 1.01 + 1)
    g_assert_cmpuint (sum, ==, outline->n_spans - flow_trace_lanes_get_n_hidden (lanes));
  for (guint i = 0; i < outline->n_nodes && flow_trace_lanes_get_n_hidden (lanes) == 0; i++)
    {
      const FlowOutlineNode *node = &outline->nodes[i];
      double x = to_x ((double) node->start_ns, from, to, pixels);
      gboolean seen = FALSE;

      if (node->kind != FLOW_NODE_SPAN || !(node->flags & FLOW_NODE_ERROR) || x < 1 || x > pixels - 2)
        continue;
      for (guint k = 0; k < boxes->len && !seen; k++)
        {
          const FlowLaneBox *box = &g_array_index (boxes, FlowLaneBox, k);

          seen = box->error && x >= box->x - 1 && x <= box->x + box->width + 1;
        }
      g_assert_true (seen);
    }
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (31847);

  for (guint i = 0; i < FORESTS; i++)
    {
      g_auto (Forest) forest = { 0 };
      g_autoptr (FlowTraceOutline) outline = NULL;
      double length, from;

      forest_init (&forest, random, (guint) g_rand_int_range (random, 1, SPANS),
                   (guint) g_rand_int_range (random, 0, LOGS));
      outline = flow_trace_outline_new (&forest.trace);
      check_shape (outline);
      check_contents (outline, &forest.trace);
      check_parents (outline, &forest.trace);
      check_errors (outline);
      check_marks (outline);
      check_path (outline);
      length = (double) outline->length_ns;
      from = g_rand_double (random) * length;
      check_lanes (outline, 0, length * 1.02 + 2, 800);
      check_lanes (outline, 0, length * 1.02 + 2, 7);
      check_lanes (outline, from, from + g_rand_double (random) * length + 10, 800);
    }
}

static void
test_empty (void)
{
  FlowTrace trace = { 0 };
  g_autoptr (FlowTraceOutline) outline = flow_trace_outline_new (&trace);
  g_autoptr (FlowCriticalPath) path = flow_critical_path_new (outline);

  g_assert_cmpuint (outline->n_nodes, ==, 0);
  g_assert_cmpuint (path->parts->len, ==, 0);
  g_assert_cmpuint (flow_critical_path_next (path, NONE, 1), ==, NONE);
  check_lanes (outline, 0, 10, 100);
}

/* The order of siblings, and an orphan's place. */
static char *
draw (const FlowTraceOutline *outline)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < outline->n_nodes; i++)
    g_string_append_printf (text, "%s%s%" G_GUINT64_FORMAT "@%u", i > 0 ? " " : "",
                            outline->nodes[i].kind == FLOW_NODE_LOG       ? "log"
                            : outline->nodes[i].kind == FLOW_NODE_MISSING ? "?"
                                                                          : "",
                            outline->nodes[i].id, outline->depths[i]);
  return g_string_free (text, FALSE);
}

static void
test_places (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_auto (Forest) forest = { 0 };
  g_autoptr (FlowTraceOutline) outline = NULL;
  g_autofree char *text = NULL;

  forest_init (&forest, random, 0, 0);
  forest_add_span (&forest, 3, 1, 30, 10, "later child");
  forest_add_span (&forest, 2, 1, 20, 5, "earlier child");
  forest_add_span (&forest, 1, 0, 10, 50, "root");
  forest_add_span (&forest, 8, 99, 40, 10, "orphan");
  forest_add_span (&forest, 9, 99, 35, 5, "its sibling");
  forest_add_log (&forest, 1, 25, "between the children");
  forest_add_log (&forest, 0, 5, "of no span");
  outline = flow_trace_outline_new (&forest.trace);
  text = draw (outline);
  g_assert_cmpstr (text, ==, "log0@0 1@0 2@1 log1@1 3@1 ?99@0 9@1 8@1");
  g_assert_cmpint (outline->nodes[5].start_ns, ==, 30);
  g_assert_cmpint (outline->nodes[5].length_ns, ==, 15);
}

static void
test_skew (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_auto (Forest) forest = { 0 };
  g_autoptr (FlowTraceOutline) outline = NULL;

  forest_init (&forest, random, 0, 0);
  forest_add_span (&forest, 1, 0, 100, 50, "root");
  forest_add_span (&forest, 2, 1, 90, 5, "before its parent");
  outline = flow_trace_outline_new (&forest.trace);
  g_assert_false (outline->nodes[0].flags & FLOW_NODE_SKEW);
  g_assert_true (outline->nodes[1].flags & FLOW_NODE_SKEW);
}

/* Times at both ends of what 64 bits hold, and a name that is longer than any screen and no UTF-8. */
static void
test_extremes (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_auto (Forest) forest = { 0 };
  g_autoptr (FlowTraceOutline) outline = NULL;
  g_autofree char *long_name = g_strnfill (10000, 'x');

  long_name[300] = (char) 0xff;
  forest_init (&forest, random, 0, 0);
  forest_add_span (&forest, 1, 0, 0, G_MAXINT64, long_name);
  forest_add_span (&forest, 2, 1, 0, G_MININT64, "the shortest");
  forest_add_span (&forest, 3, 2, 0, 10, "usual");
  g_array_index (forest.spans, FlowTraceSpan, 1).start_ns = G_MAXUINT64;
  g_array_index (forest.spans, FlowTraceSpan, 2).start_ns = 0;
  outline = flow_trace_outline_new (&forest.trace);
  check_shape (outline);
  check_path (outline);
  check_lanes (outline, 0, (double) outline->length_ns * 1.02, 500);
  g_assert_true (g_utf8_validate (flow_trace_outline_name (outline, 0), -1, NULL));
  g_assert_cmpuint (strlen (flow_trace_outline_name (outline, 0)), ==, 300);
}

/* A record without a time is shown where its span begins. */
static void
test_undated (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_auto (Forest) forest = { 0 };
  g_autoptr (FlowTraceOutline) outline = NULL;

  forest_init (&forest, random, 0, 0);
  forest_add_span (&forest, 1, 0, 1000, 100, "root");
  forest_add_span (&forest, 2, 1, 1020, 50, "child");
  forest_add_log (&forest, 2, 1030, "at some time");
  g_array_index (forest.logs, FlowTraceLog, 0).time_ns = 0;
  outline = flow_trace_outline_new (&forest.trace);
  g_assert_cmpuint (outline->start_ns, ==, g_array_index (forest.spans, FlowTraceSpan, 0).start_ns);
  g_assert_cmpint (outline->length_ns, ==, 100);
  g_assert_cmpint (outline->nodes[2].kind, ==, FLOW_NODE_LOG);
  g_assert_cmpint (outline->nodes[2].start_ns, ==, 20);
}

static void
test_deep (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_auto (Forest) forest = { 0 };
  g_autoptr (FlowTraceOutline) outline = NULL;
  g_autoptr (FlowCriticalPath) path = NULL;
  g_autoptr (FlowTraceLanes) lanes = NULL;
  guint n = 100000;

  forest_init (&forest, random, 0, 0);
  for (guint i = 0; i < n; i++)
    forest_add_span (&forest, i + 1, i, i, 2 * (gint64) (n - i), "deep");
  outline = flow_trace_outline_new (&forest.trace);
  g_assert_cmpuint (outline->n_nodes, ==, n);
  g_assert_cmpuint (outline->depths[n - 1], ==, n - 1);
  path = flow_critical_path_new (outline);
  g_assert_cmpuint (path->parts->len, >, 0);
  lanes = flow_trace_lanes_new (outline);
  g_assert_cmpuint (flow_trace_lanes_get_n_lanes (lanes), ==, FLOW_LANES_MAX);
  g_assert_cmpuint (flow_trace_lanes_get_n_hidden (lanes), ==, n - FLOW_LANES_MAX);
}

/* Along the path in time, and back. */
static void
test_path_steps (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_auto (Forest) forest = { 0 };
  g_autoptr (FlowTraceOutline) outline = NULL;
  g_autoptr (FlowCriticalPath) path = NULL;

  forest_init (&forest, random, 0, 0);
  forest_add_span (&forest, 1, 0, 0, 100, "root");
  forest_add_span (&forest, 2, 1, 0, 40, "first");
  forest_add_span (&forest, 3, 1, 10, 20, "beside the path");
  forest_add_span (&forest, 4, 1, 40, 60, "second");
  outline = flow_trace_outline_new (&forest.trace);
  path = flow_critical_path_new (outline);
  g_assert_cmpuint (path->parts->len, ==, 2);
  g_assert_cmpuint (flow_critical_path_next (path, 1, 1), ==, 3);
  g_assert_cmpuint (flow_critical_path_next (path, 3, 1), ==, NONE);
  g_assert_cmpuint (flow_critical_path_next (path, 3, -1), ==, 1);
  g_assert_cmpuint (flow_critical_path_next (path, NONE, 1), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/outline/random", test_random);
  g_test_add_func ("/trace/outline/empty", test_empty);
  g_test_add_func ("/trace/outline/places", test_places);
  g_test_add_func ("/trace/outline/skew", test_skew);
  g_test_add_func ("/trace/outline/extremes", test_extremes);
  g_test_add_func ("/trace/outline/undated", test_undated);
  g_test_add_func ("/trace/outline/deep", test_deep);
  g_test_add_func ("/trace/outline/path-steps", test_path_steps);
  return g_test_run ();
}
