/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

#include "trace/flow-trace-run.h"

/* From trace id to number: in memory, in runs, in merged runs, after a restart, and not there at all. */

#define RUN 100

static void
ingest (TestStore *store, guint first, guint count)
{
  g_autofree TestSpan *spans = g_new (TestSpan, count);

  for (guint i = 0; i < count; i++)
    spans[i] = test_span (first + i, 1);
  g_assert_cmpuint (test_store_spans (store, spans, count).stored, ==, count);
}

typedef struct
{
  FlowTraceStore *traces;
  guint first, last;
  gboolean there;
  guint found;
} Lookup;

static gboolean
lookup_run (sqlite3 *db, gpointer data, GError **error)
{
  Lookup *lookup = data;

  for (guint trace = lookup->first; trace <= lookup->last; trace++)
    {
      guint8 id[16];
      guint64 number = 0;

      test_trace_id (trace, id);
      if (!flow_trace_index_find (lookup->traces->index, db, id, &number, error))
        return FALSE;
      lookup->found += number == trace;
      g_assert_true (number == trace || number == 0);
    }
  return TRUE;
}

static guint
count_found (TestStore *store, guint first, guint last)
{
  Lookup lookup = { store->traces, first, last, FALSE, 0 };

  test_store_run (store, lookup_run, &lookup);
  return lookup.found;
}

static void
check_reader (FlowTraceReader *reader, guint last, guint step)
{
  for (guint trace = 1; trace <= last + 5; trace += step)
    {
      guint8 id[16];
      guint64 number = 0;

      test_trace_id (trace, id);
      g_assert_true (flow_trace_reader_begin (reader, NULL));
      g_assert_true (flow_trace_reader_find (reader, id, &number, NULL));
      flow_trace_reader_end (reader);
      g_assert_cmpuint (number, ==, trace <= last ? trace : 0);
    }
}

static gboolean
merge_run (sqlite3 *db, gpointer data, GError **error)
{
  return flow_trace_index_merge (data, db, error);
}

static void
test_runs (void)
{
  TestStore store;
  g_autoptr (FlowTraceReader) reader = NULL;
  guint last = 0;

  test_store_init (&store);
  test_store_close (&store);
  store.index_run = RUN;
  test_store_open (&store);
  reader = test_store_reader (&store);
  while (last < (TEST_SLOW_BUILD ? 12 : 20) * RUN)
    {
      guint count = 20 + last % 97;

      ingest (&store, last + 1, count);
      last += count;
      g_assert_cmpuint (count_found (&store, last - MIN (last - 1, 300), last + 10), ==, MIN (last, 301));
      check_reader (reader, last, 41);
      if (last % 5 == 0)
        test_store_reopen (&store);
      while (flow_trace_index_needs_merge (store.traces->index))
        test_store_run (&store, merge_run, store.traces->index);
    }
  g_assert_cmpuint (count_found (&store, 1, last + 1000), ==, last);
  g_assert_cmpint (test_store_number (&store, "SELECT max(last_number - first_number) FROM trace_run"), >, RUN * 7);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_run"), <, 16);
  test_store_crash (&store);
  g_assert_cmpuint (count_found (&store, 1, last + 1000), ==, last);
  /* A known trace in a run gets its late span, and keeps its number. */
  for (guint trace = 1; trace <= last; trace += 111)
    {
      TestSpan late = test_span (trace, 2), again = test_span (trace, 1);

      g_assert_cmpuint (test_store_spans (&store, &late, 1).stored, ==, 1);
      g_assert_cmpuint (test_store_spans (&store, &again, 1).duplicates, ==, 1);
    }
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace"), ==, last);
  test_store_clear (&store);
}

/* Once with as many traces as a run of the product has. */
static void
test_many (void)
{
  TestStore store;
  guint count = 3 * FLOW_TRACE_RUN + 1000;
  g_autoptr (FlowTraceReader) reader = NULL;

  if (TEST_SLOW_BUILD)
    {
      g_test_skip ("takes too long with a sanitizer");
      return;
    }
  test_store_init (&store);
  for (guint first = 1; first <= count; first += 20000)
    ingest (&store, first, MIN (20000, count - first + 1));
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_run"), ==, 2);
  g_assert_cmpuint (count_found (&store, 1, count + 5000), ==, count);
  test_store_reopen (&store);
  g_assert_cmpuint (count_found (&store, 1, count + 5000), ==, count);
  reader = test_store_reader (&store);
  check_reader (reader, count, 1009);
  test_store_clear (&store);
}

/* Deleted traces are not found, their numbers do not come again, and the same ids may. */
static void
test_deleted (void)
{
  TestStore store;
  g_autoptr (FlowTraceReader) reader = NULL;
  guint last = 3 * RUN;

  test_store_init (&store);
  test_store_close (&store);
  store.index_run = RUN;
  test_store_open (&store);
  ingest (&store, 1, last);
  reader = test_store_reader (&store);
  check_reader (reader, last, 41);
  for (guint trace = last; trace > last - 3; trace--)
    {
      guint8 id[16];

      test_trace_id (trace, id);
      g_assert_true (flow_trace_store_erase_trace (store.traces, id, NULL));
    }
  g_assert_cmpuint (count_found (&store, 1, last), ==, last - 3);
  test_store_reopen (&store);
  g_assert_cmpuint (count_found (&store, 1, last), ==, last - 3);
  /* The newest were erased and the store was opened anew: 301 is the next number, not 298. */
  {
    TestSpan span = test_span (last, 1);
    guint8 id[16];
    guint64 number = 0;

    test_store_spans (&store, &span, 1);
    test_trace_id (last, id);
    g_assert_true (flow_trace_reader_begin (reader, NULL));
    g_assert_true (flow_trace_reader_find (reader, id, &number, NULL));
    flow_trace_reader_end (reader);
    g_assert_cmpuint (number, ==, last + 1);
  }
  test_store_clear (&store);
}

/* A run that is damaged in any place leads nowhere. */
static gboolean
damage_run (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, data, error);
}

static void
test_damaged (void)
{
  static const char *const damages[] = {
    "UPDATE trace_run SET filter = x''",
    "UPDATE trace_run SET filter = zeroblob(70)",
    "UPDATE trace_run SET keys = substr(keys, 1, 601)",
    "UPDATE trace_run SET keys = zeroblob(5)",
    "UPDATE trace_run SET first_number = -5",
    "UPDATE trace_run SET keys = randomblob(length(keys))",
  };
  TestStore store;

  test_store_init (&store);
  test_store_close (&store);
  store.index_run = RUN;
  test_store_open (&store);
  ingest (&store, 1, 3 * RUN);
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autoptr (FlowTraceReader) reader = NULL;

      test_store_run (&store, damage_run, (gpointer) damages[i]);
      reader = test_store_reader (&store);
      for (guint trace = 1; trace <= 3 * RUN; trace++)
        {
          guint8 id[16];
          guint64 number = 0;

          test_trace_id (trace, id);
          g_assert_true (flow_trace_reader_begin (reader, NULL));
          if (flow_trace_reader_find (reader, id, &number, NULL))
            g_assert_true (number == 0 || number == trace);
          flow_trace_reader_end (reader);
        }
    }
  test_store_clear (&store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/index/runs", test_runs);
  g_test_add_func ("/trace/index/many", test_many);
  g_test_add_func ("/trace/index/deleted", test_deleted);
  g_test_add_func ("/trace/index/damaged", test_damaged);
  return g_test_run ();
}
