/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "trace/flow-trace-tree.h"

typedef struct
{
  guint64 id;
  guint64 parent;
} Pair;

/* One line a row: the span's id, its depth, '.' for the last sibling, and its mark. */
static char *
draw (const Pair *pairs, gsize n)
{
  g_autofree FlowTraceSpan *spans = g_new0 (FlowTraceSpan, n);
  FlowTrace trace = { .spans = spans, .n_spans = n };
  g_autoptr (GArray) rows = NULL;
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    {
      spans[i].span_id = pairs[i].id;
      spans[i].parent_id = pairs[i].parent;
    }
  rows = flow_trace_tree_build (&trace);
  g_assert_cmpuint (rows->len, ==, n);
  for (guint i = 0; i < rows->len; i++)
    {
      const FlowTreeRow *row = &g_array_index (rows, FlowTreeRow, i);

      g_string_append_printf (text, "%s%" G_GUINT64_FORMAT "@%u%s%s", i > 0 ? " " : "", spans[row->span].span_id,
                              row->depth, row->last ? "." : "",
                              row->mark == FLOW_TREE_ORPHAN  ? "?"
                              : row->mark == FLOW_TREE_CYCLE ? "o"
                                                             : "");
    }
  return g_string_free (text, FALSE);
}

#define CHECK(wanted, ...)                                       \
  G_STMT_START                                                   \
  {                                                              \
    const Pair pairs[] = { __VA_ARGS__ };                        \
    g_autofree char *drawn = draw (pairs, G_N_ELEMENTS (pairs)); \
                                                                 \
    g_assert_cmpstr (drawn, ==, wanted);                         \
  }                                                              \
  G_STMT_END

static void
test_shapes (void)
{
  CHECK ("1@0.", { 1, 0 });
  CHECK ("1@0. 2@1 4@2. 3@1.", { 1, 0 }, { 2, 1 }, { 3, 1 }, { 4, 2 });
  /* children before parents, as exporters send them */
  CHECK ("1@0. 2@1. 3@2.", { 3, 2 }, { 2, 1 }, { 1, 0 });
  CHECK ("1@0 2@0.", { 1, 0 }, { 2, 0 });
}

static void
test_orphans (void)
{
  CHECK ("2@0? 3@1. 5@0.?", { 2, 9 }, { 3, 2 }, { 5, 8 });
}

static void
test_cycles (void)
{
  CHECK ("1@0.o", { 1, 1 });
  CHECK ("1@0.o 2@1.", { 1, 2 }, { 2, 1 });
  CHECK ("7@0. 1@0.o 3@1. 2@2.", { 1, 2 }, { 2, 3 }, { 3, 1 }, { 7, 0 });
}

static void
test_shared_ids (void)
{
  CHECK ("1@0. 2@1 3@2. 2@1.", { 1, 0 }, { 2, 1 }, { 2, 1 }, { 3, 2 });
}

static void
test_deep (void)
{
  gsize n = 100000;
  g_autofree Pair *pairs = g_new (Pair, n);
  g_autofree char *drawn = NULL;

  for (gsize i = 0; i < n; i++)
    pairs[i] = (Pair) { i + 1, i };
  drawn = draw (pairs, n);
  g_assert_true (g_str_has_suffix (drawn, "100000@99999."));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cli/trace-tree/shapes", test_shapes);
  g_test_add_func ("/cli/trace-tree/orphans", test_orphans);
  g_test_add_func ("/cli/trace-tree/cycles", test_cycles);
  g_test_add_func ("/cli/trace-tree/shared-ids", test_shared_ids);
  g_test_add_func ("/cli/trace-tree/deep", test_deep);
  return g_test_run ();
}
