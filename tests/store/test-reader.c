/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "store-test.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define NOBODY 65534

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
  flow_store_open (fixture->store, &error);
  g_assert_no_error (error);
  g_assert_true (flow_store_run (fixture->store, test_make_table, NULL, NULL));
  g_assert_true (flow_store_run (fixture->store, test_insert, (gpointer) "kept", NULL));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->store);
  test_context_remove (fixture->context);
}

static gint64
count_notes (sqlite3 *db)
{
  g_autoptr (GError) error = NULL;
  gint64 count = -1;

  flow_sql_get_int64 (db, "SELECT count (*) FROM note", &count, &error);
  g_assert_no_error (error);
  return count;
}

static void
test_while_writing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3) db = flow_store_open_reader (fixture->path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (count_notes (db), ==, 1);
  g_assert_true (flow_store_run (fixture->store, test_insert, (gpointer) "more", NULL));
  g_assert_cmpint (count_notes (db), ==, 2);
}

static void
test_snapshot (Fixture *fixture, gconstpointer data)
{
  g_autoptr (sqlite3) db = flow_store_open_reader (fixture->path, NULL);

  g_assert_true (flow_sql_exec_text (db, "BEGIN", NULL));
  g_assert_cmpint (count_notes (db), ==, 1);
  g_assert_true (flow_store_run (fixture->store, test_insert, (gpointer) "more", NULL));
  g_assert_cmpint (count_notes (db), ==, 1);
  g_assert_true (flow_sql_exec_text (db, "COMMIT", NULL));
  g_assert_cmpint (count_notes (db), ==, 2);
}

static void
test_no_hub (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3) db = NULL;

  flow_store_close (fixture->store);
  db = flow_store_open_reader (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count_notes (db), ==, 1);

  g_assert_true (flow_store_open (fixture->store, &error));
  g_assert_no_error (error);
  g_assert_true (flow_store_run (fixture->store, test_insert, (gpointer) "more", NULL));
  g_assert_cmpint (count_notes (db), ==, 2);
}

static void
test_cannot_write (Fixture *fixture, gconstpointer data)
{
  g_autoptr (sqlite3) db = flow_store_open_reader (fixture->path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (flow_sql_exec_text (db, "DELETE FROM note", &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_assert_cmpint (count_notes (db), ==, 1);
}

/* Without rights in the folder SQLite can't make the WAL's index; root has all rights, so becomes somebody else. */
static void
test_read_only_folder (Fixture *fixture, gconstpointer data)
{
  const char *folder = flow_context_get_data_dir (fixture->context);
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3) db = NULL;
  gboolean root = geteuid () == 0;

  flow_store_close (fixture->store);
  g_assert_cmpint (g_chmod (fixture->path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (folder, 0555), ==, 0);
  g_assert_true (!root || seteuid (NOBODY) == 0);
  db = flow_store_open_reader (fixture->path, &error);
  g_assert_true (!root || seteuid (0) == 0);
  g_assert_no_error (error);
  g_assert_cmpint (count_notes (db), ==, 1);
  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = flow_context_build_path (fixture->context, "nothing.db");
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_store_open_reader (path, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_null (flow_store_open_reader (path, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
}

#define ADD(name, func) g_test_add ("/store/reader/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("while-writing", test_while_writing);
  ADD ("snapshot", test_snapshot);
  ADD ("no-hub", test_no_hub);
  ADD ("cannot-write", test_cannot_write);
  ADD ("read-only-folder", test_read_only_folder);
  ADD ("missing", test_missing);
  return g_test_run ();
}
