/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Databases as every released version made them: each must open, with what is in it. */

#include "store-test.h"

#include "store/flow-maintenance.h"

typedef struct
{
  FlowContext *context;
  const char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->context = test_context_new ();
  fixture->path = flow_context_get_database_path (fixture->context);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  test_context_remove (fixture->context);
}

static void
load (Fixture *fixture, const char *name)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "store", "fixtures", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3) db = NULL;

  g_file_get_contents (file, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  flow_sql_exec_text (db, text, &error);
  g_assert_no_error (error);
}

static void
assert_no_problems (GPtrArray *problems)
{
  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (problems, i));
  g_assert_cmpuint (problems->len, ==, 0);
}

static void
test_schema (Fixture *fixture, gconstpointer name)
{
  g_autoptr (FlowStore) store = flow_store_new (fixture->context);
  g_autoptr (FlowStoreStatus) status = NULL;
  g_autoptr (GPtrArray) differences = NULL;
  g_autoptr (GError) error = NULL;

  load (fixture, name);
  flow_store_open (store, &error);
  g_assert_no_error (error);
  status = flow_store_status (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status->schema_version, ==, status->newest_version);
  flow_store_validate (fixture->path, &differences, &error);
  g_assert_no_error (error);
  assert_no_problems (differences);
  g_assert_cmpint (test_count (fixture->path, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), ==, 1);
  flow_store_close (store);
}

/* What was kept by the first release is still there. */
static void
test_schema_1_keeps_rows (Fixture *fixture, gconstpointer name)
{
  g_autoptr (GError) error = NULL;

  load (fixture, name);
  flow_store_migrate (fixture->path, FLOW_STORE_NEWEST, &error);
  g_assert_no_error (error);
  g_assert_cmpint (test_count (fixture->path, "SELECT count (*) FROM trace"), ==, 1);
  g_assert_cmpint (test_count (fixture->path, "SELECT count (*) FROM segment"), ==, 1);
}

/* A migration without its fixture can't be released: make it with fixtures/make-schema-fixture.py. */
static void
test_newest_has_a_fixture (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowStore) store = flow_store_new (fixture->context);
  g_autoptr (FlowStoreStatus) status = NULL;
  g_autofree char *name = NULL;
  g_autofree char *file = NULL;

  g_assert_true (flow_store_open (store, NULL));
  status = flow_store_status (fixture->path, NULL);
  name = g_strdup_printf ("schema-%04d.sql", status->newest_version);
  file = g_test_build_filename (G_TEST_DIST, "store", "fixtures", name, NULL);
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  flow_store_close (store);
}

#define ADD(name, func, data) g_test_add ("/store/fixture/" name, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("schema-1", test_schema, "schema-0001.sql");
  ADD ("schema-2", test_schema, "schema-0002.sql");
  ADD ("schema-3", test_schema, "schema-0003.sql");
  ADD ("schema-4", test_schema, "schema-0004.sql");
  ADD ("schema-5", test_schema, "schema-0005.sql");
  ADD ("schema-1-keeps-rows", test_schema_1_keeps_rows, "schema-0001.sql");
  ADD ("newest-has-a-fixture", test_newest_has_a_fixture, NULL);
  return g_test_run ();
}
