/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-workspace"

#include "store/flow-workspace.h"

#include "store/flow-statement.h"

/**
 * flow_workspace_new:
 * @id: a UUID
 * @folder: the real path of a folder
 * @now_ns: the time, ns since 1970
 *
 * Make the record of a folder, called as its last component.
 *
 * Returns: (transfer full): the record, which is nowhere yet
 */
FlowWorkspace *
flow_workspace_new (const char *id, const char *folder, gint64 now_ns)
{
  FlowWorkspace *self = g_new (FlowWorkspace, 1);
  g_autofree char *base = g_path_get_basename (folder);

  *self = (FlowWorkspace) { g_strdup (id), g_strdup (folder), g_filename_display_name (base), now_ns, now_ns };
  return self;
}

/**
 * flow_workspace_copy:
 * @self: a record
 *
 * Returns: (transfer full): a copy, for another thread
 */
FlowWorkspace *
flow_workspace_copy (const FlowWorkspace *self)
{
  FlowWorkspace *copy = g_new (FlowWorkspace, 1);

  *copy = (FlowWorkspace) { g_strdup (self->id), g_strdup (self->folder), g_strdup (self->name), self->created_ns,
                            self->last_used_ns };
  return copy;
}

/**
 * flow_workspace_free:
 * @self: (transfer full): a record
 *
 * Free it.
 */
void
flow_workspace_free (FlowWorkspace *self)
{
  g_free (self->id);
  g_free (self->folder);
  g_free (self->name);
  g_free (self);
}

/**
 * flow_workspace_write:
 * @self: a record
 * @db: the writer's connection, inside a transaction
 * @error: return location
 *
 * Write it, in the place of what was known of the same workspace.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_workspace_write (const FlowWorkspace *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "store/workspace-write", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, self->id, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 2, self->folder, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 3, self->name, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 4, self->created_ns);
  sqlite3_bind_int64 (stmt, 5, self->last_used_ns);
  return flow_sql_step_done (stmt, error) &&
         flow_sql_exec_int64 (db, "store/workspace-trim", FLOW_WORKSPACES_MAX, error);
}

static gpointer
from_row (sqlite3_stmt *row)
{
  FlowWorkspace *self = g_new (FlowWorkspace, 1);

  *self = (FlowWorkspace) { g_strdup ((const char *) sqlite3_column_text (row, 0)),
                            g_strdup ((const char *) sqlite3_column_text (row, 1)),
                            g_strdup ((const char *) sqlite3_column_text (row, 2)), sqlite3_column_int64 (row, 3),
                            sqlite3_column_int64 (row, 4) };
  return self;
}

/**
 * flow_workspaces_read:
 * @db: any connection
 * @error: return location
 *
 * Read all workspaces.
 *
 * Returns: (transfer full) (element-type FlowWorkspace): those used last come first; %NULL with the codes of
 *   flow_sql_error()
 */
GPtrArray *
flow_workspaces_read (sqlite3 *db, GError **error)
{
  return flow_sql_read_records (db, "store/workspace-list", from_row, (GDestroyNotify) flow_workspace_free, error);
}
