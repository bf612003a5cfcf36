/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

#include <glib/gstdio.h>

#include "trace/flow-lod.h"

/* What goes: by age, by size, by hand. What was erased is in no file any more. */

static gboolean
retain_run (sqlite3 *db, gpointer data, GError **error)
{
  gboolean more = FALSE;

  return flow_trace_retain (data, db, &more, error);
}

static void
retain (TestStore *store, guint days, guint megabytes)
{
  flow_trace_store_set_retention (store->traces, (FlowRetention) { days, megabytes });
  for (guint i = 0; i < 50; i++)
    test_store_run (store, retain_run, store->traces);
}

static gboolean
text_run (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, data, error);
}

static TestSpan
old_span (guint trace, guint64 id, const char *service)
{
  TestSpan span = test_span (trace, id);

  span.service = service;
  span.error = id % 2 == 0;
  return span;
}

/* Trace 1 has spans in an old and in a new segment, trace 2 in the old one alone, trace 3 in the new one alone. */
static void
test_age (void)
{
  TestSpan old[] = { old_span (1, 1, "gone"), old_span (1, 2, "stays"), old_span (2, 3, "gone") };
  TestSpan fresh[] = { old_span (1, 4, "stays"), old_span (3, 5, "stays") };
  TestLog log = { 2, 3, 5, "old", "gone", 9 };
  g_autoptr (FlowTraceReader) reader = NULL;
  g_autoptr (GPtrArray) services = NULL;
  g_autoptr (FlowTrace) one = NULL, two = NULL, three = NULL;
  TestStore store;
  FlowTraceStoreStats stats;

  test_store_init (&store);
  test_store_spans (&store, old, 3);
  test_store_take (&store, test_logs (&log, 1));
  test_store_seal (&store);
  test_store_run (&store, text_run, (gpointer) "UPDATE segment SET arrived = arrived - 8 * 86400");
  test_store_spans (&store, fresh, 2);
  test_store_seal (&store);
  retain (&store, 30, 0);
  retain (&store, 0, 0);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM segment"), ==, 3);
  retain (&store, 7, 0);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM segment"), ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM segment_data"), ==, 1);

  one = test_store_load (&store, 1);
  g_assert_cmpuint (one->n_spans, ==, 1);
  g_assert_cmpuint (one->info->spans, ==, 1);
  g_assert_cmpuint (one->info->errors, ==, 1);
  g_assert_cmpstr (one->info->services[0], ==, "stays");
  g_assert_null (one->info->services[1]);
  two = test_store_load (&store, 2);
  g_assert_null (two);
  three = test_store_load (&store, 3);
  g_assert_cmpuint (three->n_spans, ==, 1);
  reader = test_store_reader (&store);
  services = flow_trace_reader_services (reader, NULL);
  g_assert_cmpuint (services->len, ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM service WHERE name = CAST('gone' AS BLOB)"), ==, 0);
  flow_trace_store_get_stats (store.traces, &stats);
  g_assert_cmpuint (stats.retention_deleted, ==, 4);

  /* What went may come again, also after a restart, and a new service does not get the name's number. */
  test_store_reopen (&store);
  old[0].service = "newcomer";
  g_assert_cmpuint (test_store_spans (&store, old, 3).stored, ==, 3);
  g_clear_pointer (&one, flow_trace_unref);
  one = test_store_load (&store, 1);
  g_assert_cmpuint (one->n_spans, ==, 3);
  g_assert_cmpuint (g_strv_length (one->info->services), ==, 2);
  test_store_clear (&store);
}

/* The oldest go first, until the size is right; what came last stays. */
static void
test_size (void)
{
  enum
  {
    COUNT = 60
  };
  TestStore store;
  gint64 bytes;
  GRand *random = g_rand_new_with_seed (1);
  FlowTrace *trace;

  test_store_init (&store);
  for (guint i = 0; i < COUNT; i++)
    {
      TestSpan span = test_span (i + 1, 1);
      GString *text = g_string_new (NULL);
      FlowSpanBatch *batch = test_spans (&span, 1);

      while (text->len < 100000)
        g_string_append_printf (text, "%08x", g_rand_int (random));
      batch->spans[0].name = flow_dictionary_intern (batch->strings, text->str, text->len);
      test_store_take (&store, batch);
      test_store_seal (&store);
      g_string_free (text, TRUE);
    }
  bytes = test_store_number (&store, "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, "
                                     "pragma_freelist_count, pragma_page_size");
  g_assert_cmpint (bytes, >, 6 << 20);
  retain (&store, 0, 3);
  bytes = test_store_number (&store, "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, "
                                     "pragma_freelist_count, pragma_page_size");
  g_assert_cmpint (bytes, <=, 3 << 20);
  g_assert_cmpint (bytes, >, 2 << 20);
  for (guint i = 1; i <= COUNT; i++)
    {
      gboolean had = i > 1 && (trace = test_store_load (&store, i - 1)) != NULL;

      if (had)
        flow_trace_unref (trace);
      trace = test_store_load (&store, i);
      g_assert_true (trace != NULL || !had);
      g_assert_true (trace != NULL || i < COUNT);
      g_clear_pointer (&trace, flow_trace_unref);
    }
  g_rand_free (random);
  test_store_clear (&store);
}

/* --- Erasing ----------------------------------------------------------------------------------------------- */

#define CANARY "c4n4ry5ecret"

static TestSpan
canary_span (guint trace, guint64 id)
{
  TestSpan span = test_span (trace, id);

  span.name = test_text ("name " CANARY "-%u", (guint) id);
  span.service = "service " CANARY;
  span.host = "host " CANARY;
  span.scope = "scope " CANARY;
  span.file = "/src/" CANARY ".c";
  span.event = "event " CANARY;
  span.status_message = "status " CANARY;
  span.attributes[0] = (TestAttribute) { "key " CANARY, FLOW_VALUE_STRING, "value " CANARY, 0, 0 };
  span.attributes[1] = (TestAttribute) { "array", FLOW_VALUE_ANY, "array " CANARY, 0, 0 };
  span.attributes[2] = (TestAttribute) { "bytes", FLOW_VALUE_BYTES, "bytes " CANARY, 0, 0 };
  return span;
}

static TestSpan
plain_span (guint trace, guint64 id)
{
  TestSpan span = test_span (trace, id);

  span.name = test_text ("plain %u", trace);
  span.attributes[0] = (TestAttribute) { "key", FLOW_VALUE_STRING, test_text ("value %u", (guint) id), 0, 0 };
  return span;
}

/* A life full of changes: copies in parts, in the log, in free pages, between rows. */
static void
live (TestStore *store, TestModel *model, guint rounds)
{
  GRand *random = g_rand_new_with_seed (11);
  guint64 id = 1;

  for (guint round = 0; round < rounds; round++)
    {
      TestSpan spans[40];
      TestLog logs[] = { { 1, 5, 10 + round, "body " CANARY, "log service " CANARY, 9 },
                         { 2, 5, 10, "plain body", "shop", 9 } };
      guint count = (guint) g_rand_int_range (random, 1, 40);

      for (guint i = 0; i < count; i++, id++)
        {
          guint trace = (guint) g_rand_int_range (random, 1, 30);

          spans[i] = trace == 1 ? canary_span (1, id) : plain_span (trace, id);
          spans[i].end_ns += round;
        }
      test_store_spans (store, spans, count);
      test_model_take (model, spans, count);
      test_store_take (store, test_logs (logs, 2));
      /* Late ends: rewrites in memory and in segments. */
      for (guint i = 0; i < count; i++)
        spans[i].end_ns += 100000;
      if (round % 3 == 0)
        {
          test_store_spans (store, spans, count);
          test_model_take (model, spans, count);
        }
      if (round % 7 == 0)
        test_store_seal (store);
      if (round % 20 == 0)
        while (test_store_merge (store))
          ;
    }
  g_rand_free (random);
}

static void
make_backup (TestStore *store)
{
  static const char *const names[] = { "flowscope-0001-20240131T120000-000001.db",
                                       "flowscope-0001-20240131T120000-000002.db.part" };
  g_autofree char *folder = flow_context_build_path (store->context, "backups");

  g_mkdir (folder, 0700);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_true (g_file_set_contents (path, "a copy with " CANARY, -1, NULL));
    }
}

typedef enum
{
  ERASE_ONE,
  ERASE_ALL
} What;

static void
erase (TestStore *store, What what)
{
  g_autoptr (GError) error = NULL;
  guint8 id[16];

  test_trace_id (1, id);
  if (what == ERASE_ONE)
    flow_trace_store_erase_trace (store->traces, id, &error);
  else
    flow_trace_store_erase_all (store->traces, &error);
  g_assert_no_error (error);
}

static void
test_canary (gconstpointer data)
{
  What what = (What) GPOINTER_TO_INT (data);
  g_autoptr (FlowTraceReader) reader = NULL;
  TestStore store;
  TestModel model;
  TestSpan again;

  test_store_init (&store);
  test_model_init (&model);
  live (&store, &model, 120);
  make_backup (&store);
  g_assert_cmpuint (test_store_count_in_files (&store, CANARY), >, 0);
  erase (&store, what);
  g_assert_cmpuint (test_store_count_in_files (&store, CANARY), ==, 0);
  if (what == ERASE_ONE)
    test_model_erase (&model, 1);
  else
    g_hash_table_remove_all (model.traces);
  reader = test_store_reader (&store);
  test_model_compare (&model, reader);
  g_assert_cmpint (test_store_number (&store, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM service WHERE instr(name, CAST('" CANARY
                                              "' AS BLOB))"),
                   ==, 0);

  /* What was erased can be taken in again, and erased again, and the store goes on. */
  again = canary_span (1, 1);
  g_assert_cmpuint (test_store_spans (&store, &again, 1).stored, ==, 1);
  test_model_take (&model, &again, 1);
  test_model_compare (&model, reader);
  erase (&store, what);
  g_assert_cmpuint (test_store_count_in_files (&store, CANARY), ==, 0);
  if (what == ERASE_ONE)
    test_model_erase (&model, 1);
  else
    g_hash_table_remove_all (model.traces);
  live (&store, &model, 30);
  flow_trace_reader_free (g_steal_pointer (&reader));
  test_store_reopen (&store);
  reader = test_store_reader (&store);
  test_model_compare (&model, reader);
  erase (&store, what);
  test_store_close (&store);
  g_assert_cmpuint (test_store_count_in_files (&store, CANARY), ==, 0);
  test_model_clear (&model);
  test_store_clear (&store);
}

/* The same body may be imported again. */
static void
test_same_body (gconstpointer data)
{
  TestSpan span = test_span (1, 1);
  TestStore store;
  guint8 hash[16] = { 1 };

  test_store_init (&store);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (FlowSpanBatch) batch = test_spans (&span, 1);
      FlowIngestResult result;

      g_assert_true (flow_trace_store_ingest_wait (store.traces, batch, hash, &result, NULL));
      g_assert_false (result.same_body);
      g_assert_cmpuint (result.stored, ==, 1);
      g_assert_true (flow_trace_store_ingest_wait (store.traces, batch, hash, &result, NULL));
      g_assert_true (result.same_body);
      if (i == 1)
        test_store_reopen (&store);
      erase (&store, (What) GPOINTER_TO_INT (data));
    }
  test_store_clear (&store);
}

/* A job that holds the writer, so that what is pushed meanwhile becomes one group. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean entered, open;
  guint stored;
} Gate;

static gboolean
gate_run (sqlite3 *db, gpointer data, GError **error)
{
  Gate *gate = data;

  g_mutex_lock (&gate->mutex);
  gate->entered = TRUE;
  g_cond_broadcast (&gate->cond);
  while (!gate->open)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
  return TRUE;
}

static void
count_stored (const FlowIngestResult *result, const GError *error, gpointer data)
{
  Gate *gate = data;

  g_assert_no_error (error);
  gate->stored += result->stored;
}

static void
open_gate (gpointer data)
{
  Gate *gate = data;

  g_mutex_lock (&gate->mutex);
  gate->open = TRUE;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->mutex);
}

static gpointer
erase_thread (gpointer data)
{
  TestStore *store = data;
  guint8 absent[16];
  g_autoptr (GError) error = NULL;

  test_trace_id (777, absent);
  g_assert_false (flow_trace_store_erase_trace (store->traces, absent, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  return NULL;
}

static guint64
waiting (TestStore *store)
{
  FlowStoreStats stats;

  flow_store_get_stats (store->store, &stats);
  return stats.waiting;
}

/* An erase of what is not there, in one group with spans that are acknowledged: these stay. */
static void
test_erase_absent (void)
{
  Gate gate = { .open = FALSE };
  GThread *thread;
  TestStore store;
  g_autoptr (FlowTraceReader) reader = NULL;
  TestModel model;

  g_mutex_init (&gate.mutex);
  g_cond_init (&gate.cond);
  test_store_init (&store);
  test_model_init (&model);
  g_assert_true (flow_store_push (store.store, 0, gate_run, NULL, &gate, NULL, NULL));
  g_mutex_lock (&gate.mutex);
  while (!gate.entered)
    g_cond_wait (&gate.cond, &gate.mutex);
  g_mutex_unlock (&gate.mutex);
  for (guint i = 0; i < 20; i++)
    {
      TestSpan span = test_span (1 + i % 5, i + 1);
      g_autoptr (FlowSpanBatch) batch = test_spans (&span, 1);

      g_assert_true (flow_trace_store_ingest (store.traces, batch, NULL, count_stored, &gate, NULL, NULL));
      test_model_take (&model, &span, 1);
    }
  thread = g_thread_new ("erase", erase_thread, &store);
  while (waiting (&store) < 22)
    g_thread_yield ();
  open_gate (&gate);
  g_thread_join (thread);
  g_assert_cmpuint (gate.stored, ==, 20);
  reader = test_store_reader (&store);
  test_model_compare (&model, reader);
  test_store_seal (&store);
  test_model_compare (&model, reader);
  g_mutex_clear (&gate.mutex);
  g_cond_clear (&gate.cond);
  test_model_clear (&model);
  test_store_clear (&store);
}

/* With a reader of an old state the remains stay in the files, which is said, and go when the store closes. */
static void
test_erase_reader (void)
{
  TestSpan span = canary_span (1, 1), other = plain_span (2, 2);
  g_autoptr (sqlite3) reader = NULL;
  g_autoptr (GError) error = NULL;
  TestStore store;
  guint8 id[16];

  test_store_init (&store);
  store.traces->erase_wait_ms = 0;
  test_store_spans (&store, &span, 1);
  test_store_spans (&store, &other, 1);
  test_store_seal (&store);
  reader = flow_store_open_reader (store.path, NULL);
  g_assert_true (flow_sql_exec_text (reader, "BEGIN; SELECT count(*) FROM trace", NULL));
  test_trace_id (1, id);
  g_assert_false (flow_trace_store_erase_trace (store.traces, id, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BUSY);
  g_assert_null (test_store_load (&store, 1));
  g_clear_pointer (&reader, sqlite3_close_v2);
  test_store_close (&store);
  g_assert_cmpuint (test_store_count_in_files (&store, CANARY), ==, 0);
  test_store_open (&store);
  test_store_clear (&store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/keep/age", test_age);
  g_test_add_func ("/trace/keep/size", test_size);
  g_test_add_data_func ("/trace/keep/erase/one", GINT_TO_POINTER (ERASE_ONE), test_canary);
  g_test_add_data_func ("/trace/keep/erase/all", GINT_TO_POINTER (ERASE_ALL), test_canary);
  g_test_add_data_func ("/trace/keep/same-body/one", GINT_TO_POINTER (ERASE_ONE), test_same_body);
  g_test_add_data_func ("/trace/keep/same-body/all", GINT_TO_POINTER (ERASE_ALL), test_same_body);
  g_test_add_func ("/trace/keep/erase/absent", test_erase_absent);
  g_test_add_func ("/trace/keep/erase/reader", test_erase_reader);
  return g_test_run ();
}
