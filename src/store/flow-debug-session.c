/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-debug-session"

#include "store/flow-debug-session.h"

#include "store/flow-statement.h"

static char *
text_or_empty (const char *text)
{
  return g_strdup (text != NULL ? text : "");
}

/**
 * flow_debug_session_new:
 * @id: its id
 * @workspace: (nullable): the id of its workspace
 * @host_user: (nullable): whose it is
 * @name: (nullable): what people call it
 * @now_ns: the time, ns since 1970
 *
 * Make the record of a session that begins.
 *
 * Returns: (transfer full): the record, which is nowhere yet
 */
FlowDebugSession *
flow_debug_session_new (const char *id, const char *workspace, const char *host_user, const char *name, gint64 now_ns)
{
  FlowDebugSession *self = g_new (FlowDebugSession, 1);

  *self = (FlowDebugSession) {
    g_strdup (id), text_or_empty (workspace), text_or_empty (host_user), text_or_empty (name), now_ns, 0
  };
  return self;
}

/**
 * flow_debug_session_copy:
 * @self: a record
 *
 * Returns: (transfer full): a copy, for another thread
 */
FlowDebugSession *
flow_debug_session_copy (const FlowDebugSession *self)
{
  FlowDebugSession *copy = flow_debug_session_new (self->id, self->workspace, self->host_user, self->name,
                                                   self->started_ns);

  copy->ended_ns = self->ended_ns;
  return copy;
}

/**
 * flow_debug_session_free:
 * @self: (transfer full): a record
 *
 * Free it.
 */
void
flow_debug_session_free (FlowDebugSession *self)
{
  g_free (self->id);
  g_free (self->workspace);
  g_free (self->host_user);
  g_free (self->name);
  g_free (self);
}

/**
 * flow_debug_session_write:
 * @self: a record
 * @db: the writer's connection, inside a transaction
 * @error: return location
 *
 * Write it, in the place of what was known of the same session.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_debug_session_write (const FlowDebugSession *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "store/debug-session-write", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, self->id, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 2, self->workspace, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 3, self->host_user, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 4, self->name, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 5, self->started_ns);
  sqlite3_bind_int64 (stmt, 6, self->ended_ns);
  return flow_sql_step_done (stmt, error) &&
         flow_sql_exec_int64 (db, "store/debug-session-trim", FLOW_DEBUG_SESSIONS_MAX, error);
}

static gpointer
from_row (sqlite3_stmt *row)
{
  FlowDebugSession *self = flow_debug_session_new (
      (const char *) sqlite3_column_text (row, 0), (const char *) sqlite3_column_text (row, 1),
      (const char *) sqlite3_column_text (row, 2), (const char *) sqlite3_column_text (row, 3),
      sqlite3_column_int64 (row, 4));

  self->ended_ns = sqlite3_column_int64 (row, 5);
  return self;
}

/**
 * flow_debug_sessions_read:
 * @db: any connection
 * @error: return location
 *
 * Read all sessions.
 *
 * Returns: (transfer full) (element-type FlowDebugSession): the last ones come first; %NULL with the codes of
 *   flow_sql_error()
 */
GPtrArray *
flow_debug_sessions_read (sqlite3 *db, GError **error)
{
  return flow_sql_read_records (db, "store/debug-session-list", from_row, (GDestroyNotify) flow_debug_session_free,
                                error);
}
