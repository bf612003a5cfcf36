/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-migration.h"

#include <gio/gio.h>

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "store/flow-store.h"

#define NUMBER_DIGITS 4
#define UP_SUFFIX ".sql"
#define DOWN_SUFFIX ".down.sql"

static void
migration_free (gpointer data)
{
  FlowMigration *self = data;

  g_free (self->name);
  g_free (self->up);
  g_free (self->down);
  g_free (self->checksum);
  g_free (self);
}

static char *
load_text (const char *folder, const char *file, GError **error)
{
  g_autofree char *path = g_strconcat (folder, file, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  gsize size = 0;
  const char *text;

  if (bytes == NULL)
    return NULL;
  text = g_bytes_get_data (bytes, &size);
  return g_strndup (text, size);
}

static FlowMigration *
load_one (const char *folder, const char *file, GError **error)
{
  FlowMigration *self = g_new0 (FlowMigration, 1);
  g_autofree char *stem = g_strndup (file, strlen (file) - strlen (UP_SUFFIX));
  g_autofree char *down = g_strconcat (stem, DOWN_SUFFIX, NULL);

  self->number = (int) g_ascii_strtoull (stem, NULL, 10);
  self->name = g_strdup (strlen (stem) > NUMBER_DIGITS ? stem + NUMBER_DIGITS + 1 : "");
  self->up = load_text (folder, file, error);
  self->down = self->up != NULL ? load_text (folder, down, error) : NULL;
  if (self->down == NULL)
    {
      migration_free (self);
      return NULL;
    }
  self->checksum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, self->up, -1);
  return self;
}

static gint
by_number (gconstpointer a, gconstpointer b)
{
  const FlowMigration *const *first = a;
  const FlowMigration *const *second = b;

  return (*first)->number - (*second)->number;
}

static gboolean
numbers_are_complete (GPtrArray *migrations, const char *folder, GError **error)
{
  for (guint i = 0; i < migrations->len; i++)
    {
      const FlowMigration *migration = g_ptr_array_index (migrations, i);

      if (migration->number == (int) i + 1)
        continue;
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "%s: migration %u is missing or there twice", folder, i + 1);
      return FALSE;
    }
  return TRUE;
}

/**
 * flow_migrations_load:
 * @resource_path: a resource folder with `0001-name.sql` and `0001-name.down.sql` ..., ending in `/`
 * @error: return location
 *
 * Load all migrations this program has.
 *
 * Returns: (nullable) (element-type FlowMigration) (transfer full): in order of number, without gaps; or %NULL with
 *   `FLOW_ERROR_FAILED` or a `G_RESOURCE_ERROR`
 */
GPtrArray *
flow_migrations_load (const char *resource_path, GError **error)
{
  g_autoptr (GPtrArray) migrations = g_ptr_array_new_with_free_func (migration_free);
  g_auto (GStrv) files = NULL;

  flow_store_resources_ensure ();
  files = g_resources_enumerate_children (resource_path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (files == NULL)
    return NULL;
  for (char **file = files; *file != NULL; file++)
    {
      FlowMigration *migration;

      if (g_str_has_suffix (*file, DOWN_SUFFIX) || !g_str_has_suffix (*file, UP_SUFFIX))
        continue;
      migration = load_one (resource_path, *file, error);
      if (migration == NULL)
        return NULL;
      g_ptr_array_add (migrations, migration);
    }
  g_ptr_array_sort (migrations, by_number);
  return numbers_are_complete (migrations, resource_path, error) ? g_steal_pointer (&migrations) : NULL;
}

/**
 * flow_migrations_newest:
 * @migrations: (element-type FlowMigration): of flow_migrations_load()
 *
 * Returns: the highest number, 0 when there is none
 */
int
flow_migrations_newest (GPtrArray *migrations)
{
  return (int) migrations->len;
}

/**
 * flow_migrations_version:
 * @db: a connection
 * @version: (out): number of the newest applied migration, 0 when none is
 * @error: return location
 *
 * Read the schema version.
 *
 * Returns: %FALSE with the codes of [func@sql_error]
 */
gboolean
flow_migrations_version (sqlite3 *db, int *version, GError **error)
{
  gint64 value = 0;

  if (!flow_sql_get_int64 (db, "PRAGMA user_version", &value, error))
    return FALSE;
  *version = (int) value;
  return TRUE;
}

static void
compare_row (sqlite3_stmt *row, GPtrArray *migrations, int expected, GPtrArray *problems)
{
  int number = sqlite3_column_int (row, 0);
  const char *name = (const char *) sqlite3_column_text (row, 1);
  const char *checksum = (const char *) sqlite3_column_text (row, 2);
  const FlowMigration *known;

  if (number != expected)
    g_ptr_array_add (problems, g_strdup_printf ("migration %d is applied, but not %d", number, expected));
  if (number < 1 || number > flow_migrations_newest (migrations))
    {
      g_ptr_array_add (problems, g_strdup_printf ("migration %d (%s) is not known to this program", number, name));
      return;
    }
  known = g_ptr_array_index (migrations, number - 1);
  if (g_strcmp0 (checksum, known->checksum) != 0)
    g_ptr_array_add (problems, g_strdup_printf ("migration %d (%s) was applied with another text than this program has",
                                                number, known->name));
}

/**
 * flow_migrations_compare:
 * @db: a connection
 * @migrations: (element-type FlowMigration): what this program has
 * @problems: (element-type utf8): one text for each difference is appended
 * @error: return location
 *
 * Compare what was applied with what this program has: numbers without gaps, checksums, the schema version.
 *
 * Returns: %FALSE with the codes of [func@sql_error]
 */
gboolean
flow_migrations_compare (sqlite3 *db, GPtrArray *migrations, GPtrArray *problems, GError **error)
{
  g_autoptr (sqlite3_stmt) rows = NULL;
  gboolean row = FALSE;
  gint64 has_table = 0;
  int version = 0;
  int expected = 0;

  if (!flow_migrations_version (db, &version, error) ||
      !flow_sql_get_int64 (db, "SELECT count(*) FROM sqlite_schema WHERE name = 'migration'", &has_table, error))
    return FALSE;
  if (version == 0 && has_table == 0)
    return TRUE;
  if (!flow_sql_prepare (db, "store/migrations", &rows, error))
    return FALSE;
  while (flow_sql_step_row (rows, &row, error))
    {
      if (!row)
        {
          if (expected != version)
            g_ptr_array_add (problems, g_strdup_printf ("the schema version is %d, but %d migrations are applied",
                                                        version, expected));
          return TRUE;
        }
      expected++;
      compare_row (rows, migrations, expected, problems);
    }
  return FALSE;
}

static gboolean
set_version (sqlite3 *db, int version, GError **error)
{
  g_autofree char *text = g_strdup_printf ("PRAGMA user_version = %d", version);

  return flow_sql_exec_text (db, text, error);
}

static gboolean
run_script (sqlite3 *db, const char *text, GError **error)
{
  char *message = NULL;
  int code = sqlite3_exec (db, text, NULL, NULL, &message);

  sqlite3_free (message);
  if (code != SQLITE_OK)
    return flow_sql_error (db, error, "script");
  if (!sqlite3_get_autocommit (db))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "script: it ends the transaction");
  return FALSE;
}

static gboolean
record (sqlite3 *db, const FlowMigration *migration, GError **error)
{
  g_autoptr (sqlite3_stmt) insert = NULL;

  if (!flow_sql_prepare (db, "store/migration-insert", &insert, error))
    return FALSE;
  sqlite3_bind_int (insert, 1, migration->number);
  sqlite3_bind_text (insert, 2, migration->name, -1, SQLITE_STATIC);
  sqlite3_bind_text (insert, 3, migration->checksum, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (insert, 4, g_get_real_time () * 1000);
  return flow_sql_step_done (insert, error) && set_version (db, migration->number, error);
}

static gboolean
forget (sqlite3 *db, const FlowMigration *migration, GError **error)
{
  g_autoptr (sqlite3_stmt) delete = NULL;

  if (!flow_sql_prepare (db, "store/migration-delete", &delete, error))
    return FALSE;
  sqlite3_bind_int (delete, 1, migration->number);
  return flow_sql_step_done (delete, error) && set_version (db, migration->number - 1, error);
}

static gboolean
step (sqlite3 *db, const FlowMigration *migration, gboolean up, GError **error)
{
  gboolean done;

  if (!flow_store_begin (db, error))
    return FALSE;
  done = up ? flow_sql_exec (db, "store/migration-table", error) && run_script (db, migration->up, error) &&
                  record (db, migration, error)
            : run_script (db, migration->down, error) && forget (db, migration, error);
  done = done && flow_store_commit (db, error);
  if (done)
    return TRUE;
  flow_store_rollback (db);
  g_prefix_error (error, "%s %d (%s): ", up ? "Migration" : "Rollback of migration", migration->number,
                  migration->name);
  return FALSE;
}

static gboolean
refuse_differences (sqlite3 *db, GPtrArray *migrations, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);

  if (!flow_migrations_compare (db, migrations, problems, error))
    return FALSE;
  if (problems->len == 0)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED,
               "The schema is not what this program made: %s; see “flowctl db validate”",
               (char *) g_ptr_array_index (problems, 0));
  return FALSE;
}

static gboolean
check_target (int to, int newest, GError **error)
{
  if (to >= 0 && to <= newest)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "There is no schema %d; choose 0 to %d", to, newest);
  return FALSE;
}

/**
 * flow_migrations_apply:
 * @db: the writing connection
 * @migrations: (element-type FlowMigration): what this program has
 * @to: the schema to reach
 * @error: return location
 *
 * Apply what is missing up to @to; each migration, its row and the new schema version in one transaction.
 *
 * Refused when an applied migration has another text by now.
 *
 * Returns: %FALSE with `FLOW_ERROR_BAD_ARGUMENT`, `FLOW_ERROR_FAILED` or the codes of [func@sql_error]; the migrations
 *   before the failing one stay
 */
gboolean
flow_migrations_apply (sqlite3 *db, GPtrArray *migrations, int to, GError **error)
{
  int version = 0;

  if (!check_target (to, flow_migrations_newest (migrations), error) || !refuse_differences (db, migrations, error) ||
      !flow_migrations_version (db, &version, error))
    return FALSE;
  for (int number = version + 1; number <= to; number++)
    if (!step (db, g_ptr_array_index (migrations, number - 1), TRUE, error))
      return FALSE;
  return TRUE;
}

/**
 * flow_migrations_revert:
 * @db: the writing connection
 * @migrations: (element-type FlowMigration): what this program has
 * @to: the schema to go back to
 * @error: return location
 *
 * Undo the migrations above @to with their down scripts, newest first, each in a transaction.
 *
 * Returns: %FALSE with the codes of flow_migrations_apply()
 */
gboolean
flow_migrations_revert (sqlite3 *db, GPtrArray *migrations, int to, GError **error)
{
  int version = 0;

  if (!flow_migrations_version (db, &version, error) || !check_target (to, version, error) ||
      !refuse_differences (db, migrations, error))
    return FALSE;
  for (int number = version; number > to; number--)
    if (!step (db, g_ptr_array_index (migrations, number - 1), FALSE, error))
      return FALSE;
  return TRUE;
}
