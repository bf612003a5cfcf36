/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <errno.h>

#include "store-test.h"

#include "store/flow-statement-cache.h"

static sqlite3 *
open_memory (void)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (":memory:", &db), ==, SQLITE_OK);
  return db;
}

static void
test_prepare (void)
{
  g_autoptr (sqlite3) db = open_memory ();
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GError) error = NULL;
  gboolean row = FALSE;

  g_assert_true (flow_sql_prepare (db, "test/one", &statement, &error));
  g_assert_no_error (error);
  g_assert_true (flow_sql_step_done (statement, &error));
  g_clear_pointer (&statement, sqlite3_finalize);

  g_assert_true (flow_sql_prepare_text (db, "SELECT 1 UNION SELECT 2", &statement, &error));
  g_assert_true (flow_sql_step_row (statement, &row, &error));
  g_assert_true (row);
  g_assert_cmpint (sqlite3_column_int (statement, 0), ==, 1);
  g_assert_true (flow_sql_step_row (statement, &row, &error));
  g_assert_true (row);
  g_assert_true (flow_sql_step_row (statement, &row, &error));
  g_assert_false (row);
  g_assert_true (flow_sql_step_done (statement, &error));
  g_assert_no_error (error);
}

static void
test_prepare_refused (void)
{
  g_autoptr (sqlite3) db = open_memory ();
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (flow_sql_prepare (db, "test/nowhere", &statement, &error));
  g_assert_error (error, G_RESOURCE_ERROR, G_RESOURCE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (flow_sql_exec (db, "test/nowhere", &error));
  g_assert_error (error, G_RESOURCE_ERROR, G_RESOURCE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (flow_sql_prepare_text (db, "SELECT 1; SELECT 2", &statement, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (flow_sql_prepare_text (db, "-- nothing", &statement, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (flow_sql_prepare_text (db, "SELECT * FROM nowhere", &statement, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "no such table"));
  g_assert_null (statement);
}

static void
test_exec (void)
{
  g_autoptr (sqlite3) db = open_memory ();
  g_autoptr (GError) error = NULL;
  gint64 value = 0;

  g_assert_true (flow_sql_exec (db, "test/one", &error));
  g_assert_true (flow_sql_exec (db, "test/two", &error));
  g_assert_no_error (error);
  g_assert_true (
      flow_sql_exec_text (db, "INSERT INTO first VALUES (7, 'a', 1); INSERT INTO first VALUES (9, 'b', 2)", &error));
  g_assert_true (flow_sql_get_int64 (db, "SELECT max (id) FROM first", &value, &error));
  g_assert_cmpint (value, ==, 9);
  g_assert_true (flow_sql_get_int64 (db, "SELECT id FROM first WHERE id = 1", &value, &error));
  g_assert_cmpint (value, ==, 0);
  g_assert_no_error (error);
  g_assert_false (flow_sql_exec_text (db, "INSERT INTO first VALUES (7, 'a', 1)", &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (flow_sql_get_int64 (db, "nonsense", &value, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
}

static void
test_step_errors (void)
{
  g_autoptr (sqlite3) db = open_memory ();
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GError) error = NULL;
  gboolean row = TRUE;

  g_assert_true (flow_sql_prepare_text (db, "SELECT abs (-9223372036854775808)", &statement, &error));
  g_assert_false (flow_sql_step_row (statement, &row, &error));
  g_assert_false (row);
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (flow_sql_step_done (statement, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
}

static void
test_error_codes (void)
{
  const struct
  {
    int code;
    int expected;
  } cases[] = {
    { SQLITE_FULL, FLOW_ERROR_DISK_FULL },      { SQLITE_IOERR_SHMSIZE, FLOW_ERROR_DISK_FULL },
    { SQLITE_CORRUPT, FLOW_ERROR_CORRUPT },     { SQLITE_CORRUPT_INDEX, FLOW_ERROR_CORRUPT },
    { SQLITE_NOTADB, FLOW_ERROR_CORRUPT },      { SQLITE_BUSY, FLOW_ERROR_BUSY },
    { SQLITE_BUSY_SNAPSHOT, FLOW_ERROR_BUSY },  { SQLITE_LOCKED, FLOW_ERROR_BUSY },
    { SQLITE_INTERRUPT, FLOW_ERROR_CANCELLED }, { SQLITE_IOERR_WRITE, FLOW_ERROR_FAILED },
    { SQLITE_CONSTRAINT, FLOW_ERROR_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (flow_sql_error_code (cases[i].code, sqlite3_errstr (cases[i].code), &error, "test"));
      g_assert_error (error, FLOW_ERROR, cases[i].expected);
    }
}

/* A statement is prepared once for a connection, and comes back as if it were new. */
static void
test_cache (void)
{
  g_autoptr (FlowStatementCache) cache = flow_statement_cache_new ();
  g_autoptr (sqlite3) first = NULL;
  g_autoptr (sqlite3) second = NULL;
  g_autoptr (GError) error = NULL;
  FlowSqlStep *before, *again, *other;
  gboolean row;

  g_assert_cmpint (sqlite3_open (":memory:", &first), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_open (":memory:", &second), ==, SQLITE_OK);
  g_assert_true (flow_statement_cache_take (cache, first, "store/schema", &before, &error));
  {
    g_autoptr (FlowSqlStep) step = before;

    g_assert_true (flow_sql_step_row (step, &row, &error));
    g_assert_false (row);
  }
  g_assert_true (flow_statement_cache_take (cache, first, "store/schema", &again, &error));
  g_assert_true (before == again);
  g_assert_true (flow_statement_cache_take (cache, second, "store/schema", &other, &error));
  g_assert_true (sqlite3_db_handle (other) == second);
  g_assert_false (flow_statement_cache_take (cache, second, "no-such-statement", &other, &error));
  g_assert_nonnull (error);
  flow_statement_cache_clear (cache);
  g_assert_null (sqlite3_next_stmt (second, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/store/statement/prepare", test_prepare);
  g_test_add_func ("/store/statement/prepare-refused", test_prepare_refused);
  g_test_add_func ("/store/statement/exec", test_exec);
  g_test_add_func ("/store/statement/step-errors", test_step_errors);
  g_test_add_func ("/store/statement/error-codes", test_error_codes);
  g_test_add_func ("/store/statement/cache", test_cache);
  return g_test_run ();
}
