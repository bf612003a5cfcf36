/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "store-test.h"

#define SLOW_QUERY \
  "WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 400000) SELECT sum (i) FROM c"

/* Counted and logged with the plan, and the connection's own error is not disturbed. */
static void
test_logged (void)
{
  FlowContext *context = test_context_new ();
  g_autoptr (FlowStore) store = test_store_open (context);
  g_autoptr (sqlite3) db = flow_database_open_reader (flow_context_get_database_path (context), 1, NULL);
  FlowStoreStats before;
  FlowStoreStats after;
  gint64 value = 0;

  flow_store_set_slow_query_ms (1);
  flow_store_get_stats (store, &before);
  g_test_expect_message ("flow-store", G_LOG_LEVEL_MESSAGE, "Slow query, * ms: WITH RECURSIVE*; plan: *SCAN c*");
  g_assert_true (flow_sql_get_int64 (db, SLOW_QUERY, &value, NULL));
  g_test_assert_expected_messages ();
  g_assert_cmpint (value, >, 0);
  flow_store_get_stats (store, &after);
  g_assert_cmpuint (after.slow_queries, ==, before.slow_queries + 1);

  flow_store_set_slow_query_ms (0);
  g_assert_true (flow_sql_get_int64 (db, SLOW_QUERY, &value, NULL));
  flow_store_get_stats (store, &after);
  g_assert_cmpuint (after.slow_queries, ==, before.slow_queries + 1);
  flow_store_set_slow_query_ms (100);
  flow_store_close (store);
  test_context_remove (context);
}

static gboolean
slow_run (sqlite3 *db, gpointer data, GError **error)
{
  gint64 value = 0;

  return flow_sql_get_int64 (db, SLOW_QUERY, &value, error);
}

static void
test_writer (void)
{
  FlowContext *context = test_context_new ();
  g_autoptr (FlowStore) store = test_store_open (context);
  FlowStoreStats before;
  FlowStoreStats after;

  flow_store_get_stats (store, &before);
  flow_store_set_slow_query_ms (1);
  g_assert_true (flow_store_run (store, slow_run, NULL, NULL));
  flow_store_set_slow_query_ms (100);
  flow_store_get_stats (store, &after);
  g_assert_cmpuint (after.slow_queries, >, before.slow_queries);
  flow_store_close (store);
  test_context_remove (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/store/slow-query/logged", test_logged);
  g_test_add_func ("/store/slow-query/writer", test_writer);
  return g_test_run ();
}
