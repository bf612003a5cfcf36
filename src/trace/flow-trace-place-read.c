/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace"

#include "store/flow-statement.h"
#include "trace/flow-trace-match.h"

/* A database that an older program made and that nobody has opened for writing since has no such tables. */
static gboolean
has_places (FlowTraceReader *self)
{
  return sqlite3_table_column_metadata (self->db, NULL, "trace_place", NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

/* Empty is none. */
static char *
column_id (sqlite3_stmt *stmt, int column)
{
  const char *text = (const char *) sqlite3_column_text (stmt, column);

  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

/**
 * flow_trace_reader_get_place:
 * @self: a reader
 * @number: a trace
 * @workspace: (out) (nullable) (transfer full): the id of its workspace
 * @session: (out) (nullable) (transfer full): the id of its debug session
 * @error: return location
 *
 * Find where a trace belongs.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_reader_get_place (FlowTraceReader *self, guint64 number, char **workspace, char **session, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  *workspace = *session = NULL;
  if (!has_places (self))
    return TRUE;
  if (!flow_sql_prepare (self->db, "place-read", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) number);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row)
    {
      *workspace = column_id (stmt, 0);
      *session = column_id (stmt, 1);
    }
  return TRUE;
}

/* The id of what has this id, name or folder; what nothing has is an id that programs may have said. */
static gboolean
find_id (FlowTraceReader *reader, const char *statement, const char *text, char **id, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (reader->db, statement, &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, text, -1, SQLITE_STATIC);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *id = row ? column_id (stmt, 0) : g_strdup (text);
  return TRUE;
}

/**
 * flow_trace_match_places_init:
 * @self: a match whose reader and filter are set
 * @error: return location
 *
 * Make ready what the filter says about workspace and debug session.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_match_places_init (FlowTraceMatch *self, GError **error)
{
  const char *workspace = self->filter->workspace, *session = self->filter->session;

  if (workspace == NULL && session == NULL)
    return TRUE;
  if (!has_places (self->reader))
    {
      self->nothing = TRUE;
      return TRUE;
    }
  if ((workspace != NULL && !find_id (self->reader, "place-workspace", workspace, &self->workspace, error)) ||
      (session != NULL && !find_id (self->reader, "place-session", session, &self->session, error)))
    return FALSE;
  return flow_sql_prepare (self->reader->db, "place-read", &self->place, error) &&
         flow_sql_prepare (self->reader->db, session != NULL ? "place-in-session" : "place-in-workspace", &self->rows,
                           error);
}

/**
 * flow_trace_match_places_clear:
 * @self: a match
 *
 * Give up what flow_trace_match_places_init() made.
 */
void
flow_trace_match_places_clear (FlowTraceMatch *self)
{
  g_clear_pointer (&self->workspace, g_free);
  g_clear_pointer (&self->session, g_free);
  g_clear_pointer (&self->place, sqlite3_finalize);
  g_clear_pointer (&self->rows, sqlite3_finalize);
}

static gboolean
is_column (sqlite3_stmt *stmt, int column, const char *wanted)
{
  return wanted == NULL || g_strcmp0 ((const char *) sqlite3_column_text (stmt, column), wanted) == 0;
}

/**
 * flow_trace_match_has_place:
 * @self: a match
 * @number: a trace
 *
 * Returns: whether it belongs to the workspace and the debug session that the filter asks for, if it asks for any
 */
gboolean
flow_trace_match_has_place (const FlowTraceMatch *self, guint64 number)
{
  gboolean row = FALSE, has;

  if (self->place == NULL)
    return TRUE;
  sqlite3_bind_int64 (self->place, 1, (sqlite3_int64) number);
  has = flow_sql_step_row (self->place, &row, NULL) && row && is_column (self->place, 0, self->workspace) &&
        is_column (self->place, 1, self->session);
  sqlite3_reset (self->place);
  return has;
}

/**
 * flow_trace_match_rows:
 * @self: a match
 * @before: only traces with a lower number
 *
 * Begin to read the rows among which all that match are, newest first: all, or those of one place.
 *
 * Returns: (transfer none): a statement with the columns of #FlowTraceRowColumn; reset it when done
 */
sqlite3_stmt *
flow_trace_match_rows (const FlowTraceMatch *self, gint64 before)
{
  sqlite3_stmt *stmt = self->rows != NULL ? self->rows : self->reader->newest;

  sqlite3_reset (stmt);
  sqlite3_bind_int64 (stmt, 1, before);
  if (self->rows != NULL)
    sqlite3_bind_text (stmt, 2, self->session != NULL ? self->session : self->workspace, -1, SQLITE_STATIC);
  return stmt;
}
