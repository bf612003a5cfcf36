/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "store-test.h"

#include <glib/gstdio.h>

#include "store/flow-maintenance-private.h"
#include "store/flow-migration.h"

typedef struct
{
  FlowContext *context;
  const char *path;
  char *backups;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->context = test_context_new ();
  fixture->path = flow_context_get_database_path (fixture->context);
  fixture->backups = flow_context_build_path (fixture->context, "backups");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_free (fixture->backups);
  test_context_remove (fixture->context);
}

static gboolean
open_with (Fixture *fixture, const char *migrations, GError **error)
{
  g_autoptr (FlowStore) store = flow_store_new (fixture->context);

  flow_store_set_migrations_path (store, migrations);
  return flow_store_open (store, error);
}

static void
make_one (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db;

  open_with (fixture, TEST_MIGRATIONS_ONE, &error);
  g_assert_no_error (error);
  db = flow_database_open_writer (fixture->path, 1, &error);
  g_assert_no_error (error);
  g_assert_true (flow_sql_exec_text (db, "INSERT INTO first VALUES (1, 'a'), (2, 'b')", &error));
  flow_database_close_writer (db);
}

static guint
count_backups (Fixture *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->backups, 0, NULL);
  guint count = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
assert_problems (Fixture *fixture, const char *migrations, guint expected)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;

  flow_maintenance_validate_with (fixture->path, migrations, &problems, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (problems, i));
  g_assert_cmpuint (problems->len, ==, expected);
}

static void
test_new_database (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (open_with (fixture, TEST_MIGRATIONS_THREE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test_count (fixture->path, "PRAGMA user_version"), ==, 3);
  g_assert_cmpint (test_count (fixture->path, "SELECT count (*) FROM migration WHERE length (checksum) = 64"), ==, 3);
  g_assert_cmpint (test_count (fixture->path, "SELECT min (applied_at) > 1600000000000000000 FROM migration"), ==, 1);
  g_assert_cmpuint (count_backups (fixture), ==, 0);
  assert_problems (fixture, TEST_MIGRATIONS_THREE, 0);
}

static void
test_up_with_backup (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = NULL;
  g_autofree char *copy = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  make_one (fixture);
  g_assert_true (open_with (fixture, TEST_MIGRATIONS_THREE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test_count (fixture->path, "SELECT count (*) FROM third"), ==, 2);
  assert_problems (fixture, TEST_MIGRATIONS_THREE, 0);

  g_assert_cmpuint (count_backups (fixture), ==, 1);
  dir = g_dir_open (fixture->backups, 0, NULL);
  copy = g_build_filename (fixture->backups, g_dir_read_name (dir), NULL);
  g_assert_nonnull (strstr (copy, "/flowscope-0001-"));
  g_assert_cmpint (g_stat (copy, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (test_count (copy, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (test_count (copy, "SELECT count (*) FROM first"), ==, 2);
}

static void
test_nothing_to_do (Fixture *fixture, gconstpointer data)
{
  make_one (fixture);
  g_assert_true (open_with (fixture, TEST_MIGRATIONS_ONE, NULL));
  g_assert_cmpuint (count_backups (fixture), ==, 0);
}

static void
test_steps (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_one (fixture);
  g_assert_true (flow_maintenance_migrate_with (fixture->path, TEST_MIGRATIONS_THREE, 2, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test_count (fixture->path, "PRAGMA user_version"), ==, 2);
  g_assert_cmpint (test_count (fixture->path, "SELECT sum (size) FROM first"), ==, 0);
  g_assert_true (flow_maintenance_migrate_with (fixture->path, TEST_MIGRATIONS_THREE, FLOW_STORE_NEWEST, &error));
  g_assert_cmpint (test_count (fixture->path, "PRAGMA user_version"), ==, 3);

  g_assert_false (flow_maintenance_migrate_with (fixture->path, TEST_MIGRATIONS_THREE, 1, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (flow_maintenance_migrate_with (fixture->path, TEST_MIGRATIONS_THREE, 4, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
}

static void
test_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_one (fixture);
  g_assert_true (open_with (fixture, TEST_MIGRATIONS_THREE, NULL));
  g_assert_true (flow_maintenance_rollback_with (fixture->path, TEST_MIGRATIONS_THREE, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test_count (fixture->path, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (test_count (fixture->path, "SELECT count (*) FROM migration"), ==, 1);
  g_assert_cmpint (test_count (fixture->path, "SELECT count (*) FROM first"), ==, 2);
  assert_problems (fixture, TEST_MIGRATIONS_ONE, 0);
  g_assert_cmpuint (count_backups (fixture), ==, 2);

  g_assert_true (open_with (fixture, TEST_MIGRATIONS_THREE, NULL));
  g_assert_true (flow_maintenance_rollback_with (fixture->path, TEST_MIGRATIONS_THREE, 0, &error));
  g_assert_cmpint (test_count (fixture->path, "SELECT count (*) FROM sqlite_schema"), ==, 1);
  g_assert_cmpuint (count_backups (fixture), ==, 3);
  g_assert_true (open_with (fixture, TEST_MIGRATIONS_THREE, &error));
  g_assert_no_error (error);
  assert_problems (fixture, TEST_MIGRATIONS_THREE, 0);

  g_assert_false (flow_maintenance_rollback_with (fixture->path, TEST_MIGRATIONS_THREE, 4, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (flow_maintenance_rollback_with (fixture->path, TEST_MIGRATIONS_THREE, -2, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
}

static void
test_backups_pruned (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other = g_build_filename (fixture->backups, "mine.db", NULL);
  g_autoptr (GError) error = NULL;

  make_one (fixture);
  for (int i = 0; i < 3; i++)
    {
      g_assert_true (open_with (fixture, TEST_MIGRATIONS_THREE, &error));
      g_assert_true (flow_maintenance_rollback_with (fixture->path, TEST_MIGRATIONS_THREE, 1, &error));
    }
  g_assert_cmpuint (count_backups (fixture), ==, 3);
  g_assert_true (g_file_set_contents (other, "kept", -1, NULL));
  g_assert_true (flow_store_remove_backups (fixture->path, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_backups (fixture), ==, 1);
}

static void
test_no_backup_no_migration (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_one (fixture);
  g_assert_true (g_file_set_contents (fixture->backups, "in the way", -1, NULL));
  g_assert_false (open_with (fixture, TEST_MIGRATIONS_THREE, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_assert_cmpint (test_count (fixture->path, "PRAGMA user_version"), ==, 1);
}

static void
test_changed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowStoreStatus) status = NULL;
  const FlowMigrationStatus *first;

  make_one (fixture);
  assert_problems (fixture, TEST_MIGRATIONS_CHANGED, 2);
  g_assert_false (open_with (fixture, TEST_MIGRATIONS_CHANGED, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "another text"));
  g_clear_error (&error);
  g_assert_false (flow_maintenance_rollback_with (fixture->path, TEST_MIGRATIONS_CHANGED, 0, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_assert_cmpint (test_count (fixture->path, "PRAGMA user_version"), ==, 1);

  status = flow_maintenance_status_with (fixture->path, TEST_MIGRATIONS_CHANGED, NULL);
  g_assert_cmpint (status->newest_version, ==, 2);
  first = g_ptr_array_index (status->migrations, 0);
  g_assert_true (first->applied && first->changed);
  first = g_ptr_array_index (status->migrations, 1);
  g_assert_false (first->applied);
}

static void
test_broken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_one (fixture);
  g_assert_false (open_with (fixture, TEST_MIGRATIONS_BROKEN, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "Migration 2 (broken)"));
  g_assert_cmpint (test_count (fixture->path, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (test_count (fixture->path, "SELECT count (*) FROM sqlite_schema WHERE name = 'half'"), ==, 0);
  g_assert_true (open_with (fixture, TEST_MIGRATIONS_ONE, NULL));
}

static void
test_committing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (open_with (fixture, TEST_MIGRATIONS_COMMITTING, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "transaction"));
}

static void
test_bad_sets (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (open_with (fixture, TEST_MIGRATIONS_GAP, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (open_with (fixture, TEST_MIGRATIONS_NO_DOWN, &error));
  g_assert_error (error, G_RESOURCE_ERROR, G_RESOURCE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (open_with (fixture, "/org/flowscope/test/nowhere/", &error));
  g_assert_error (error, G_RESOURCE_ERROR, G_RESOURCE_ERROR_NOT_FOUND);
}

static void
test_validate (Fixture *fixture, gconstpointer data)
{
  sqlite3 *db;

  make_one (fixture);
  db = flow_database_open_writer (fixture->path, 1, NULL);
  g_assert_true (flow_sql_exec_text (db, "CREATE TABLE strange (x); ALTER TABLE first ADD COLUMN y", NULL));
  flow_database_close_writer (db);
  assert_problems (fixture, TEST_MIGRATIONS_ONE, 2);
  db = flow_database_open_writer (fixture->path, 1, NULL);
  g_assert_true (flow_sql_exec_text (db, "DROP TABLE first; DELETE FROM migration", NULL));
  flow_database_close_writer (db);
  assert_problems (fixture, TEST_MIGRATIONS_ONE, 3);
  db = flow_database_open_writer (fixture->path, 1, NULL);
  g_assert_true (flow_sql_exec_text (db, "INSERT INTO migration VALUES (7, 'future', '', 0)", NULL));
  flow_database_close_writer (db);
  assert_problems (fixture, TEST_MIGRATIONS_ONE, 4);
}

typedef struct
{
  GString *stages;
  FlowStoreStage cancel_at;
  GCancellable *cancellable;
} Watched;

static void
stage_cb (FlowStoreStage stage, gint64 done, gint64 total, gpointer data)
{
  static const char letters[] = "bmr";
  Watched *watched = data;
  gsize length = watched->stages->len;

  g_assert_cmpint (done, <=, total);
  if (length == 0 || watched->stages->str[length - 1] != letters[stage])
    g_string_append_c (watched->stages, letters[stage]);
  if (watched->cancellable != NULL && stage == watched->cancel_at)
    g_cancellable_cancel (watched->cancellable);
}

/* Returns the stages that were seen, a letter each. */
static char *
open_watched (Fixture *fixture, const char *migrations, Watched *watched, GError **error)
{
  g_autoptr (FlowStore) store = flow_store_new (fixture->context);
  FlowStoreWatch watch = { stage_cb, watched, watched->cancellable };

  watched->stages = g_string_new (NULL);
  flow_store_set_migrations_path (store, migrations);
  flow_store_open_watched (store, &watch, error);
  return g_string_free (watched->stages, FALSE);
}

static void
test_watched (Fixture *fixture, gconstpointer data)
{
  Watched watched = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *first = open_watched (fixture, TEST_MIGRATIONS_ONE, &watched, &error);
  g_autofree char *up = NULL;
  g_autofree char *again = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (first, ==, "mr");
  up = open_watched (fixture, TEST_MIGRATIONS_THREE, &watched, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (up, ==, "bmr");
  again = open_watched (fixture, TEST_MIGRATIONS_THREE, &watched, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, "r");
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  static const FlowStoreStage stages[] = { FLOW_STORE_STAGE_BACKUP, FLOW_STORE_STAGE_MIGRATION,
                                           FLOW_STORE_STAGE_READING };

  make_one (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Watched watched = { .cancel_at = stages[i], .cancellable = cancellable };
      g_autoptr (GError) error = NULL;
      g_autofree char *seen = open_watched (fixture, TEST_MIGRATIONS_THREE, &watched, &error);

      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_nonnull (seen);
      /* Up to the migration itself everything is as it was; a migration that is done stays done. */
      if (stages[i] != FLOW_STORE_STAGE_READING)
        assert_problems (fixture, TEST_MIGRATIONS_ONE, 0);
      else
        assert_problems (fixture, TEST_MIGRATIONS_THREE, 0);
    }
}

#define ADD(name, func) g_test_add ("/store/migration/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("new-database", test_new_database);
  ADD ("up-with-backup", test_up_with_backup);
  ADD ("nothing-to-do", test_nothing_to_do);
  ADD ("steps", test_steps);
  ADD ("down", test_down);
  ADD ("backups-pruned", test_backups_pruned);
  ADD ("no-backup-no-migration", test_no_backup_no_migration);
  ADD ("changed", test_changed);
  ADD ("broken", test_broken);
  ADD ("committing", test_committing);
  ADD ("bad-sets", test_bad_sets);
  ADD ("validate", test_validate);
  ADD ("watched", test_watched);
  ADD ("cancelled", test_cancelled);
  return g_test_run ();
}
