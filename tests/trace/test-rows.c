/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "forest-test.h"
#include "trace/flow-trace-rows.h"

#define WORLDS 40
#define STEPS 60
#define NONE FLOW_OUTLINE_NONE

/* The rows as a list that only hears of changes has them, and what they must be. */
typedef struct
{
  FlowTraceRows *rows;
  GPtrArray *shadow; /* FlowOutlineRow, as a list view holds them */
  guint8 *matches;
  gboolean hiding;
  gboolean shown[FLOW_NODE_MISSING + 1];
} World;

static void
items_changed_cb (GListModel *model, guint position, guint removed, guint added, World *world)
{
  g_ptr_array_remove_range (world->shadow, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (world->shadow, (int) (position + i), g_list_model_get_item (model, position + i));
}

static void
world_init (World *world)
{
  *world = (World) { .rows = flow_trace_rows_new () };
  world->shadow = g_ptr_array_new_with_free_func (g_object_unref);
  world->shown[FLOW_NODE_SPAN] = world->shown[FLOW_NODE_MISSING] = world->shown[FLOW_NODE_LOG] = TRUE;
  g_signal_connect (world->rows, "items-changed", G_CALLBACK (items_changed_cb), world);
}

static void
world_clear (World *world)
{
  g_clear_pointer (&world->shadow, g_ptr_array_unref);
  g_clear_object (&world->rows);
  g_clear_pointer (&world->matches, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static gboolean
matches (World *world, const FlowOutlineNode *nodes, guint node)
{
  return world->matches != NULL && world->matches[node] && world->shown[nodes[node].kind];
}

/* The rule in words: what matches, what is above it, and the logs of a span that matches. */
static gboolean
is_kept (World *world, const FlowTraceOutline *outline, guint node)
{
  const FlowOutlineNode *nodes = outline->nodes;

  for (guint i = node; i < nodes[node].end; i++)
    if (matches (world, nodes, i))
      return TRUE;
  for (guint i = node; i < nodes[node].end; i++)
    if (nodes[i].kind == FLOW_NODE_LOG && nodes[i].parent != NONE && matches (world, nodes, nodes[i].parent))
      return TRUE;
  return FALSE;
}

static gboolean
is_visible (World *world, const FlowTraceOutline *outline, guint node)
{
  for (guint above = outline->nodes[node].parent; above != NONE; above = outline->nodes[above].parent)
    if (flow_trace_rows_is_folded (world->rows, above))
      return FALSE;
  return world->shown[outline->nodes[node].kind] && (!world->hiding || is_kept (world, outline, node));
}

static void
check (World *world)
{
  const FlowTraceOutline *outline = flow_trace_rows_get_outline (world->rows);
  guint position = 0;

  for (guint node = 0; node < outline->n_nodes; node++)
    {
      gboolean visible = is_visible (world, outline, node);

      g_assert_cmpuint (flow_trace_rows_find_node (world->rows, node), ==, visible ? position : NONE);
      if (!visible)
        continue;
      g_assert_cmpuint (flow_trace_rows_get_node (world->rows, position), ==, node);
      g_assert_cmpuint (position, <, world->shadow->len);
      g_assert_cmpuint (flow_outline_row_get_node (g_ptr_array_index (world->shadow, position)), ==, node);
      position++;
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (world->rows)), ==, position);
  g_assert_cmpuint (world->shadow->len, ==, position);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (world->rows), position));
}

static void
set_matches (World *world, GRand *random, guint nodes)
{
  g_clear_pointer (&world->matches, g_free);
  world->hiding = FALSE;
  if (g_rand_boolean (random))
    {
      world->matches = g_malloc0 (nodes + 1);
      for (guint i = 0; i < nodes; i++)
        world->matches[i] = g_rand_int_range (random, 0, 12) == 0;
      world->hiding = g_rand_boolean (random);
    }
  flow_trace_rows_set_matches (world->rows, world->matches, world->hiding);
}

static void
show_kind (World *world, GRand *random)
{
  FlowNodeKind kind = FLOW_NODE_LOG;

  world->shown[kind] = !world->shown[kind];
  flow_trace_rows_show_kind (world->rows, kind, world->shown[kind]);
  /* What matches is asked for anew, as rows of another kind may. */
  flow_trace_rows_set_matches (world->rows, world->matches, world->hiding);
}

static void
step (World *world, GRand *random, const Forest *forest)
{
  guint nodes = flow_trace_rows_get_outline (world->rows)->n_nodes;
  guint node = (guint) g_rand_int_range (random, 0, (gint32) nodes);
  gboolean flag = g_rand_boolean (random);

  switch (g_rand_int_range (random, 0, 9))
    {
    case 0:
      flow_trace_rows_fold_all (world->rows, flag);
      break;
    case 1:
      flow_trace_rows_fold_level (world->rows, flag);
      break;
    case 2:
      flow_trace_rows_fold_subtree (world->rows, node, flag);
      break;
    case 3:
      set_matches (world, random, nodes);
      break;
    case 4:
      show_kind (world, random);
      break;
    case 5:
      {
        guint position = flow_trace_rows_reveal (world->rows, node);

        g_assert_cmpuint (position, ==, flow_trace_rows_find_node (world->rows, node));
        g_assert_true (position != NONE || world->hiding || !world->shown[FLOW_NODE_LOG]);
        break;
      }
    case 6:
      {
        FlowTrace part = forest_part (forest, (guint) g_rand_int_range (random, 1, (gint32) forest->trace.n_spans + 1));
        g_autoptr (FlowTraceOutline) outline = flow_trace_outline_new (&part);

        flow_trace_rows_set_outline (world->rows, outline);
        g_clear_pointer (&world->matches, g_free);
        world->hiding = FALSE;
        break;
      }
    default:
      flow_trace_rows_fold (world->rows, node, flag);
      break;
    }
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (4318);

  for (guint i = 0; i < WORLDS; i++)
    {
      g_auto (Forest) forest = { 0 };
      g_auto (World) world = { 0 };
      g_autoptr (FlowTraceOutline) outline = NULL;

      world_init (&world);
      forest_init (&forest, random, (guint) g_rand_int_range (random, 1, 120),
                   (guint) g_rand_int_range (random, 0, 20));
      outline = flow_trace_outline_new (&forest.trace);
      flow_trace_rows_set_outline (world.rows, outline);
      check (&world);
      for (guint k = 0; k < STEPS; k++)
        {
          step (&world, random, &forest);
          check (&world);
        }
    }
}

static void
make_tree (Forest *forest, guint spans)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  forest_init (forest, random, 0, 0);
  for (guint i = 0; i < spans; i++)
    forest_add_span (forest, i + 1, i > 0 ? (i - 1) / 2 + 1 : 0, i, 100, "span");
}

/* What is folded stays so while spans arrive, and rows that do not change are not told of. */
static void
test_growth (void)
{
  g_auto (Forest) forest = { 0 };
  g_auto (World) world = { 0 };
  FlowTrace part;
  g_autoptr (FlowTraceOutline) before = NULL;
  g_autoptr (FlowTraceOutline) after = NULL;
  g_autoptr (GObject) first = NULL;
  guint folded;

  make_tree (&forest, 15);
  part = forest_part (&forest, 7);
  before = flow_trace_outline_new (&part);
  after = flow_trace_outline_new (&forest.trace);
  world_init (&world);
  flow_trace_rows_set_outline (world.rows, before);
  flow_trace_rows_fold (world.rows, flow_trace_outline_find_span (before, 2), TRUE);
  first = g_object_ref (g_ptr_array_index (world.shadow, 0));
  flow_trace_rows_set_outline (world.rows, after);
  folded = flow_trace_outline_find_span (after, 2);
  g_assert_true (flow_trace_rows_is_folded (world.rows, folded));
  g_assert_true (g_ptr_array_index (world.shadow, 0) == first);
  check (&world);
}

static void
test_matches (void)
{
  g_auto (Forest) forest = { 0 };
  g_auto (World) world = { 0 };
  g_autoptr (FlowTraceOutline) outline = NULL;
  guint8 found[15] = { 0 };

  make_tree (&forest, 15);
  outline = flow_trace_outline_new (&forest.trace);
  world_init (&world);
  flow_trace_rows_set_outline (world.rows, outline);
  g_assert_cmpuint (flow_trace_rows_next_match (world.rows, 0, 1), ==, NONE);
  found[3] = found[9] = 1;
  flow_trace_rows_set_matches (world.rows, found, FALSE);
  g_assert_cmpuint (flow_trace_rows_get_n_matches (world.rows), ==, 2);
  g_assert_cmpuint (flow_trace_rows_next_match (world.rows, NONE, 1), ==, 3);
  g_assert_cmpuint (flow_trace_rows_next_match (world.rows, 3, 1), ==, 9);
  g_assert_cmpuint (flow_trace_rows_next_match (world.rows, 9, 1), ==, 3);
  g_assert_cmpuint (flow_trace_rows_next_match (world.rows, 3, -1), ==, 9);
  g_assert_cmpuint (flow_trace_rows_match_ordinal (world.rows, 9), ==, 2);
  g_assert_cmpuint (flow_trace_rows_match_ordinal (world.rows, 4), ==, 0);
}

/* While a filter hides, everything that matches is seen; then the old folding comes back. */
static void
test_filter_unfolds (void)
{
  g_auto (Forest) forest = { 0 };
  g_auto (World) world = { 0 };
  g_autoptr (FlowTraceOutline) outline = NULL;
  guint8 found[15] = { 0 };

  make_tree (&forest, 15);
  outline = flow_trace_outline_new (&forest.trace);
  world_init (&world);
  flow_trace_rows_set_outline (world.rows, outline);
  flow_trace_rows_fold_all (world.rows, TRUE);
  g_assert_cmpuint (world.shadow->len, ==, 1);
  found[14] = 1;
  flow_trace_rows_set_matches (world.rows, found, TRUE);
  g_assert_cmpuint (world.shadow->len, ==, outline->depths[14] + 1);
  flow_trace_rows_set_matches (world.rows, NULL, FALSE);
  g_assert_cmpuint (world.shadow->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/rows/random", test_random);
  g_test_add_func ("/trace/rows/growth", test_growth);
  g_test_add_func ("/trace/rows/matches", test_matches);
  g_test_add_func ("/trace/rows/filter-unfolds", test_filter_unfolds);
  return g_test_run ();
}
