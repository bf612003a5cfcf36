/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-sqlite.h"

/* The functions of a connection, and the statements that it has prepared. */
typedef struct
{
  FlowCloudData parent;
  sqlite3 *db;
  GHashTable *statements; /* literal name -> sqlite3_stmt */
} FlowCloudSqliteData;

static void
finalize_cb (gpointer statement)
{
  sqlite3_finalize (statement);
}

/**
 * flow_cloud_sqlite_data_new:
 * @db: (transfer none): a connection, outside a transaction
 *
 * Make the functions of a connection. References of its tables hold from now on.
 *
 * Returns: (transfer full): what jobs work with
 */
FlowCloudData *
flow_cloud_sqlite_data_new (sqlite3 *db)
{
  FlowCloudSqliteData *self = g_new0 (FlowCloudSqliteData, 1);

  flow_cloud_sqlite_resources_ensure ();
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
  self->parent.accounts = &flow_cloud_sqlite_accounts;
  self->parent.records = &flow_cloud_sqlite_records;
  self->db = db;
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, finalize_cb);
  return &self->parent;
}

/**
 * flow_cloud_sqlite_data_free:
 * @data: (transfer full): of flow_cloud_sqlite_data_new()
 *
 * Free the statements; the connection stays.
 */
void
flow_cloud_sqlite_data_free (FlowCloudData *data)
{
  FlowCloudSqliteData *self = (FlowCloudSqliteData *) data;

  g_hash_table_unref (self->statements);
  g_free (self);
}

/** flow_cloud_sqlite_get_db: the connection. */
sqlite3 *
flow_cloud_sqlite_get_db (FlowCloudData *data)
{
  return ((FlowCloudSqliteData *) data)->db;
}

/**
 * flow_cloud_sqlite_prepare:
 * @data: what a job works with
 * @name: (transfer none): a literal: the name of a statement, see [func@sql_prepare]
 * @error: return location
 *
 * Get a statement, prepared at most once for each connection: reset, with nothing bound. A job that ends while one of
 * its statements stands on a row resets it first.
 *
 * Returns: (transfer none): the statement, or %NULL with the codes of [func@sql_prepare]
 */
sqlite3_stmt *
flow_cloud_sqlite_prepare (FlowCloudData *data, const char *name, GError **error)
{
  FlowCloudSqliteData *self = (FlowCloudSqliteData *) data;
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, name);

  if (statement == NULL)
    {
      if (!flow_sql_prepare (self->db, name, &statement, error))
        return NULL;
      g_hash_table_insert (self->statements, (gpointer) name, statement);
    }
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return statement;
}

/** flow_cloud_sqlite_step: step once, see [func@sql_step_row]. */
gboolean
flow_cloud_sqlite_step (sqlite3_stmt *statement, gboolean *row, GError **error)
{
  return flow_sql_step_row (statement, row, error);
}

/** flow_cloud_sqlite_done: run to the end, see [func@sql_step_done]. */
gboolean
flow_cloud_sqlite_done (sqlite3_stmt *statement, GError **error)
{
  return flow_sql_step_done (statement, error);
}
