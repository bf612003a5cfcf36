/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "query-world.h"
#include "trace/flow-outline-builder.h"
#include "trace/flow-trace-part.h"

/* Parts of a trace are what the whole says they are. */

static void
check_outline (const FlowTraceOutline *part, const FlowTraceOutline *whole)
{
  g_assert_null (part->sources);
  g_assert_cmpuint (part->number, ==, whole->number);
  g_assert_cmpmem (part->trace_id, 16, whole->trace_id, 16);
  g_assert_cmpuint (part->start_ns, ==, whole->start_ns);
  g_assert_cmpint (part->length_ns, ==, whole->length_ns);
  g_assert_cmpuint (part->n_nodes, ==, whole->n_nodes);
  g_assert_cmpuint (part->n_errors, ==, whole->n_errors);
  for (guint i = 0; i < whole->n_nodes; i++)
    {
      guint other = whole->nodes[i].kind == FLOW_NODE_SPAN ? flow_trace_outline_find_span (part, whole->nodes[i].id)
                                                           : FLOW_OUTLINE_NONE;

      if (other == FLOW_OUTLINE_NONE)
        continue;
      g_assert_cmpint (part->nodes[other].start_ns, ==, whole->nodes[i].start_ns);
      g_assert_cmpint (part->nodes[other].length_ns, ==, whole->nodes[i].length_ns);
      g_assert_cmpuint (part->depths[other], ==, whole->depths[i]);
      g_assert_cmpstr (flow_trace_outline_name (part, other), ==, flow_trace_outline_name (whole, i));
      g_assert_cmpstr (flow_trace_outline_service (part, other), ==, flow_trace_outline_service (whole, i));
    }
}

static void
check_span (World *world, const FlowTrace *trace, const FlowTraceSpan *span)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTrace) part = flow_trace_reader_load_span (world->reader, trace->info->trace_id, span->span_id, NULL,
                                                            &error);

  g_assert_no_error (error);
  g_assert_cmpuint (part->n_spans, ==, 1);
  g_assert_cmpuint (part->spans->span_id, ==, span->span_id);
  g_assert_cmpmem (part->spans->name.data, part->spans->name.length, span->name.data, span->name.length);
  g_assert_cmpuint (part->spans->extra_length, ==, span->extra_length);
  for (gsize i = 0; i < part->n_logs; i++)
    g_assert_cmpuint (part->logs[i].span_id, ==, span->span_id);
}

static void
check_trace (World *world, guint number)
{
  g_autoptr (FlowTrace) trace = test_store_load (&world->store, number);
  g_autoptr (FlowTraceInfo) info = NULL;
  g_autoptr (FlowTraceOutline) whole = NULL;
  g_autoptr (FlowTraceOutline) part = NULL;
  g_autoptr (GError) error = NULL;

  if (trace == NULL)
    return;
  whole = flow_trace_outline_new (trace);
  part = flow_trace_reader_load_outline (world->reader, trace->info->trace_id, NULL, &error);
  g_assert_no_error (error);
  check_outline (part, whole);
  info = flow_trace_reader_load_info (world->reader, trace->info->trace_id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (info->spans, ==, trace->n_spans);
  for (gsize i = 0; i < trace->n_spans; i += 3)
    check_span (world, trace, &trace->spans[i]);
}

static void
test_same (void)
{
  World world = { 0 };

  query_world_init (&world, 8071);
  for (guint i = 0; i < 60; i++)
    check_trace (&world, 1 + query_world_pick (&world, TRACES));
  query_world_clear (&world);
}

static void
test_absent (void)
{
  World world = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTrace) trace = NULL;
  g_autoptr (FlowTrace) nothing = NULL;
  const guint8 *nobody = (const guint8 *) "no trace has it.";
  guint8 id[16];

  query_world_init (&world, 4001);
  g_assert_null (flow_trace_reader_load_info (world.reader, nobody, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (flow_trace_reader_load_outline (world.reader, nobody, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (flow_trace_reader_load_span (world.reader, nobody, 1, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  test_trace_id (world.spans[0].trace, id);
  trace = flow_trace_reader_load_span (world.reader, id, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trace->n_spans, ==, 0);
  nothing = flow_trace_reader_load_span (world.reader, id, 0xfeedfacefeedface, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (nothing->n_spans, ==, 0);
  query_world_clear (&world);
}

static void
test_cancelled (void)
{
  World world = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint8 id[16];

  query_world_init (&world, 1);
  g_cancellable_cancel (cancellable);
  test_trace_id (world.spans[0].trace, id);
  g_assert_null (flow_trace_reader_load_outline (world.reader, id, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  query_world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/part/same", test_same);
  g_test_add_func ("/trace/part/absent", test_absent);
  g_test_add_func ("/trace/part/cancelled", test_cancelled);
  return g_test_run ();
}
