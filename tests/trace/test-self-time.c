/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

#include "trace/flow-self-time.h"

static TestSpan
span (guint64 id, guint64 parent, guint64 start, guint64 end)
{
  TestSpan made = test_span (1, id);

  made.parent_id = parent;
  made.start_ns = 1000 + start;
  made.end_ns = 1000 + end;
  return made;
}

static void
test_children (void)
{
  TestSpan spans[] = {
    span (1, 0, 0, 100),   span (2, 1, 10, 30), span (3, 1, 20, 40), /* at the same time */
    span (4, 1, 90, 150),                                            /* goes on after it */
    span (5, 1, 200, 300),                                           /* not during it */
    span (6, 2, 12, 14),                                             /* of a child */
    span (7, 1, 60, 50),                                             /* ends before it starts */
  };
  static const gint64 own[] = { 60, 18, 20, 60, 100, 2, 0 };
  g_autoptr (FlowTrace) trace = NULL;
  TestStore store;

  test_store_init (&store);
  test_store_spans (&store, spans, G_N_ELEMENTS (spans));
  trace = test_store_load (&store, 1);
  g_assert_cmpuint (trace->n_spans, ==, G_N_ELEMENTS (spans));
  for (gsize i = 0; i < trace->n_spans; i++)
    {
      guint64 id = trace->spans[i].span_id;

      g_test_message ("%" G_GUINT64_FORMAT, id);
      g_assert_cmpint (flow_trace_self_time (trace, i), ==, own[id - 1]);
    }
  test_store_clear (&store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/self-time/children", test_children);
  return g_test_run ();
}
