/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

/* What a store tells of its commits, and how much it says is stored. */

#define ROUNDS 300

typedef struct
{
  TestStore store;
  GMutex mutex; /* the writer thread tells */
  FlowCommit *told;
  guint times;
} Fixture;

static void
committed_cb (FlowCommit *commit, gpointer data)
{
  Fixture *f = data;

  g_mutex_lock (&f->mutex);
  f->times++;
  g_clear_pointer (&f->told, flow_commit_unref);
  f->told = flow_commit_ref (commit);
  g_mutex_unlock (&f->mutex);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_mutex_init (&f->mutex);
  test_store_init (&f->store);
  flow_trace_store_set_committed (f->store.traces, committed_cb, f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  test_store_clear (&f->store);
  g_clear_pointer (&f->told, flow_commit_unref);
  g_mutex_clear (&f->mutex);
}

/* The newest that was told, or %NULL; and forget it. */
static FlowCommit *
take_told (Fixture *f)
{
  FlowCommit *told;

  g_mutex_lock (&f->mutex);
  told = g_steal_pointer (&f->told);
  f->times = 0;
  g_mutex_unlock (&f->mutex);
  return told;
}

static void
test_new_and_changed (Fixture *f, gconstpointer data)
{
  TestSpan first[] = { test_span (1, 1), test_span (2, 2), test_span (1, 3) };
  TestSpan late[] = { test_span (2, 4), test_span (9, 5) };
  TestLog log = { 1, 1, 5, "a line", "shop", 9 }, loose = { 0, 0, 6, "of no trace", "shop", 9 };
  g_autoptr (FlowCommit) one = NULL, two = NULL, again = NULL, three = NULL, four = NULL;

  test_store_spans (&f->store, first, G_N_ELEMENTS (first));
  one = take_told (f);
  g_assert_cmpuint (one->spans, ==, 3);
  g_assert_cmpuint (one->n_traces, ==, 2);
  g_assert_true (one->traces[0] == 1 && one->traces[1] == 2);
  g_assert_cmpuint (one->last_trace, ==, 2);
  test_store_spans (&f->store, late, G_N_ELEMENTS (late));
  two = take_told (f);
  g_assert_cmpuint (two->n_traces, ==, 2);
  g_assert_true (flow_commit_touches (two, 2) && flow_commit_touches (two, 3) && !flow_commit_touches (two, 1));

  /* What was there is no news; sealing changes nothing for those who look. */
  test_store_spans (&f->store, late, G_N_ELEMENTS (late));
  test_store_seal (&f->store);
  again = take_told (f);
  g_assert_null (again);

  test_store_take (&f->store, test_logs (&log, 1));
  three = take_told (f);
  g_assert_cmpuint (three->logs, ==, 1);
  g_assert_true (flow_commit_touches (three, 1));
  test_store_take (&f->store, test_logs (&loose, 1));
  four = take_told (f);
  g_assert_cmpuint (four->logs, ==, 1);
  g_assert_cmpuint (four->n_traces, ==, 0);
}

static void
test_many (Fixture *f, gconstpointer data)
{
  guint count = FLOW_COMMIT_MAX_TRACES + 1;
  g_autofree TestSpan *spans = g_new (TestSpan, count);
  g_autoptr (FlowCommit) most = NULL, many = NULL;

  for (guint i = 0; i < count; i++)
    spans[i] = test_span (i + 1, i + 1);
  test_store_spans (&f->store, spans, count - 1);
  most = take_told (f);
  g_assert_false (most->many);
  g_assert_cmpuint (most->n_traces, ==, FLOW_COMMIT_MAX_TRACES);
  for (guint i = 0; i < count; i++)
    spans[i] = test_span (i + 1, count + i);
  test_store_spans (&f->store, spans, count);
  many = take_told (f);
  g_assert_true (many->many);
  g_assert_cmpuint (many->n_traces, ==, 0);
  g_assert_true (flow_commit_touches (many, 1));
}

static gboolean
fail_run (sqlite3 *db, gpointer data, GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_DISK_FULL, "no room");
  return FALSE;
}

static void
test_removed (Fixture *f, gconstpointer data)
{
  TestSpan spans[] = { test_span (1, 1), test_span (2, 2) };
  g_autoptr (FlowCommit) one = NULL, nothing = NULL, all = NULL, after = NULL;
  g_autoptr (GError) error = NULL;
  guint8 id[16];

  test_store_spans (&f->store, spans, 2);
  g_clear_pointer (&f->told, flow_commit_unref);
  test_trace_id (1, id);
  flow_trace_store_erase_trace (f->store.traces, id, &error);
  g_assert_no_error (error);
  one = take_told (f);
  g_assert_true (one->removed);
  g_assert_cmpuint (one->last_trace, ==, 2);
  g_assert_false (flow_trace_store_erase_trace (f->store.traces, id, NULL));
  /* A group that is rolled back is no news. */
  g_assert_false (flow_store_run (f->store.store, fail_run, NULL, NULL));
  nothing = take_told (f);
  g_assert_null (nothing);
  flow_trace_store_erase_all (f->store.traces, &error);
  g_assert_no_error (error);
  all = take_told (f);
  g_assert_true (all->removed);
  test_store_spans (&f->store, spans, 1);
  after = take_told (f);
  g_assert_false (after->removed);
  g_assert_cmpuint (after->n_traces, ==, 1);
  g_assert_cmpuint (after->traces[0], ==, 3);
}

static void
test_merge (void)
{
  g_autoptr (FlowCommit) first = flow_commit_new (), second = flow_commit_new ();
  g_autoptr (FlowCommit) both = NULL;
  const guint64 wanted[] = { 1, 2, 5, 8 };

  first->spans = 3;
  first->removed = TRUE;
  first->last_trace = 5;
  first->n_traces = 2;
  first->traces = g_memdup2 ((guint64[]) { 2, 5 }, 2 * sizeof (guint64));
  second->logs = 4;
  second->facts = TRUE;
  second->last_trace = 8;
  second->n_traces = 3;
  second->traces = g_memdup2 ((guint64[]) { 1, 5, 8 }, 3 * sizeof (guint64));
  both = flow_commit_merge (first, second);
  g_assert_true (both->spans == 3 && both->logs == 4 && both->removed && both->facts && !both->many);
  g_assert_cmpuint (both->last_trace, ==, 8);
  g_assert_cmpmem (both->traces, both->n_traces * sizeof (guint64), wanted, sizeof wanted);
}

static void
assert_totals (Fixture *f)
{
  FlowTraceStoreStats stats;

  flow_trace_store_get_stats (f->store.traces, &stats);
  g_assert_cmpint (stats.stored_traces, ==, test_store_number (&f->store, "SELECT count(*) FROM trace"));
  g_assert_cmpint (stats.stored_spans, ==,
                   test_store_number (&f->store, "SELECT coalesce(sum(n), 0) FROM segment WHERE signal = 0"));
  g_assert_cmpint (stats.stored_logs, ==,
                   test_store_number (&f->store, "SELECT coalesce(sum(n), 0) FROM segment WHERE signal = 1"));
}

static void
change_something (Fixture *f)
{
  guint trace = (guint) g_test_rand_int_range (1, 60);
  TestSpan span = test_span (trace, (guint64) g_test_rand_int_range (1, 40));
  TestLog log = { trace, 1, 5, "a line", "shop", 9 };
  guint8 id[16];

  switch (g_test_rand_int_range (0, 12))
    {
    case 0:
      test_trace_id (trace, id);
      flow_trace_store_erase_trace (f->store.traces, id, NULL);
      break;
    case 1:
      test_store_seal (&f->store);
      break;
    case 2:
      test_store_merge (&f->store);
      break;
    case 3:
      g_assert_false (flow_store_run (f->store.store, fail_run, NULL, NULL));
      break;
    case 4:
      test_store_take (&f->store, test_logs (&log, 1));
      break;
    default:
      /* Ends later the later it comes: it takes the place of itself. */
      span.end_ns += (guint64) g_test_rand_int_range (0, 3) * 1000;
      test_store_spans (&f->store, &span, 1);
    }
}

/* Whatever happens, the totals are what counting gives. */
static void
test_totals (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      change_something (f);
      assert_totals (f);
    }
  test_store_reopen (&f->store);
  assert_totals (f);
  g_assert_true (flow_trace_store_erase_all (f->store.traces, NULL));
  assert_totals (f);
}

/* Sent again in the order of the first time, backwards, and mixed: what is known is found, however it is read. */
static void
test_known_again (Fixture *f, gconstpointer data)
{
  enum
  {
    COUNT = 3000
  };
  g_autofree TestSpan *spans = g_new (TestSpan, COUNT);

  for (guint i = 0; i < COUNT; i++)
    spans[i] = test_span (1 + i / 2, i + 1);
  g_assert_cmpuint (test_store_spans (&f->store, spans, COUNT).stored, ==, COUNT);
  for (guint round = 0; round < 3; round++)
    {
      guint8 id[16];

      test_store_reopen (&f->store);
      if (round == 2)
        {
          test_trace_id (700, id);
          g_assert_true (flow_trace_store_erase_trace (f->store.traces, id, NULL));
        }
      for (guint i = 0; round > 0 && i < COUNT / 2; i++)
        {
          guint other = round == 1 ? COUNT - 1 - i : (guint) g_test_rand_int_range (0, COUNT);
          TestSpan span = spans[i];

          spans[i] = spans[other];
          spans[other] = span;
        }
      g_assert_cmpuint (test_store_spans (&f->store, spans, COUNT).stored, ==, round == 2 ? 2 : 0);
    }
}

#define ADD(name, func) g_test_add ("/trace/commits/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("new-and-changed", test_new_and_changed);
  ADD ("many", test_many);
  ADD ("removed", test_removed);
  g_test_add_func ("/trace/commits/merge", test_merge);
  ADD ("totals", test_totals);
  ADD ("known-again", test_known_again);
  return g_test_run ();
}
