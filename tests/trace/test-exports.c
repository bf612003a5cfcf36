/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query-world.h"

#include "base/flow-id.h"
#include "trace/flow-span-vtab.h"

/* Everything that is stored, as batches and as an SQL table, against a plain list. */

typedef struct
{
  World *world;
  GHashTable *seen;
  guint visits;
  gboolean disturb;
} Visit;

/* Between the pages of an export parts are sealed and segments merged; each row comes once all the same. */
static gboolean
visit_batch (const FlowSpanBatch *batch, gpointer data, GError **error)
{
  Visit *visit = data;

  for (guint i = 0; i < batch->n_rows; i++)
    {
      const FlowSpan *row = &batch->spans[i];
      const TestSpan *span = &visit->world->spans[row->span_id - 1];
      guint8 id[16];

      test_trace_id (span->trace, id);
      g_assert_cmpmem (row->trace_id, 16, id, 16);
      g_assert_cmpuint (row->start_ns, ==, span->start_ns);
      g_assert_cmpuint (row->end_ns, ==, span->end_ns);
      g_assert_cmpstr (flow_dictionary_get (batch->strings, row->name, NULL), ==, span->name);
      g_assert_true (g_hash_table_add (visit->seen, (gpointer) (gsize) row->span_id));
    }
  visit->visits++;
  if (!visit->disturb)
    return TRUE;
  test_store_seal (&visit->world->store);
  test_store_merge (&visit->world->store);
  return TRUE;
}

static void
test_export (void)
{
  World world;
  g_autoptr (GError) error = NULL;

  query_world_init (&world, 7);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
      Visit visit = { &world, seen, 0, round == 1 };

      flow_trace_reader_export (world.reader, FLOW_SIGNAL_TRACES, visit_batch, &visit, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_hash_table_size (seen), ==, SPANS);
    }
  query_world_clear (&world);
}

/* The same with many small segments, whose first ones are done when they are joined with the next. */
static void
test_export_small (void)
{
  World world = { .random = g_rand_new_with_seed (8), .spans = g_new (TestSpan, SPANS) };
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  Visit visit = { &world, seen, 0, TRUE };

  test_store_init (&world.store);
  test_model_init (&world.model);
  for (guint i = 0; i < 600; i++)
    {
      world.spans[i] = query_world_random_span (&world, i);
      test_store_spans (&world.store, &world.spans[i], 1);
      if (i % 5 == 0 && i < 500)
        test_store_seal (&world.store);
    }
  world.reader = test_store_reader (&world.store);
  g_assert_true (flow_trace_reader_export (world.reader, FLOW_SIGNAL_TRACES, visit_batch, &visit, NULL));
  g_assert_cmpuint (g_hash_table_size (seen), ==, 600);
  g_assert_cmpuint (visit.visits, >, 3);
  query_world_clear (&world);
}

static gboolean
stop_visit (const FlowSpanBatch *batch, gpointer data, GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_CANCELLED, "enough");
  return FALSE;
}

static void
test_export_stops (void)
{
  TestSpan span = test_span (1, 1);
  g_autoptr (FlowTraceReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  TestStore store;

  test_store_init (&store);
  test_store_spans (&store, &span, 1);
  reader = test_store_reader (&store);
  g_assert_false (flow_trace_reader_export (reader, FLOW_SIGNAL_TRACES, stop_visit, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_CANCELLED);
  g_assert_true (flow_trace_reader_export (reader, FLOW_SIGNAL_LOGS, stop_visit, NULL, NULL));
  test_store_clear (&store);
}

static gint64
ask (World *world, const char *query)
{
  g_autoptr (GError) error = NULL;
  gint64 number = -1;

  flow_sql_get_int64 (flow_trace_reader_get_connection (world->reader), query, &number, &error);
  g_assert_no_error (error);
  return number;
}

static void
test_table (void)
{
  World world;
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *by_trace = NULL;
  gboolean row = FALSE;
  guint rows = 0, errors = 0, late = 0, slow = 0;
  TestSpan fresh = test_span (TRACES + 5, SPANS + 1);
  char hex[33];
  guint8 id[16];

  query_world_init (&world, 9);
  g_assert_true (flow_span_vtab_register (world.reader, NULL));
  flow_sql_prepare_text (flow_trace_reader_get_connection (world.reader),
                         "SELECT trace_id, span_id, parent_span_id, name, service, kind, start_unix_nano, duration_ns, "
                         "status, status_message, error, file, line, attributes, resource FROM span",
                         &stmt, &error);
  g_assert_no_error (error);
  while (flow_sql_step_row (stmt, &row, &error) && row)
    {
      guint64 span_id = 0;
      const TestSpan *span;

      g_assert_true (flow_id_from_hex ((const char *) sqlite3_column_text (stmt, 1), 8, (guint8 *) &span_id));
      span = &world.spans[span_id - 1];
      test_trace_id (span->trace, id);
      flow_id_to_hex (id, 16, hex);
      g_assert_cmpstr ((const char *) sqlite3_column_text (stmt, 0), ==, hex);
      g_assert_cmpstr ((const char *) sqlite3_column_text (stmt, 3), ==, span->name);
      g_assert_cmpstr ((const char *) sqlite3_column_text (stmt, 4), ==, span->service);
      g_assert_cmpint (sqlite3_column_int64 (stmt, 5), ==, span->kind);
      g_assert_cmpint (sqlite3_column_int64 (stmt, 6), ==, (gint64) span->start_ns);
      g_assert_cmpint (sqlite3_column_int64 (stmt, 7), ==, (gint64) (span->end_ns - span->start_ns));
      g_assert_cmpint (sqlite3_column_int64 (stmt, 8), ==, span->status);
      g_assert_cmpstr ((const char *) sqlite3_column_text (stmt, 9), ==, span->status_message);
      g_assert_cmpint (sqlite3_column_int64 (stmt, 10), ==, span->error);
      g_assert_cmpstr ((const char *) sqlite3_column_text (stmt, 11), ==, span->file);
      g_assert_cmpint (sqlite3_column_text (stmt, 13)[0], ==, '{');
      g_assert_cmpint (strstr ((const char *) sqlite3_column_text (stmt, 14), "host-") != NULL, ==, span->host != NULL);
      rows++;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (rows, ==, SPANS);

  for (guint i = 0; i < SPANS; i++)
    {
      errors += world.spans[i].error;
      late += (gint64) world.spans[i].start_ns >= G_GINT64_CONSTANT (1700000005000000000);
      slow += (gint64) (world.spans[i].end_ns - world.spans[i].start_ns) > 1000000;
    }
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM span WHERE error"), ==, errors);
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM span WHERE start_unix_nano >= 1700000005000000000"), ==, late);
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM span WHERE start_unix_nano < 1700000005000000000"), ==,
                   SPANS - late);
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM span WHERE start_unix_nano < 'text'"), ==, SPANS);
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM span WHERE start_unix_nano <= 1e30"), ==, SPANS);
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM span WHERE start_unix_nano >= NULL"), ==, 0);
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM span WHERE duration_ns > 1000000"), ==, slow);
  g_assert_cmpint (ask (&world, "SELECT count(DISTINCT trace_id) FROM span"), ==,
                   g_hash_table_size (world.model.traces));
  by_trace = g_strdup_printf ("SELECT count(*) FROM span WHERE trace_id = '%s'", hex);
  g_assert_cmpint (ask (&world, by_trace), >, 0);
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM span WHERE trace_id = 'nonsense'"), ==, 0);
  g_assert_cmpint (ask (&world, "SELECT count(*) FROM (SELECT * FROM span LIMIT 20) a JOIN span b USING (trace_id, "
                                "span_id)"),
                   ==, 20);

  /* What comes in later is there, also when the reader had looked before. */
  test_store_spans (&world.store, &fresh, 1);
  test_trace_id (fresh.trace, id);
  flow_id_to_hex (id, 16, hex);
  g_free (by_trace);
  by_trace = g_strdup_printf ("SELECT count(*) FROM span WHERE trace_id = '%s'", hex);
  g_assert_cmpint (ask (&world, by_trace), ==, 1);
  query_world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/exports/export", test_export);
  g_test_add_func ("/trace/exports/export-small", test_export_small);
  g_test_add_func ("/trace/exports/export-stops", test_export_stops);
  g_test_add_func ("/trace/exports/table", test_table);
  return g_test_run ();
}
