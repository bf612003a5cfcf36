/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

/* Whatever is sent, sealed, merged, erased, killed and opened again in whatever order: the store holds what a simple
 * model says. */

#define SERVICES 3
#define NAMES 4

typedef struct
{
  TestStore store;
  TestModel model;
  GRand *random;
  GArray *sent; /* TestSpan: everything that was ever sent */
  guint traces;
  FlowTraceReader *reader; /* one that lives through everything */
} World;

static guint
pick (World *world, guint limit)
{
  return (guint) g_rand_int_range (world->random, 0, (gint32) limit);
}

static const char *
maybe (World *world, const char *text)
{
  return pick (world, 3) == 0 ? test_text ("%s %u", text, pick (world, 5)) : NULL;
}

static TestSpan
fresh_span (World *world, guint trace)
{
  TestSpan span = test_span (trace, 1 + pick (world, 4000));

  span.start_ns += world->sent->len; /* so that no two have the same */
  span.end_ns = span.start_ns + pick (world, 100000);
  span.parent_id = pick (world, 4) == 0 ? 0 : 1 + pick (world, 4000);
  span.name = test_text ("name %u", pick (world, NAMES));
  span.service = test_text ("service-%u", pick (world, SERVICES));
  span.host = maybe (world, "host");
  span.scope = maybe (world, "scope");
  span.file = maybe (world, "/src/file");
  span.line = span.file != NULL ? pick (world, 100) : 0;
  span.event = maybe (world, "event");
  span.status_message = maybe (world, "message");
  span.kind = (guint8) pick (world, 6);
  span.status = (guint8) pick (world, 3);
  span.error = span.status == 2;
  for (guint i = 0; i < pick (world, TEST_ATTRIBUTES + 1); i++)
    span.attributes[i] = (TestAttribute) { test_text ("key%u", pick (world, 6)),
                                           (FlowValueType) pick (world, 8),
                                           test_text ("value %u", pick (world, 1000)),
                                           (gint64) g_rand_int (world->random) - G_MAXINT32,
                                           g_rand_double (world->random) };
  return span;
}

/* One that was sent before: the same, or with another end and another name. */
static TestSpan
old_span (World *world)
{
  TestSpan span = g_array_index (world->sent, TestSpan, pick (world, world->sent->len));

  switch (pick (world, 4))
    {
    case 0:
      span.end_ns += 1 + pick (world, 1000);
      span.name = test_text ("later %u", pick (world, NAMES));
      span.error = !span.error;
      span.event = maybe (world, "late event");
      break;
    case 1:
      span.end_ns -= MIN (span.end_ns - span.start_ns, 5);
      break;
    case 2:
      span.kind = (guint8) ((span.kind + 1) % 6); /* shared ids: another span */
      span.start_ns += pick (world, 2);
      span.end_ns += 1;
      break;
    default:
      break;
    }
  return span;
}

static void
take (World *world, guint count)
{
  g_autofree TestSpan *spans = g_new (TestSpan, count);

  for (guint i = 0; i < count; i++)
    {
      if (world->sent->len > 0 && pick (world, 3) == 0)
        spans[i] = old_span (world);
      else
        spans[i] = fresh_span (world, 1 + pick (world, world->traces));
      g_array_append_val (world->sent, spans[i]);
    }
  test_store_spans (&world->store, spans, count);
  test_model_take (&world->model, spans, count);
}

static void
erase_one (World *world)
{
  guint trace = 1 + pick (world, world->traces);
  gboolean known = g_hash_table_contains (world->model.traces, GUINT_TO_POINTER (trace));
  g_autoptr (GError) error = NULL;
  guint8 id[16];

  test_trace_id (trace, id);
  g_assert_cmpint (flow_trace_store_erase_trace (world->store.traces, id, &error), ==, known);
  if (!known)
    g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  else
    g_assert_no_error (error);
  test_model_erase (&world->model, trace);
}

static void
forget_sets (World *world)
{
  flow_span_sets_clear (world->store.traces->sets);
}

static gboolean
forget_sets_run (sqlite3 *db, gpointer data, GError **error)
{
  forget_sets (data);
  return TRUE;
}

static void
open_reader (World *world)
{
  g_clear_pointer (&world->reader, flow_trace_reader_free);
  world->reader = test_store_reader (&world->store);
}

static void
encrypt (World *world)
{
  g_autoptr (FlowVault) vault = flow_vault_new ();
  g_autoptr (GError) error = NULL;

  flow_vault_publish (vault);
  flow_trace_store_encrypt (world->store.traces, vault, &error);
  g_assert_no_error (error);
}

static void
decrypt (World *world)
{
  g_autoptr (GError) error = NULL;

  flow_trace_store_decrypt (world->store.traces, &error);
  g_assert_no_error (error);
}

static void
step (World *world)
{
  switch (pick (world, 32))
    {
    case 0:
      test_store_seal (&world->store);
      break;
    case 1:
    case 2:
      test_store_seal (&world->store);
      while (test_store_merge (&world->store))
        ;
      break;
    case 3:
      erase_one (world);
      break;
    case 4:
      g_clear_pointer (&world->reader, flow_trace_reader_free);
      test_store_reopen (&world->store);
      break;
    case 5:
      g_clear_pointer (&world->reader, flow_trace_reader_free);
      test_store_crash (&world->store);
      break;
    case 6:
      test_store_adopt (&world->store);
      break;
    case 7:
      test_store_run (&world->store, forget_sets_run, world);
      break;
    case 8:
      take (world, 300);
      break;
    case 9:
      encrypt (world);
      break;
    case 10:
      decrypt (world);
      break;
    case 11:
      test_store_convert_all (&world->store);
      break;
    case 12:
    case 13:
    case 14:
      test_store_convert (&world->store);
      break;
    default:
      take (world, 1 + pick (world, 20));
      break;
    }
}

static void
world_init (World *world, guint32 seed, guint traces)
{
  *world = (World) { .traces = traces };
  test_store_init (&world->store);
  test_model_init (&world->model);
  world->random = g_rand_new_with_seed (seed);
  world->sent = g_array_new (FALSE, FALSE, sizeof (TestSpan));
}

static void
world_clear (World *world)
{
  g_clear_pointer (&world->reader, flow_trace_reader_free);
  test_store_clear (&world->store);
  test_model_clear (&world->model);
  g_rand_free (world->random);
  g_array_unref (world->sent);
}

static void
compare (World *world)
{
  g_autoptr (FlowTraceReader) reader = test_store_reader (&world->store);

  test_model_compare (&world->model, reader);
  if (world->reader == NULL)
    open_reader (world);
  test_model_compare (&world->model, world->reader);
}

static void
test_random (gconstpointer data)
{
  guint steps = g_test_slow () ? 400 : TEST_SLOW_BUILD ? 40 : 120;
  World world;

  world_init (&world, (guint32) GPOINTER_TO_UINT (data), 12);
  for (guint i = 0; i < steps; i++)
    {
      step (&world);
      compare (&world);
    }
  world_clear (&world);
}

static void
check_segments (TestStore *store, gint64 segments, gint64 parts, gint64 rows)
{
  g_assert_cmpint (test_store_number (store, "SELECT count(*) FROM segment WHERE signal = 0 AND state = 1"), ==,
                   segments);
  g_assert_cmpint (test_store_number (store, "SELECT count(*) FROM segment WHERE signal = 0 AND state = 0"), ==, parts);
  g_assert_cmpint (test_store_number (store, "SELECT sum(n) FROM segment WHERE signal = 0"), ==, rows);
  g_assert_cmpint (test_store_number (store, "SELECT count(*) FROM segment_data"), ==, segments + parts);
}

static TestSpan *
many_spans (guint count, guint in_trace)
{
  TestSpan *spans = g_new (TestSpan, count);

  for (guint i = 0; i < count; i++)
    {
      /* Ids that count, most significant byte first, as a hand-made sender has them. */
      spans[i] = test_span (1 + i / in_trace, GUINT64_TO_BE (i + 1));
      spans[i].start_ns = 1000 + i;
      spans[i].end_ns = 2000 + i;
      spans[i].parent_id = i % in_trace == 0 ? 0 : GUINT64_TO_BE (i);
    }
  return spans;
}

static void
test_big_batch (gconstpointer data)
{
  guint in_trace = GPOINTER_TO_UINT (data), count = 30000;
  g_autofree TestSpan *spans = many_spans (count, in_trace);
  World world;

  world_init (&world, 1, 1);
  test_store_spans (&world.store, spans, 3);
  g_assert_cmpuint (test_store_spans (&world.store, spans, count).stored, ==, count - 3);
  test_model_take (&world.model, spans, count);
  check_segments (&world.store, 7, 1, count);
  g_assert_cmpint (test_store_number (&world.store, "SELECT max(n) FROM segment"), ==, FLOW_SEGMENT_ROWS);
  compare (&world);
  g_assert_cmpuint (test_store_spans (&world.store, spans, count).duplicates, ==, count);
  test_store_reopen (&world.store);
  g_assert_cmpuint (test_store_spans (&world.store, spans, count).duplicates, ==, count);
  check_segments (&world.store, 8, 0, count);
  open_reader (&world);
  compare (&world);
  world_clear (&world);
}

static void
test_exact (void)
{
  g_autofree TestSpan *spans = many_spans (3 * FLOW_SEGMENT_ROWS, 100);
  World world;

  world_init (&world, 1, 1);
  test_store_spans (&world.store, spans, FLOW_SEGMENT_ROWS);
  check_segments (&world.store, 1, 0, FLOW_SEGMENT_ROWS);
  test_store_spans (&world.store, spans + FLOW_SEGMENT_ROWS, FLOW_SEGMENT_ROWS - 1);
  check_segments (&world.store, 1, 1, 2 * FLOW_SEGMENT_ROWS - 1);
  test_store_spans (&world.store, spans + 2 * FLOW_SEGMENT_ROWS - 1, 2);
  check_segments (&world.store, 2, 1, 2 * FLOW_SEGMENT_ROWS + 1);
  test_store_spans (&world.store, spans + 2 * FLOW_SEGMENT_ROWS + 1, FLOW_SEGMENT_ROWS - 1);
  check_segments (&world.store, 3, 0, 3 * FLOW_SEGMENT_ROWS);
  test_model_take (&world.model, spans, 3 * FLOW_SEGMENT_ROWS);
  compare (&world);
  world_clear (&world);
}

/* One span a commit, sealed again and again: tiers keep the number of segments low and no row is written often. */
static void
test_tiers (void)
{
  guint count = 700;
  g_autofree TestSpan *spans = many_spans (count, 5);
  World world;

  world_init (&world, 1, 1);
  for (guint i = 0; i < count; i++)
    {
      test_store_spans (&world.store, &spans[i], 1);
      if (i % 3 == 0)
        test_store_seal (&world.store);
      while (i % 7 == 0 && test_store_merge (&world.store))
        ;
    }
  test_store_seal (&world.store);
  while (test_store_merge (&world.store))
    ;
  test_model_take (&world.model, spans, count);
  compare (&world);
  g_assert_cmpint (test_store_number (&world.store, "SELECT max(revision) FROM segment"), <=, 3);
  g_assert_cmpint (test_store_number (&world.store, "SELECT count(*) FROM segment"), <=, 24);
  world_clear (&world);
}

/* Segments that arrived on different days stay apart, so that none outlives its days with a newer one. */
static gboolean
age_run (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, "UPDATE segment SET arrived = arrived - id * 86400", error);
}

static void
test_merge_days (void)
{
  g_autofree TestSpan *spans = many_spans (20, 1);
  TestStore store;

  test_store_init (&store);
  for (guint i = 0; i < 20; i++)
    {
      test_store_spans (&store, &spans[i], 1);
      test_store_seal (&store);
    }
  test_store_run (&store, age_run, NULL);
  g_assert_false (test_store_merge (&store));
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM segment"), ==, 20);
  test_store_clear (&store);
}

/* A merge keeps to what fits into memory and into a row of SQLite's, however few rows it is. */
static void
test_merge_large_rows (void)
{
  guint bytes = 9 << 20;
  g_autofree char *text = g_malloc (bytes + 1);
  TestStore store;

  memset (text, 'x', bytes);
  text[bytes] = 0;
  test_store_init (&store);
  for (guint i = 0; i < 10; i++)
    {
      TestSpan span = test_span (1, i + 1);
      FlowSpanBatch *batch = test_spans (&span, 1);

      text[5] = (char) ('a' + i);
      batch->spans[0].name = flow_dictionary_intern (batch->strings, text, bytes);
      test_store_take (&store, batch);
      test_store_seal (&store);
    }
  while (test_store_merge (&store))
    ;
  g_assert_cmpint (test_store_number (&store, "SELECT max(n) FROM segment"), <=, 7);
  test_store_clear (&store);
}

/* Large rows are sealed before there are as many as a segment has. */
static void
test_seal_large_rows (void)
{
  guint bytes = 1 << 20;
  g_autofree char *text = g_malloc0 (bytes + 1);
  TestStore store;

  memset (text, 'x', bytes);
  test_store_init (&store);
  for (guint i = 0; i < 100; i++)
    {
      TestSpan span = test_span (1, i + 1);
      FlowSpanBatch *batch = test_spans (&span, 1);

      text[5] = (char) ('a' + i % 26);
      batch->spans[0].file = flow_dictionary_intern (batch->strings, text, bytes);
      test_store_take (&store, batch);
    }
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM segment WHERE state = 1"), >=, 1);
  g_assert_cmpuint (store.traces->open[FLOW_SIGNAL_TRACES].batches->len, <=, 64);
  test_store_clear (&store);
}

/* What brings nothing new leaves nothing in memory. */
static void
test_no_growth (void)
{
  g_autofree TestSpan *spans = many_spans (50, 10);
  TestStore store;

  test_store_init (&store);
  test_store_spans (&store, spans, 50);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpuint (test_store_spans (&store, spans, 50).duplicates, ==, 50);
  g_assert_cmpuint (store.traces->open[FLOW_SIGNAL_TRACES].batches->len, ==, 1);
  g_assert_cmpuint (store.traces->held->len, ==, 0);
  test_store_clear (&store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint seed = 1; seed <= (g_test_slow () ? 40u : TEST_SLOW_BUILD ? 2u : 4u); seed++)
    g_test_add_data_func (test_text ("/trace/segments/random/%u", seed), GUINT_TO_POINTER (seed), test_random);
  g_test_add_data_func ("/trace/segments/big-batch", GUINT_TO_POINTER (12), test_big_batch);
  g_test_add_data_func ("/trace/segments/big-trace", GUINT_TO_POINTER (30000), test_big_batch);
  g_test_add_func ("/trace/segments/exact", test_exact);
  g_test_add_func ("/trace/segments/tiers", test_tiers);
  g_test_add_func ("/trace/segments/merge-days", test_merge_days);
  g_test_add_func ("/trace/segments/merge-large-rows", test_merge_large_rows);
  g_test_add_func ("/trace/segments/seal-large-rows", test_seal_large_rows);
  g_test_add_func ("/trace/segments/no-growth", test_no_growth);
  return g_test_run ();
}
