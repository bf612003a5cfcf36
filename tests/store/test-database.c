/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "store-test.h"

#include <glib/gstdio.h>

typedef struct
{
  FlowContext *context;
  const char *folder;
  const char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->context = test_context_new ();
  fixture->folder = flow_context_get_data_dir (fixture->context);
  fixture->path = flow_context_get_database_path (fixture->context);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  test_context_remove (fixture->context);
}

static void
make (Fixture *fixture, const char *sql)
{
  g_autoptr (sqlite3) db = NULL;

  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

static gint64
ask (sqlite3 *db, const char *pragma)
{
  g_autoptr (GError) error = NULL;
  gint64 value = -1;

  flow_sql_get_int64 (db, pragma, &value, &error);
  g_assert_no_error (error);
  return value;
}

static void
test_created (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db = flow_database_open_writer (fixture->path, 1, &error);
  GStatBuf info;

  g_assert_no_error (error);
  g_assert_true (flow_sql_exec_text (db, "CREATE TABLE t (x)", &error));
  g_assert_cmpint (ask (db, "PRAGMA page_size"), ==, 16384);
  g_assert_cmpint (ask (db, "PRAGMA auto_vacuum"), ==, 2);
  g_assert_cmpint (ask (db, "PRAGMA application_id"), ==, 0x464C4F57);
  g_assert_cmpint (ask (db, "PRAGMA synchronous"), ==, 2);
  g_assert_cmpint (ask (db, "PRAGMA wal_autocheckpoint"), ==, 0);
  g_assert_cmpint (ask (db, "PRAGMA journal_size_limit"), ==, 8 * 1024 * 1024);
  g_assert_cmpint (ask (db, "PRAGMA secure_delete"), ==, 0);
  g_assert_cmpint (ask (db, "PRAGMA foreign_keys"), ==, 0);
  g_assert_cmpint (ask (db, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), ==, 1);
  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (fixture->folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  flow_database_close_writer (db);
}

static void
test_private_wal (Fixture *fixture, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (fixture->path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (fixture->path, "-shm", NULL);
  sqlite3 *db = flow_database_open_writer (fixture->path, 1, NULL);
  GStatBuf info;

  g_assert_true (flow_sql_exec_text (db, "CREATE TABLE t (x)", NULL));
  g_assert_cmpint (g_stat (wal, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (shm, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  flow_database_close_writer (db);
}

static void
test_made_private (Fixture *fixture, gconstpointer data)
{
  sqlite3 *db = flow_database_open_writer (fixture->path, 1, NULL);
  GStatBuf info;

  flow_database_close_writer (db);
  g_assert_cmpint (g_chmod (fixture->path, 0644), ==, 0);
  db = flow_database_open_writer (fixture->path, 1, NULL);
  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  flow_database_close_writer (db);
}

/* The mark is in the file before anything is in a WAL: what a crash at once leaves is ours. */
static void
test_crash_at_creation (Fixture *fixture, gconstpointer data)
{
  g_autofree char *copy = flow_context_build_path (fixture->context, "copy.db");
  g_autofree char *bytes = NULL;
  gsize length = 0;
  sqlite3 *db = flow_database_open_writer (fixture->path, 1, NULL);
  g_autoptr (GError) error = NULL;
  gboolean exists = FALSE;

  g_assert_true (g_file_get_contents (fixture->path, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (copy, bytes, (gssize) length, NULL));
  flow_database_close_writer (db);
  g_assert_true (flow_database_inspect (copy, 1, &exists, &error));
  g_assert_no_error (error);
  g_assert_true (exists);
}

static void
assert_refused (Fixture *fixture, int code)
{
  g_autofree char *before = test_digest_folder (fixture->folder);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_database_open_writer (fixture->path, 3, &error));
  g_assert_error (error, FLOW_ERROR, code);
  after = test_digest_folder (fixture->folder);
  g_assert_cmpstr (before, ==, after);
  g_clear_error (&error);
  g_assert_null (flow_database_open_reader (fixture->path, 3, &error));
  g_assert_error (error, FLOW_ERROR, code);
}

static void
test_foreign_application (Fixture *fixture, gconstpointer data)
{
  make (fixture, "PRAGMA application_id = 252006673; CREATE TABLE t (x)");
  assert_refused (fixture, FLOW_ERROR_FOREIGN_DATABASE);
}

static void
test_foreign_unmarked (Fixture *fixture, gconstpointer data)
{
  make (fixture, "PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
  assert_refused (fixture, FLOW_ERROR_FOREIGN_DATABASE);
}

static void
test_not_sqlite (Fixture *fixture, gconstpointer data)
{
  g_assert_true (g_file_set_contents (fixture->path, "dear diary", -1, NULL));
  assert_refused (fixture, FLOW_ERROR_FOREIGN_DATABASE);
}

static void
test_newer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make (fixture, "PRAGMA application_id = 0x464C4F57; PRAGMA user_version = 4; CREATE TABLE t (x)");
  assert_refused (fixture, FLOW_ERROR_NEWER_DATABASE);
  g_assert_null (flow_database_open_writer (fixture->path, 3, &error));
  g_assert_nonnull (strstr (error->message, "schema 4"));
}

/* The newer version stands only in the WAL that a killed program left: it is refused too, and its WAL kept. */
static void
test_newer_in_wal (Fixture *fixture, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (fixture->path, "-wal", NULL);
  g_autofree char *kept = g_strconcat (fixture->path, ".kept", NULL);
  g_autofree char *kept_wal = g_strconcat (kept, "-wal", NULL);
  g_autofree char *bytes = NULL;
  g_autofree char *after = NULL;
  gsize length = 0;
  g_autoptr (GError) error = NULL;
  sqlite3 *db = flow_database_open_writer (fixture->path, 3, NULL);

  g_assert_true (flow_sql_exec_text (db, "PRAGMA user_version = 9", NULL));
  g_assert_true (g_file_get_contents (fixture->path, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (kept, bytes, (gssize) length, NULL));
  g_clear_pointer (&bytes, g_free);
  g_assert_true (g_file_get_contents (wal, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (kept_wal, bytes, (gssize) length, NULL));
  flow_database_close_writer (db);

  g_assert_null (flow_database_open_writer (kept, 3, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NEWER_DATABASE);
  g_assert_true (g_file_get_contents (kept_wal, &after, NULL, NULL));
  g_assert_cmpmem (bytes, length, after, length);
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3) reader = NULL;
  gsize length = 0;
  gint64 count = 0;
  sqlite3 *db = flow_database_open_writer (fixture->path, 1, NULL);

  g_assert_true (flow_sql_exec_text (db, "CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob (100000))", NULL));
  flow_database_close_writer (db);
  g_assert_true (g_file_get_contents (fixture->path, &bytes, &length, NULL));
  memset (bytes + 200, 0xa5, length - 200);
  g_assert_true (g_file_set_contents (fixture->path, bytes, (gssize) length, NULL));
  reader = flow_database_open_reader (fixture->path, 1, &error);
  g_assert_false (reader != NULL && flow_sql_get_int64 (reader, "SELECT count (*) FROM t", &count, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT);
}

static void
test_cannot_make (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "nowhere", "x.db", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_database_open_writer (path, 1, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  g_assert_null (flow_database_open_writer (fixture->path, 1, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
}

#define ADD(name, func) g_test_add ("/store/database/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("created", test_created);
  ADD ("private-wal", test_private_wal);
  ADD ("made-private", test_made_private);
  ADD ("crash-at-creation", test_crash_at_creation);
  ADD ("foreign-application", test_foreign_application);
  ADD ("foreign-unmarked", test_foreign_unmarked);
  ADD ("not-sqlite", test_not_sqlite);
  ADD ("newer", test_newer);
  ADD ("newer-in-wal", test_newer_in_wal);
  ADD ("damaged", test_damaged);
  ADD ("cannot-make", test_cannot_make);
  return g_test_run ();
}
