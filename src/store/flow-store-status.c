/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-maintenance-private.h"

#include <glib/gstdio.h>

#include "store/flow-database.h"
#include "store/flow-migration.h"
#include "store/flow-statement.h"

static void
migration_status_free (gpointer data)
{
  FlowMigrationStatus *self = data;

  g_free (self->name);
  g_free (self);
}

/**
 * flow_store_status_free:
 * @status: (transfer full): of flow_store_status()
 *
 * Free a status.
 */
void
flow_store_status_free (FlowStoreStatus *status)
{
  g_clear_pointer (&status->migrations, g_ptr_array_unref);
  g_free (status->path);
  g_free (status);
}

static gint64
size_of (const char *path, const char *suffix)
{
  g_autofree char *name = g_strconcat (path, suffix, NULL);
  GStatBuf info;

  return g_stat (name, &info) == 0 ? info.st_size : 0;
}

static void
add_known (FlowStoreStatus *self, GPtrArray *migrations)
{
  for (guint i = 0; i < migrations->len; i++)
    {
      const FlowMigration *migration = g_ptr_array_index (migrations, i);
      FlowMigrationStatus *status = g_new0 (FlowMigrationStatus, 1);

      status->number = migration->number;
      status->name = g_strdup (migration->name);
      g_ptr_array_add (self->migrations, status);
    }
}

static void
add_applied (FlowStoreStatus *self, GPtrArray *migrations, sqlite3_stmt *row)
{
  int number = sqlite3_column_int (row, 0);
  const FlowMigration *migration;
  FlowMigrationStatus *status;

  if (number < 1 || number > flow_migrations_newest (migrations))
    return;
  migration = g_ptr_array_index (migrations, number - 1);
  status = g_ptr_array_index (self->migrations, number - 1);
  status->applied = TRUE;
  status->applied_at = sqlite3_column_int64 (row, 3);
  status->changed = g_strcmp0 ((const char *) sqlite3_column_text (row, 2), migration->checksum) != 0;
}

static gboolean
read_migrations (FlowStoreStatus *self, sqlite3 *db, GPtrArray *migrations, GError **error)
{
  g_autoptr (sqlite3_stmt) rows = NULL;
  gboolean row = FALSE;

  add_known (self, migrations);
  if (self->schema_version == 0)
    return TRUE;
  if (!flow_sql_prepare (db, "store/migrations", &rows, error))
    return FALSE;
  while (flow_sql_step_row (rows, &row, error))
    {
      if (!row)
        return TRUE;
      add_applied (self, migrations, rows);
    }
  return FALSE;
}

/*
 * flow_maintenance_status_with:
 *
 * flow_store_status() with the migrations of a resource folder.
 */
FlowStoreStatus *
flow_maintenance_status_with (const char *path, const char *resource_path, GError **error)
{
  g_autoptr (FlowStoreStatus) self = g_new0 (FlowStoreStatus, 1);
  g_autoptr (GPtrArray) migrations = flow_migrations_load (resource_path, error);
  g_autoptr (sqlite3) db = NULL;

  if (migrations == NULL)
    return NULL;
  self->newest_version = flow_migrations_newest (migrations);
  db = flow_database_open_reader (path, self->newest_version, error);
  if (db == NULL)
    return NULL;
  self->path = g_strdup (path);
  self->size = size_of (path, "");
  self->wal_size = size_of (path, "-wal");
  self->migrations = g_ptr_array_new_with_free_func (migration_status_free);
  if (!flow_sql_get_int64 (db, "PRAGMA page_size", &self->page_size, error) ||
      !flow_sql_get_int64 (db, "PRAGMA page_count", &self->page_count, error) ||
      !flow_sql_get_int64 (db, "PRAGMA freelist_count", &self->freelist_count, error) ||
      !flow_sql_get_int64 (db, "PRAGMA application_id", &self->application_id, error) ||
      !flow_migrations_version (db, &self->schema_version, error) || !read_migrations (self, db, migrations, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * flow_store_status:
 * @path: the database; a hub may be running on it
 * @error: return location
 *
 * Tell how big the database is and which migrations it has.
 *
 * Returns: (nullable) (transfer full): the status, or %NULL with the codes of flow_store_open_reader()
 */
FlowStoreStatus *
flow_store_status (const char *path, GError **error)
{
  return flow_maintenance_status_with (path, FLOW_STORE_MIGRATIONS_PATH, error);
}
