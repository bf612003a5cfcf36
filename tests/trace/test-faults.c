/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

#include <glib/gstdio.h>
#include <sys/mount.h>

/* What goes wrong leaves memory and database as they were, and nothing that was acknowledged is lost. */

typedef enum
{
  FAIL_NEVER,
  FAIL_COMMIT,
  FAIL_FULL,
} Failing;

typedef struct
{
  int failing; /* Failing, atomic */
} Saboteur;

/* After the trace store has written all it has. */
static gboolean
sabotage (gpointer data, sqlite3 *db, GError **error)
{
  Failing failing = (Failing) g_atomic_int_get (&((Saboteur *) data)->failing);

  if (failing == FAIL_NEVER)
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, failing == FAIL_FULL ? FLOW_ERROR_DISK_FULL : FLOW_ERROR_FAILED, "sabotage");
  return FALSE;
}

static const FlowStoreParticipant saboteur_participant = { .before_commit = sabotage };

static void
open_with (TestStore *store, Saboteur *saboteur)
{
  test_store_init (store);
  test_store_close (store);
  store->after = &saboteur_participant;
  store->after_data = saboteur;
  test_store_open (store);
}

static void
make_spans (GRand *random, TestSpan *spans, guint count, guint64 *id)
{
  for (guint i = 0; i < count; i++)
    {
      gboolean again = g_rand_int_range (random, 0, 3) == 0 && *id > 1;
      guint64 number = again ? (guint64) g_rand_int_range (random, 1, (gint32) *id) : (*id)++;

      spans[i] = test_span (1 + number % 17, number);
      spans[i].service = test_text ("service %u", (guint) (number % 5));
      spans[i].end_ns += (guint64) g_rand_int_range (random, 0, 1000);
    }
}

/* Every other transaction fails after everything was written: as if it had never been. */
static void
test_rolled_back (void)
{
  Saboteur saboteur = { FAIL_NEVER };
  GRand *random = g_rand_new_with_seed (3);
  g_autoptr (FlowTraceReader) reader = NULL;
  TestStore store;
  TestModel model;
  guint64 id = 1;
  guint failed = 0, rounds = TEST_SLOW_BUILD ? 80 : 200;

  open_with (&store, &saboteur);
  test_model_init (&model);
  reader = test_store_reader (&store);
  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (GError) error = NULL;
      TestSpan *spans = g_new (TestSpan, 5000);
      guint count = round % 40 == 39 ? 5000 : (guint) g_rand_int_range (random, 1, 60);
      g_autoptr (FlowSpanBatch) batch = NULL;
      guint8 hash[16] = { (guint8) round, (guint8) (round >> 8), 1 };
      gboolean fail = g_rand_int_range (random, 0, 2) == 0;

      make_spans (random, spans, count, &id);
      batch = test_spans (spans, count);
      g_atomic_int_set (&saboteur.failing, fail ? (round % 3 == 0 ? FAIL_FULL : FAIL_COMMIT) : FAIL_NEVER);
      g_assert_cmpint (flow_trace_store_ingest_wait (store.traces, batch, hash, NULL, &error), ==, !fail);
      failed += fail;
      if (fail)
        g_assert_error (error, FLOW_ERROR, (gint) (round % 3 == 0 ? FLOW_ERROR_DISK_FULL : FLOW_ERROR_FAILED));
      else
        test_model_take (&model, spans, count);
      g_atomic_int_set (&saboteur.failing, FAIL_NEVER);
      if (round % 11 == 0)
        test_store_adopt (&store);
      if (round % 13 == 0)
        test_store_reopen (&store);
      if (round % 4 == 0)
        test_model_compare (&model, reader);
      g_free (spans);
    }
  test_model_compare (&model, reader);
  g_assert_cmpuint (failed, >, rounds / 4);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM seen_body"), ==, rounds - failed);
  g_rand_free (random);
  test_model_clear (&model);
  test_store_clear (&store);
}

/* The same around an erase. */
static void
test_erase_rolled_back (void)
{
  Saboteur saboteur = { FAIL_NEVER };
  TestSpan spans[50];
  g_autoptr (FlowTraceReader) reader = NULL;
  TestStore store;
  TestModel model;
  guint8 id[16];

  open_with (&store, &saboteur);
  test_model_init (&model);
  for (guint i = 0; i < 50; i++)
    spans[i] = test_span (1 + i % 5, i + 1);
  test_store_spans (&store, spans, 50);
  test_model_take (&model, spans, 50);
  reader = test_store_reader (&store);
  test_trace_id (2, id);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_atomic_int_set (&saboteur.failing, FAIL_COMMIT);
      g_assert_false (flow_trace_store_erase_trace (store.traces, id, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
      g_clear_error (&error);
      g_assert_false (flow_trace_store_erase_all (store.traces, &error));
      g_atomic_int_set (&saboteur.failing, FAIL_NEVER);
      test_model_compare (&model, reader);
      g_assert_cmpuint (test_store_spans (&store, spans, 50).duplicates, ==, 50);
    }
  g_assert_true (flow_trace_store_erase_trace (store.traces, id, NULL));
  test_model_erase (&model, 2);
  test_model_compare (&model, reader);
  test_model_clear (&model);
  test_store_clear (&store);
}

/* --- A full disk ------------------------------------------------------------------------------------------- */

#define SMALL_DISK "size=44m,mode=0700"

static TestSpan
large_span (guint number, GRand *random)
{
  char text[60000];
  TestSpan span = test_span (1 + number % 9, number + 1);

  for (guint i = 0; i < sizeof text; i += 4)
    {
      guint32 bits = g_rand_int (random);

      for (guint n = 0; n < 4; n++, bits >>= 8)
        text[i + n] = (char) ('0' + bits % 70);
    }
  text[sizeof text - 1] = 0;
  span.attributes[0] = (TestAttribute) { "large", FLOW_VALUE_STRING, test_text ("%s", text), 0, 0 };
  return span;
}

/* Spans until there is no room for one more. */
static guint
fill (TestStore *store, TestModel *model, guint *number, GRand *random)
{
  guint stored = 0;

  while (TRUE)
    {
      TestSpan span = large_span ((*number)++, random);
      g_autoptr (FlowSpanBatch) batch = test_spans (&span, 1);
      g_autoptr (GError) error = NULL;

      if (!flow_trace_store_ingest_wait (store->traces, batch, NULL, NULL, &error))
        {
          g_assert_error (error, FLOW_ERROR, FLOW_ERROR_DISK_FULL);
          return stored;
        }
      test_model_take (model, &span, 1);
      g_assert_cmpuint (++stored, <, 2000);
    }
}

static void
test_full_disk (void)
{
  g_autofree char *folder = g_dir_make_tmp ("flow-trace-XXXXXX", NULL);
  TestStore store = { 0 };
  TestModel model;
  GRand *random = g_rand_new_with_seed (5);
  guint number = 0;
  g_autoptr (FlowTraceReader) reader = NULL;
  FlowStoreStats stats;
  guint8 id[16];

  if (mount ("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, SMALL_DISK) != 0)
    {
      g_test_skip ("only root can make a small disk");
      g_rand_free (random);
      return;
    }
  test_model_init (&model);
  store.context = flow_context_new (folder, NULL);
  store.path = flow_context_get_database_path (store.context);
  test_store_open (&store);
  g_assert_cmpuint (fill (&store, &model, &number, random), >, 50);
  g_assert_cmpuint (fill (&store, &model, &number, random), <, 20);
  reader = test_store_reader (&store);
  test_model_compare (&model, reader);
  flow_store_get_stats (store.store, &stats);
  g_assert_true (stats.reserve_ready);

  /* One trace goes, with what is kept in reserve; then there is room again. */
  test_trace_id (3, id);
  {
    g_autoptr (GError) error = NULL;

    flow_trace_store_erase_trace (store.traces, id, &error);
    g_assert_no_error (error);
  }
  test_model_erase (&model, 3);
  test_model_compare (&model, reader);
  g_assert_cmpuint (fill (&store, &model, &number, random), >, 0);
  test_model_compare (&model, reader);
  {
    g_autoptr (GError) error = NULL;

    flow_trace_store_erase_all (store.traces, &error);
    g_assert_no_error (error);
  }
  g_hash_table_remove_all (model.traces);
  test_model_compare (&model, reader);
  g_assert_cmpuint (fill (&store, &model, &number, random), >, 50);
  test_model_compare (&model, reader);
  g_clear_pointer (&reader, flow_trace_reader_free);
  test_store_close (&store);
  flow_context_unref (store.context);
  g_assert_cmpint (umount2 (folder, MNT_DETACH), ==, 0);
  g_rmdir (folder);
  test_model_clear (&model);
  g_rand_free (random);
}

/* --- Readers beside the writer ----------------------------------------------------------------------------- */

typedef struct
{
  TestStore *store;
  int stop;
  guint reads;
} Reading;

/* Each look is at one commit: a trace's row says as many spans as there are. */
static gpointer
read_thread (gpointer data)
{
  Reading *reading = data;
  g_autoptr (FlowTraceReader) reader = test_store_reader (reading->store);

  while (g_atomic_int_get (&reading->stop) == 0)
    {
      FlowTraceFilter filter = { .limit = 20 };
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) list = flow_trace_reader_list (reader, &filter, &error), hits = NULL;

      g_assert_no_error (error);
      for (guint i = 0; i < list->len; i++)
        {
          g_autoptr (FlowTrace) trace = flow_trace_reader_load (reader, ((FlowTraceInfo *) list->pdata[i])->trace_id,
                                                                &error);

          if (trace != NULL)
            g_assert_cmpuint (trace->n_spans, ==, trace->info->spans);
          else
            g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
          g_clear_error (&error);
        }
      hits = flow_trace_reader_search (reader, "work", 10, &error);
      g_assert_no_error (error);
      reading->reads++;
    }
  return NULL;
}

static void
test_readers (void)
{
  TestStore store;
  Reading readings[2];
  GThread *threads[2];
  TestModel model;
  g_autoptr (FlowTraceReader) reader = NULL;
  GRand *random = g_rand_new_with_seed (9);
  guint64 id = 1;

  test_store_init (&store);
  test_model_init (&model);
  for (guint i = 0; i < 2; i++)
    {
      readings[i] = (Reading) { &store, 0, 0 };
      threads[i] = g_thread_new ("reader", read_thread, &readings[i]);
    }
  for (guint round = 0; round < (TEST_SLOW_BUILD ? 40 : 150); round++)
    {
      TestSpan spans[50];
      FlowTraceStoreStats stats;

      make_spans (random, spans, 50, &id);
      test_store_spans (&store, spans, 50);
      test_model_take (&model, spans, 50);
      flow_trace_store_get_stats (store.traces, &stats);
      if (round % 5 == 0)
        test_store_seal (&store);
      if (round % 9 == 0)
        test_store_merge (&store);
      if (round % 50 == 25)
        {
          guint8 erased[16];

          test_trace_id (1 + round % 17, erased);
          g_assert_true (flow_trace_store_erase_trace (store.traces, erased, NULL));
          test_model_erase (&model, 1 + round % 17);
        }
    }
  for (guint i = 0; i < 2; i++)
    {
      g_atomic_int_set (&readings[i].stop, 1);
      g_thread_join (threads[i]);
      g_assert_cmpuint (readings[i].reads, >, 0);
    }
  reader = test_store_reader (&store);
  test_model_compare (&model, reader);
  g_rand_free (random);
  test_model_clear (&model);
  test_store_clear (&store);
}

/* --- Housekeeping by itself -------------------------------------------------------------------------------- */

static void
open_alone (TestStore *store)
{
  store->store = flow_store_new (store->context);
  flow_store_set_idle_us (store->store, 1000);
  store->traces = flow_trace_store_new (store->store);
  flow_trace_store_set_retention (store->traces, (FlowRetention) { 7, 100 });
  g_assert_true (flow_store_open (store->store, NULL));
}

static void
wait_for (TestStore *store, const char *query)
{
  while (test_store_number (store, query) == 0)
    g_thread_yield ();
}

static gboolean
text_run (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, data, error);
}

/* Left alone the store adopts, seals, merges, joins runs and deletes what is too old. */
static void
test_idle (void)
{
  TestStore store;
  TestModel model;
  g_autoptr (FlowTraceReader) reader = NULL;
  TestSpan fresh = test_span (500, 1);

  test_store_init (&store);
  test_store_close (&store);
  store.index_run = 20;
  test_store_open (&store);
  test_model_init (&model);
  for (guint i = 0; i < 400; i++)
    {
      TestSpan span = test_span (1 + i, i + 1);

      test_store_spans (&store, &span, 1);
      test_model_take (&model, &span, 1);
      if (i % 30 == 2)
        test_store_seal (&store);
      if (i == 200)
        test_store_crash (&store);
    }
  test_store_crash (&store);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM segment WHERE state = 0"), >, 0);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_run"), >=, 16);
  test_store_close (&store);
  open_alone (&store);
  wait_for (&store, "SELECT count(*) = 0 FROM segment WHERE state = 0");
  wait_for (&store, "SELECT count(*) < 8 FROM segment");
  wait_for (&store, "SELECT count(*) < 8 FROM trace_run");
  reader = test_store_reader (&store);
  test_model_compare (&model, reader);

  test_store_run (&store, text_run, (gpointer) "UPDATE segment SET arrived = arrived - 8 * 86400");
  flow_trace_store_set_retention (store.traces, (FlowRetention) { 6, 100 });
  test_store_spans (&store, &fresh, 1);
  wait_for (&store, "SELECT count(*) = 1 FROM trace");
  wait_for (&store, "SELECT count(*) = 1 FROM segment WHERE state = 1");
  test_model_clear (&model);
  test_store_clear (&store);
}

static gboolean
forget_sets_run (sqlite3 *db, gpointer data, GError **error)
{
  flow_span_sets_clear (data);
  return TRUE;
}

/* A damaged segment keeps neither new spans out nor the rest of the housekeeping from its work. */
static void
test_damage (void)
{
  TestStore store;
  TestSpan spans[9];

  test_store_init (&store);
  for (guint i = 0; i < 9; i++)
    {
      spans[i] = test_span (1, i + 1);
      test_store_spans (&store, &spans[i], 1);
      test_store_seal (&store);
    }
  test_store_run (&store, text_run, (gpointer) "UPDATE segment_data SET hot = x'00' WHERE id = 3");
  test_store_run (&store, forget_sets_run, store.traces->sets);
  g_test_expect_message ("flow-trace", G_LOG_LEVEL_WARNING, "*damaged*");
  g_assert_cmpuint (test_store_spans (&store, spans, 9).stored, ==, 1);
  g_test_assert_expected_messages ();
  test_store_close (&store);

  g_test_expect_message ("flow-trace", G_LOG_LEVEL_WARNING, "*damaged*"); /* the merge */
  g_test_expect_message ("flow-trace", G_LOG_LEVEL_WARNING, "*damaged*"); /* what is too old */
  open_alone (&store);
  test_store_run (&store, text_run, (gpointer) "UPDATE segment SET arrived = arrived - 8 * 86400");
  flow_trace_store_set_retention (store.traces, (FlowRetention) { 6, 100 });
  wait_for (&store, "SELECT count(*) = 0 FROM segment");
  g_test_assert_expected_messages ();
  test_store_clear (&store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/faults/rolled-back", test_rolled_back);
  g_test_add_func ("/trace/faults/erase-rolled-back", test_erase_rolled_back);
  g_test_add_func ("/trace/faults/full-disk", test_full_disk);
  g_test_add_func ("/trace/faults/readers", test_readers);
  g_test_add_func ("/trace/faults/idle", test_idle);
  g_test_add_func ("/trace/faults/damage", test_damage);
  return g_test_run ();
}
