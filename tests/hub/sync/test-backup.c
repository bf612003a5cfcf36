/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "records-test.h"

#include "hub/flow-hub-sync-sql.h"
#include "hub/sync/flow-sync-backup.h"

/* Records in a file, saved a piece at a time while they are written to. */

#define RECORDS 5
#define PIECE 2

typedef struct
{
  TestRecords records;
  FlowSyncBackup *backup;
  char *path;
  const FlowSyncTable *const *tables;
  guint n_tables;
  gboolean finished;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  memset (fixture, 0, sizeof *fixture);
  test_records_init (&fixture->records, NULL);
  fixture->tables = flow_record_tables_get (fixture->records.tables, &fixture->n_tables);
  fixture->path = flow_context_build_path (fixture->records.context, "saved.db");
  fixture->backup = flow_sync_backup_open (fixture->path, TRUE, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < RECORDS; i++)
    {
      g_autofree char *sql = g_strdup_printf ("INSERT INTO trace_fact (trace_id, title, note, pinned, updated) "
                                              "VALUES (x'%032x', 'title %u', '', 0, 1)",
                                              i + 1, i);

      test_records_exec (&fixture->records, sql);
    }
  test_records_exec (&fixture->records, "DELETE FROM sync_dirty");
  test_records_exec (&fixture->records, "INSERT INTO sync_stream VALUES (1, 'account', x'01', 1, 7, 700, x'', 1)");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  flow_sync_backup_free (fixture->backup);
  test_records_clear (&fixture->records);
  g_free (fixture->path);
}

static gboolean
mark_run (TestRecords *records, sqlite3 *db, gpointer data, GError **error)
{
  return flow_sync_backup_mark (((Fixture *) data)->backup, db, error);
}

static gboolean
piece_run (TestRecords *records, sqlite3 *db, gpointer data, GError **error)
{
  Fixture *fixture = data;

  return flow_sync_backup_save (fixture->backup, fixture->tables, fixture->n_tables, db, PIECE, &fixture->finished,
                                error);
}

static gboolean
changed_run (TestRecords *records, sqlite3 *db, gpointer data, GError **error)
{
  Fixture *fixture = data;

  return flow_sync_backup_save_changed (fixture->backup, fixture->tables, fixture->n_tables, db, error);
}

/* What the file says of a record; a text ends its value. */
static void
assert_title (Fixture *fixture, guint number, const char *wanted)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM value WHERE key = x'%032x' AND field = 'title' "
                                          "AND hex (value) LIKE '%%' || hex ('%s')",
                                          number + 1, wanted);
  g_autoptr (sqlite3_stmt) stmt = NULL;
  sqlite3 *file;

  g_assert_cmpint (sqlite3_open (fixture->path, &file), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (file, sql, -1, &stmt, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
  g_assert_cmpint (sqlite3_column_int (stmt, 0), ==, 1);
  g_clear_pointer (&stmt, sqlite3_finalize);
  sqlite3_close (file);
}

static void
test_written_meanwhile (Fixture *fixture, gconstpointer data)
{
  test_records_run (&fixture->records, mark_run, fixture);
  /* Tables without records take a piece each. */
  for (guint i = 0; !g_str_equal (fixture->tables[i]->name, "trace_fact"); i++)
    test_records_run (&fixture->records, piece_run, fixture);
  test_records_run (&fixture->records, piece_run, fixture);
  g_assert_false (fixture->finished);
  /* One of them has its operation already, another has not, a third is deleted. */
  test_records_exec (&fixture->records, "UPDATE trace_fact SET title = 'of an operation' WHERE title = 'title 0'");
  test_records_exec (&fixture->records, "DELETE FROM sync_dirty");
  test_records_exec (&fixture->records, "INSERT INTO sync_cell SELECT 'trace_fact', trace_id, 'title', '', 1, 8, 800, "
                                        "1, 0, x'' FROM trace_fact WHERE title = 'of an operation'");
  while (!fixture->finished)
    test_records_run (&fixture->records, piece_run, fixture);
  test_records_exec (&fixture->records, "UPDATE trace_fact SET title = 'not seen yet' WHERE title = 'title 4'");
  test_records_exec (&fixture->records, "DELETE FROM trace_fact WHERE title = 'title 1'");
  assert_title (fixture, 0, "title 0");
  test_records_run (&fixture->records, changed_run, fixture);
  assert_title (fixture, 0, "of an operation");
  assert_title (fixture, 1, "title 1");
  assert_title (fixture, 2, "title 2");
  assert_title (fixture, 4, "not seen yet");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_resources_register (flow_hub_sync_sql_get_resource ());

  g_test_add ("/hub/sync/backup/written-meanwhile", Fixture, NULL, set_up, test_written_meanwhile, tear_down);

  return g_test_run ();
}
