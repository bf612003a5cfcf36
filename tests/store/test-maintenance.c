/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "store-test.h"

#include <glib/gstdio.h>

#include "store/flow-maintenance.h"

typedef struct
{
  FlowContext *context;
  FlowStore *store;
  const char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->context = test_context_new ();
  fixture->path = flow_context_get_database_path (fixture->context);
  fixture->store = flow_store_new (fixture->context);
  flow_store_set_idle_us (fixture->store, G_MAXINT64 / 4);
  flow_store_open (fixture->store, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->store);
  test_context_remove (fixture->context);
}

static gboolean
fill (sqlite3 *db, gpointer data, GError **error)
{
  return test_make_table (db, NULL, error) &&
         flow_sql_exec_text (db,
                             "WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 2000) "
                             "INSERT INTO note (text) SELECT hex (randomblob (2000)) FROM c",
                             error);
}

static gboolean
empty (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, "DELETE FROM note WHERE id > 10", error);
}

static void
test_status (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowStoreStatus) status = flow_store_status (fixture->path, &error);
  const FlowMigrationStatus *first;

  g_assert_no_error (error);
  g_assert_cmpstr (status->path, ==, fixture->path);
  g_assert_cmpint (status->application_id, ==, 0x464C4F57);
  g_assert_cmpint (status->page_size, ==, 16384);
  g_assert_cmpint (status->wal_size, >, 0);
  g_assert_cmpint (status->page_count, >, 0);
  g_assert_cmpint (status->schema_version, ==, status->newest_version);
  g_assert_cmpuint (status->migrations->len, ==, status->newest_version);
  first = g_ptr_array_index (status->migrations, 0);
  g_assert_cmpint (first->number, ==, 1);
  g_assert_cmpstr (first->name, ==, "traces");
  g_assert_true (first->applied);
  g_assert_false (first->changed);
  g_assert_cmpint (first->applied_at, >, 0);
}

static void
test_no_database (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = flow_context_build_path (fixture->context, "none.db");
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_store_status (path, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (flow_store_migrate (path, FLOW_STORE_NEWEST, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (flow_store_rollback_to (path, 0, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (flow_store_vacuum (path, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (flow_store_check (path, &problems, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (flow_store_validate (path, &problems, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_check_and_validate (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_store_run (fixture->store, test_make_table, NULL, NULL));
  g_assert_true (flow_store_check (fixture->path, &problems, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, ==, 0);
  g_clear_pointer (&problems, g_ptr_array_unref);

  g_assert_true (flow_store_run (fixture->store, test_insert, (gpointer) "bad", NULL));
  g_assert_true (flow_store_check (fixture->path, &problems, &error));
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (problems, 0), ==, "note.sql: note 1 is bad");
  g_clear_pointer (&problems, g_ptr_array_unref);

  g_assert_true (flow_store_validate (fixture->path, &problems, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (problems, 0), ==, "table note is not of this program");
}

static void
test_check_damaged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize length = 0;

  g_assert_true (flow_store_run (fixture->store, fill, NULL, NULL));
  flow_store_close (fixture->store);
  g_assert_true (g_file_get_contents (fixture->path, &bytes, &length, NULL));
  memset (bytes + length / 2, 0x5a, 40000);
  g_assert_true (g_file_set_contents (fixture->path, bytes, (gssize) length, NULL));
  g_assert_true (flow_store_check (fixture->path, &problems, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, >, 0);
}

/* Made with another page size, and without the tables that the checks ask for. */
static void
test_check_made_otherwise (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = flow_context_build_path (fixture->context, "other.db");
  g_autoptr (sqlite3) db = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_true (flow_sql_exec_text (db, "PRAGMA auto_vacuum = 0; PRAGMA page_size = 4096", &error));
  g_assert_true (flow_sql_exec_text (db, "PRAGMA application_id = 0x464C4F57; CREATE TABLE x (y)", &error));
  g_assert_true (flow_store_check (path, &problems, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, ==, 3);
}

static void
count_progress (gint64 done, gint64 total, gpointer data)
{
  gint64 *last = data;

  g_assert_cmpint (done, >=, *last);
  g_assert_cmpint (done, <=, total);
  *last = done;
}

static void
test_backup (Fixture *fixture, gconstpointer data)
{
  g_autofree char *copy = flow_context_build_path (fixture->context, "copy.db");
  g_autofree char *wal = g_strconcat (copy, "-wal", NULL);
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;
  gint64 last = 0;
  GStatBuf info;

  g_assert_true (flow_store_run (fixture->store, fill, NULL, NULL));
  g_assert_true (flow_store_backup (fixture->path, copy, count_progress, &last, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (last, >, 400);
  g_assert_cmpint (g_stat (copy, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS));
  g_assert_cmpint (test_count (copy, "SELECT count (*) FROM note"), ==, 2000);
  g_assert_true (flow_store_check (copy, &problems, &error));
  g_assert_cmpuint (problems->len, ==, 0);

  g_assert_false (flow_store_backup (fixture->path, copy, NULL, NULL, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
}

static void
test_backup_ends_early (Fixture *fixture, gconstpointer data)
{
  g_autofree char *copy = flow_context_build_path (fixture->context, "copy.db");
  g_autofree char *part = g_strconcat (copy, ".part", NULL);
  g_autofree char *nowhere = g_build_filename (copy, "nowhere", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (flow_store_backup (fixture->path, copy, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
  g_clear_error (&error);
  g_assert_false (flow_store_backup (fixture->path, nowhere, NULL, NULL, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
}

static void
test_backup_restores (Fixture *fixture, gconstpointer data)
{
  g_autofree char *copy = flow_context_build_path (fixture->context, "copy.db");
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_store_run (fixture->store, fill, NULL, NULL));
  g_assert_true (flow_store_backup (fixture->path, copy, NULL, NULL, NULL, &error));
  g_assert_true (flow_store_run (fixture->store, empty, NULL, NULL));
  flow_store_close (fixture->store);
  g_assert_cmpint (g_rename (copy, fixture->path), ==, 0);
  g_assert_true (flow_store_open (fixture->store, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test_count (fixture->path, "SELECT count (*) FROM note"), ==, 2000);
  g_assert_cmpint (test_count (fixture->path, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), ==, 1);
}

static void
test_vacuum (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GStatBuf before;
  GStatBuf after;

  g_assert_true (flow_store_run (fixture->store, fill, NULL, NULL));
  g_assert_true (flow_store_run (fixture->store, empty, NULL, NULL));
  flow_store_close (fixture->store);
  g_assert_cmpint (g_stat (fixture->path, &before), ==, 0);
  g_assert_true (flow_store_vacuum (fixture->path, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (fixture->path, &after), ==, 0);
  g_assert_cmpint (after.st_size, <=, before.st_size);
  g_assert_cmpint (test_count (fixture->path, "SELECT count (*) FROM note"), ==, 10);
  g_assert_cmpint (test_count (fixture->path, "PRAGMA page_size"), ==, 16384);
}

static void
test_down_and_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;

  flow_store_close (fixture->store);
  g_assert_true (flow_store_rollback_to (fixture->path, 0, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test_count (fixture->path, "SELECT count (*) FROM sqlite_schema WHERE type = 'table'"), ==, 1);
  g_assert_true (flow_store_migrate (fixture->path, FLOW_STORE_NEWEST, &error));
  g_assert_no_error (error);
  g_assert_true (flow_store_validate (fixture->path, &problems, &error));
  g_assert_cmpuint (problems->len, ==, 0);
}

#define ADD(name, func) g_test_add ("/store/maintenance/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("status", test_status);
  ADD ("no-database", test_no_database);
  ADD ("check-and-validate", test_check_and_validate);
  ADD ("check-damaged", test_check_damaged);
  ADD ("check-made-otherwise", test_check_made_otherwise);
  ADD ("backup", test_backup);
  ADD ("backup-ends-early", test_backup_ends_early);
  ADD ("backup-restores", test_backup_restores);
  ADD ("vacuum", test_vacuum);
  ADD ("down-and-up", test_down_and_up);
  return g_test_run ();
}
