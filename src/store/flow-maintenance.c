/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-maintenance-private.h"

#include "base/flow-error.h"
#include "store/flow-backup.h"
#include "store/flow-database.h"
#include "store/flow-migration.h"
#include "store/flow-statement.h"
#include "store/flow-store.h"

/* A writing connection that tidies up when it goes. */
typedef sqlite3 FlowWritingConnection;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowWritingConnection, flow_database_close_writer)

static gboolean
must_exist (const char *path, GError **error)
{
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND,
               "There is no database “%s” yet; start the hub (flowscope-hub) or import something", path);
  return FALSE;
}

static sqlite3 *
open_to_write (const char *path, const char *resource_path, GPtrArray **migrations, GError **error)
{
  g_autoptr (GPtrArray) loaded = flow_migrations_load (resource_path, error);
  sqlite3 *db;

  if (loaded == NULL || !must_exist (path, error))
    return NULL;
  db = flow_database_open_writer (path, flow_migrations_newest (loaded), error);
  if (db != NULL)
    *migrations = g_steal_pointer (&loaded);
  return db;
}

static sqlite3 *
open_to_read (const char *path, const char *resource_path, GPtrArray **migrations, GError **error)
{
  g_autoptr (GPtrArray) loaded = flow_migrations_load (resource_path, error);
  sqlite3 *db;

  if (loaded == NULL)
    return NULL;
  db = flow_database_open_reader (path, flow_migrations_newest (loaded), error);
  if (db != NULL)
    *migrations = g_steal_pointer (&loaded);
  return db;
}

/*
 * flow_maintenance_migrate:
 *
 * Migrate an open database; one that has a schema already is copied before. @watch may be %NULL.
 */
gboolean
flow_maintenance_migrate (sqlite3 *db, const char *path, GPtrArray *migrations, int to, const FlowStoreWatch *watch,
                          GError **error)
{
  int version = 0;

  if (!flow_migrations_version (db, &version, error))
    return FALSE;
  if (version > 0 && version < to && !flow_backup_before_change (db, path, version, watch, error))
    return FALSE;
  if (version < to && watch != NULL && watch->stage != NULL)
    watch->stage (FLOW_STORE_STAGE_MIGRATION, 0, 0, watch->data);
  if (watch != NULL && g_cancellable_set_error_if_cancelled (watch->cancellable, error))
    return FALSE;
  return flow_migrations_apply (db, migrations, to, error);
}

/*
 * flow_maintenance_migrate_with:
 *
 * flow_store_migrate() with the migrations of a resource folder.
 */
gboolean
flow_maintenance_migrate_with (const char *path, const char *resource_path, int to, GError **error)
{
  g_autoptr (GPtrArray) migrations = NULL;
  g_autoptr (FlowWritingConnection) db = open_to_write (path, resource_path, &migrations, error);
  int target;
  int version = 0;

  if (db == NULL || !flow_migrations_version (db, &version, error))
    return FALSE;
  target = to == FLOW_STORE_NEWEST ? flow_migrations_newest (migrations) : to;
  if (target < version)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                   "The schema is %d already; to go back use “flowctl db rollback %d”", version, target);
      return FALSE;
    }
  return flow_maintenance_migrate (db, path, migrations, target, NULL, error);
}

/**
 * flow_store_migrate:
 * @path: the database; no hub runs on it, the caller holds the data lock
 * @to: number of the schema to reach, or %FLOW_STORE_NEWEST
 * @error: return location
 *
 * Bring the schema to @to, after a backup.
 *
 * Returns: %FALSE with `FLOW_ERROR_NOT_FOUND`, `FLOW_ERROR_BAD_ARGUMENT` (no such schema, or an older one), and the
 *   codes of flow_store_open()
 */
gboolean
flow_store_migrate (const char *path, int to, GError **error)
{
  return flow_maintenance_migrate_with (path, FLOW_STORE_MIGRATIONS_PATH, to, error);
}

/*
 * flow_maintenance_rollback_with:
 *
 * flow_store_rollback_to() with the migrations of a resource folder.
 */
gboolean
flow_maintenance_rollback_with (const char *path, const char *resource_path, int to, GError **error)
{
  g_autoptr (GPtrArray) migrations = NULL;
  g_autoptr (FlowWritingConnection) db = open_to_write (path, resource_path, &migrations, error);
  int version = 0;

  if (db == NULL || !flow_migrations_version (db, &version, error))
    return FALSE;
  if (to >= 0 && to < version && !flow_backup_before_change (db, path, version, NULL, error))
    return FALSE;
  return flow_migrations_revert (db, migrations, to, error);
}

/**
 * flow_store_rollback_to:
 * @path: the database; no hub runs on it, the caller holds the data lock
 * @to: number of the schema to go back to; 0 drops all tables
 * @error: return location
 *
 * Undo migrations with their down scripts, after a backup. What only the newer schema can hold is lost.
 *
 * Returns: %FALSE with the codes of flow_store_migrate()
 */
gboolean
flow_store_rollback_to (const char *path, int to, GError **error)
{
  return flow_maintenance_rollback_with (path, FLOW_STORE_MIGRATIONS_PATH, to, error);
}

/**
 * flow_store_backup:
 * @path: the database; a hub may be running on it
 * @destination: a file that is not there yet
 * @progress: (nullable): hears how far it is
 * @data: for @progress
 * @cancellable: (nullable): ends it early
 * @error: return location
 *
 * Copy the database into one private file, as it is at this moment.
 *
 * Returns: %FALSE with `FLOW_ERROR_NOT_FOUND`, `FLOW_ERROR_BAD_ARGUMENT` when @destination is there,
 *   `G_IO_ERROR_CANCELLED`, or the codes of [func@sql_error]; nothing is left then
 */
gboolean
flow_store_backup (const char *path, const char *destination, FlowStoreProgressFunc progress, gpointer data,
                   GCancellable *cancellable, GError **error)
{
  g_autoptr (sqlite3) db = flow_store_open_reader (path, error);

  return db != NULL && flow_backup_copy (db, destination, progress, data, cancellable, error);
}

/**
 * flow_store_vacuum:
 * @path: the database; no hub runs on it, the caller holds the data lock
 * @error: return location
 *
 * Write the whole database anew, in order and without free pages. Meanwhile a copy is in the WAL and another in
 * SQLite's folder for temporary files ($SQLITE_TMPDIR, else /var/tmp).
 *
 * Returns: %FALSE with `FLOW_ERROR_NOT_FOUND` or the codes of [func@sql_error]
 */
gboolean
flow_store_vacuum (const char *path, GError **error)
{
  g_autoptr (GPtrArray) migrations = NULL;
  g_autoptr (FlowWritingConnection) db = open_to_write (path, FLOW_STORE_MIGRATIONS_PATH, &migrations, error);

  return db != NULL && flow_sql_exec_text (db, "PRAGMA temp_store = FILE; VACUUM", error);
}

static void
collect_rows (sqlite3 *db, sqlite3_stmt *rows, const char *what, GPtrArray *problems)
{
  int code;

  while ((code = sqlite3_step (rows)) == SQLITE_ROW)
    {
      const char *text = (const char *) sqlite3_column_text (rows, 0);

      if (g_strcmp0 (text, "ok") != 0)
        g_ptr_array_add (problems, g_strdup_printf ("%s: %s", what, text != NULL ? text : "?"));
    }
  if (code != SQLITE_DONE)
    g_ptr_array_add (problems, g_strdup_printf ("%s: %s", what, sqlite3_errmsg (db)));
}

static gboolean
ask (sqlite3 *db, const char *text, const char *what, GPtrArray *problems)
{
  g_autoptr (sqlite3_stmt) rows = NULL;
  g_autoptr (GError) error = NULL;

  if (!flow_sql_prepare_text (db, text, &rows, &error))
    {
      g_ptr_array_add (problems, g_strdup_printf ("%s: %s", what, error->message));
      return FALSE;
    }
  collect_rows (db, rows, what, problems);
  return TRUE;
}

static void
expect (sqlite3 *db, const char *pragma, gint64 expected, GPtrArray *problems)
{
  g_autoptr (GError) error = NULL;
  gint64 value = 0;

  if (!flow_sql_get_int64 (db, pragma, &value, &error))
    g_ptr_array_add (problems, g_strdup (error->message));
  else if (value != expected)
    g_ptr_array_add (
        problems, g_strdup_printf ("%s: %" G_GINT64_FORMAT " instead of %" G_GINT64_FORMAT, pragma, value, expected));
}

/*
 * What other folders know about their tables: each resource in the checks folder is a query whose rows are problems.
 */
static void
ask_folders (sqlite3 *db, GPtrArray *problems)
{
  g_auto (GStrv) names = g_resources_enumerate_children (FLOW_STORE_CHECKS_PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  for (char **name = names; name != NULL && *name != NULL; name++)
    {
      g_autofree char *path = g_strconcat (FLOW_STORE_CHECKS_PATH, *name, NULL);
      g_autoptr (GBytes) text = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

      if (text != NULL)
        ask (db, g_bytes_get_data (text, NULL), *name, problems);
    }
}

/**
 * flow_store_check:
 * @path: the database; a hub may be running on it
 * @problems: (out) (element-type utf8) (transfer full): one text for each problem, none when all is well
 * @error: return location
 *
 * Read the whole file and look for damage: SQLite's own integrity and foreign key checks, how the file was made, which
 * migrations it has, and the queries of the resource folder `/org/flowscope/check/`, whose rows are problems.
 *
 * Returns: %FALSE with the codes of flow_store_open_reader()
 */
gboolean
flow_store_check (const char *path, GPtrArray **problems, GError **error)
{
  g_autoptr (GPtrArray) migrations = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (sqlite3) db = open_to_read (path, FLOW_STORE_MIGRATIONS_PATH, &migrations, error);

  if (db == NULL)
    return FALSE;
  ask (db, "PRAGMA integrity_check", "integrity", found);
  ask (db, "PRAGMA foreign_key_check", "foreign key in table", found);
  expect (db, "PRAGMA page_size", FLOW_DATABASE_PAGE_SIZE, found);
  expect (db, "PRAGMA auto_vacuum", 2, found);
  if (!flow_migrations_compare (db, migrations, found, error))
    return FALSE;
  ask_folders (db, found);
  *problems = g_steal_pointer (&found);
  return TRUE;
}

static GHashTable *
read_schema (sqlite3 *db, GError **error)
{
  g_autoptr (GHashTable) schema = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (sqlite3_stmt) rows = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "store/schema", &rows, error))
    return NULL;
  while (flow_sql_step_row (rows, &row, error))
    {
      if (!row)
        return g_steal_pointer (&schema);
      g_hash_table_insert (schema,
                           g_strdup_printf ("%s %s", sqlite3_column_text (rows, 0), sqlite3_column_text (rows, 1)),
                           g_strdup ((const char *) sqlite3_column_text (rows, 3)));
    }
  return NULL;
}

static GHashTable *
make_schema (GPtrArray *migrations, int version, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  int code = sqlite3_open_v2 (":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

  if (code != SQLITE_OK)
    {
      flow_sql_error_code (code, sqlite3_errstr (code), error, "opening a database in memory");
      return NULL;
    }
  return flow_migrations_apply (db, migrations, version, error) ? read_schema (db, error) : NULL;
}

static void
compare_schemas (GHashTable *found, GHashTable *expected, GPtrArray *problems)
{
  GHashTableIter iter;
  gpointer name;
  gpointer sql;

  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, &name, &sql))
    {
      const char *other = g_hash_table_lookup (found, name);

      if (other == NULL)
        g_ptr_array_add (problems, g_strdup_printf ("%s is missing", (char *) name));
      else if (strcmp (other, sql) != 0)
        g_ptr_array_add (problems, g_strdup_printf ("%s is another one: %s", (char *) name, other));
    }
  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (expected, name))
      g_ptr_array_add (problems, g_strdup_printf ("%s is not of this program", (char *) name));
}

/*
 * flow_maintenance_validate_with:
 *
 * flow_store_validate() with the migrations of a resource folder.
 */
gboolean
flow_maintenance_validate_with (const char *path, const char *resource_path, GPtrArray **problems, GError **error)
{
  g_autoptr (GPtrArray) migrations = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (sqlite3) db = open_to_read (path, resource_path, &migrations, error);
  g_autoptr (GHashTable) schema = NULL;
  g_autoptr (GHashTable) expected = NULL;
  int version = 0;

  if (db == NULL || !flow_migrations_compare (db, migrations, found, error) ||
      !flow_migrations_version (db, &version, error))
    return FALSE;
  schema = read_schema (db, error);
  expected = schema != NULL ? make_schema (migrations, version, error) : NULL;
  if (expected == NULL)
    return FALSE;
  compare_schemas (schema, expected, found);
  *problems = g_steal_pointer (&found);
  return TRUE;
}

/**
 * flow_store_validate:
 * @path: the database; a hub may be running on it
 * @problems: (out) (element-type utf8) (transfer full): one text for each difference, none when all is well
 * @error: return location
 *
 * Compare the database's schema with the one that this program's migrations make, and their checksums with those that
 * were noted when they were applied.
 *
 * Returns: %FALSE with the codes of flow_store_open_reader()
 */
gboolean
flow_store_validate (const char *path, GPtrArray **problems, GError **error)
{
  return flow_maintenance_validate_with (path, FLOW_STORE_MIGRATIONS_PATH, problems, error);
}
