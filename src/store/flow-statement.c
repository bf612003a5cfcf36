/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-statement.h"

#include <errno.h>
#include <gio/gio.h>

#include "base/flow-error.h"
#include "store/flow-store-resources.h"

#define SQL_PATH "/org/flowscope/sql/"

static gboolean
is_out_of_space (int code, int system_errno)
{
  int primary = code & 0xff;

  if (primary == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE)
    return TRUE;
  return primary == SQLITE_IOERR && (system_errno == ENOSPC || system_errno == EDQUOT);
}

static gboolean
set_error (int code, int system_errno, const char *message, GError **error, const char *what)
{
  int primary = code & 0xff;

  if (is_out_of_space (code, system_errno))
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_DISK_FULL, "%s: the disk is full; free some space or erase traces",
                 what);
  else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT,
                 "%s: the database is damaged (%s); see “flowctl db check”, and the backups folder beside it", what,
                 message);
  else if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BUSY, "%s: another program holds the database (%s)", what, message);
  else if (primary == SQLITE_AUTH)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_SECRETS_LOCKED, "%s: %s", what, message);
  else if (primary == SQLITE_INTERRUPT)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_CANCELLED, "%s: cancelled", what);
  else
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "%s: %s (%d)", what, message, code);
  return FALSE;
}

/**
 * flow_sql_error_code:
 * @code: an SQLite result code
 * @message: SQLite's message for it
 * @error: return location
 * @what: what was tried, for people
 *
 * Set @error from a result code: `FLOW_ERROR_DISK_FULL`, `FLOW_ERROR_CORRUPT`, `FLOW_ERROR_BUSY`,
 * `FLOW_ERROR_CANCELLED` (interrupted), `FLOW_ERROR_SECRETS_LOCKED` (a value is sealed and its key not there), else
 * `FLOW_ERROR_FAILED`.
 *
 * Returns: always %FALSE, so that it can end a function
 */
gboolean
flow_sql_error_code (int code, const char *message, GError **error, const char *what)
{
  return set_error (code, 0, message, error, what);
}

/**
 * flow_sql_error:
 * @db: a connection whose last call failed
 * @error: return location
 * @what: what was tried, for people
 *
 * Set @error from the connection's last error, with the codes of [func@sql_error_code]; an I/O error for want of space
 * (ENOSPC, EDQUOT) is `FLOW_ERROR_DISK_FULL` too.
 *
 * Returns: always %FALSE, so that it can end a function
 */
gboolean
flow_sql_error (sqlite3 *db, GError **error, const char *what)
{
  return set_error (sqlite3_extended_errcode (db), sqlite3_system_errno (db), sqlite3_errmsg (db), error, what);
}

static GBytes *
lookup_sql (const char *name, GError **error)
{
  g_autofree char *path = g_strconcat (SQL_PATH, name, ".sql", NULL);

  flow_store_resources_ensure ();
  return g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
}

static gboolean
prepare_next (sqlite3 *db, const char *text, const char *what, sqlite3_stmt **out, const char **tail, GError **error)
{
  if (sqlite3_prepare_v3 (db, text, -1, SQLITE_PREPARE_PERSISTENT, out, tail) != SQLITE_OK)
    return flow_sql_error (db, error, what);
  return TRUE;
}

static gboolean
prepare_one (sqlite3 *db, const char *text, const char *what, sqlite3_stmt **out, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (sqlite3_stmt) second = NULL;
  const char *tail = NULL;

  if (!prepare_next (db, text, what, &statement, &tail, error) || !prepare_next (db, tail, what, &second, NULL, error))
    return FALSE;
  if (statement == NULL || second != NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "%s: exactly one SQL statement is wanted", what);
      return FALSE;
    }
  *out = g_steal_pointer (&statement);
  return TRUE;
}

/**
 * flow_sql_prepare:
 * @db: a connection
 * @name: a resource's name without `.sql`
 * @out: (out) (transfer full): the statement, for sqlite3_finalize() or g_autoptr
 * @error: return location
 *
 * Prepare the one statement in the resource `/org/flowscope/sql/NAME.sql`.
 *
 * Any folder may bring such resources. In a static library the linker drops a resource that nobody refers to: call its
 * `*_get_resource ()` once, or link the library whole.
 *
 * Returns: %FALSE with `FLOW_ERROR_CORRUPT`, `FLOW_ERROR_FAILED` or a `G_RESOURCE_ERROR`
 */
gboolean
flow_sql_prepare (sqlite3 *db, const char *name, sqlite3_stmt **out, GError **error)
{
  g_autoptr (GBytes) text = lookup_sql (name, error);

  if (text == NULL)
    return FALSE;
  return prepare_one (db, g_bytes_get_data (text, NULL), name, out, error);
}

/**
 * flow_sql_prepare_text:
 * @db: a connection
 * @text: one short SQL statement
 * @out: (out) (transfer full): the statement
 * @error: return location
 *
 * Prepare a statement too short for a file of its own.
 *
 * Returns: %FALSE with the codes of [func@sql_error]
 */
gboolean
flow_sql_prepare_text (sqlite3 *db, const char *text, sqlite3_stmt **out, GError **error)
{
  return prepare_one (db, text, text, out, error);
}

static gboolean
exec_all (sqlite3 *db, const char *text, const char *what, GError **error)
{
  if (sqlite3_exec (db, text, NULL, NULL, NULL) != SQLITE_OK)
    return flow_sql_error (db, error, what);
  return TRUE;
}

/**
 * flow_sql_exec:
 * @db: a connection
 * @name: a resource's name without `.sql`
 * @error: return location
 *
 * Run all statements of the resource `/org/flowscope/sql/NAME.sql` and drop the rows they give.
 *
 * Returns: %FALSE with the codes of [func@sql_error]
 */
gboolean
flow_sql_exec (sqlite3 *db, const char *name, GError **error)
{
  g_autoptr (GBytes) text = lookup_sql (name, error);

  return text != NULL && exec_all (db, g_bytes_get_data (text, NULL), name, error);
}

/**
 * flow_sql_exec_text:
 * @db: a connection
 * @text: SQL, for instance a PRAGMA
 * @error: return location
 *
 * Run all statements of @text to their end and drop the rows they give.
 *
 * Returns: %FALSE with the codes of [func@sql_error]
 */
gboolean
flow_sql_exec_text (sqlite3 *db, const char *text, GError **error)
{
  return exec_all (db, text, text, error);
}

/**
 * flow_sql_exec_int64:
 * @db: a connection
 * @name: name of the statement, see [func@sql_prepare]
 * @value: its one parameter
 * @error: return location
 *
 * Run a statement that takes one number.
 *
 * Returns: %FALSE with the codes of [func@sql_error]
 */
gboolean
flow_sql_exec_int64 (sqlite3 *db, const char *name, gint64 value, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (!flow_sql_prepare (db, name, &statement, error))
    return FALSE;
  sqlite3_bind_int64 (statement, 1, value);
  return flow_sql_step_done (statement, error);
}

/**
 * flow_sql_get_int64:
 * @db: a connection
 * @text: one SQL statement, for instance a PRAGMA
 * @out: (out): first column of the first row, 0 when there is no row
 * @error: return location
 *
 * Ask for one number.
 *
 * Returns: %FALSE with the codes of [func@sql_error]
 */
gboolean
flow_sql_get_int64 (sqlite3 *db, const char *text, gint64 *out, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare_text (db, text, &statement, error) || !flow_sql_step_row (statement, &row, error))
    return FALSE;
  *out = row ? sqlite3_column_int64 (statement, 0) : 0;
  return TRUE;
}

/**
 * flow_sql_step_row:
 * @statement: a statement
 * @row: (out): whether a row is there; when not, the statement is reset
 * @error: return location
 *
 * Step once.
 *
 * Returns: %FALSE with the codes of [func@sql_error]; the statement is reset then
 */
gboolean
flow_sql_step_row (sqlite3_stmt *statement, gboolean *row, GError **error)
{
  int code = sqlite3_step (statement);

  *row = code == SQLITE_ROW;
  if (code == SQLITE_ROW)
    return TRUE;
  if (code != SQLITE_DONE)
    flow_sql_error (sqlite3_db_handle (statement), error, "query");
  sqlite3_reset (statement);
  return code == SQLITE_DONE;
}

/**
 * flow_sql_step_done:
 * @statement: a statement
 * @error: return location
 *
 * Run a statement to its end, drop its rows, and reset it. Bindings stay.
 *
 * Returns: %FALSE with the codes of [func@sql_error]
 */
gboolean
flow_sql_step_done (sqlite3_stmt *statement, GError **error)
{
  int code;

  do
    code = sqlite3_step (statement);
  while (code == SQLITE_ROW);
  if (code != SQLITE_DONE)
    flow_sql_error (sqlite3_db_handle (statement), error, "statement");
  sqlite3_reset (statement);
  return code == SQLITE_DONE;
}

/**
 * flow_sql_read_records:
 * @db: a connection
 * @name: name of the query, see [func@sql_prepare]
 * @from_row: makes a record of a row
 * @free: frees a record
 * @error: return location
 *
 * Read all rows of a query that takes nothing.
 *
 * Returns: (transfer full): the records in the order of the rows; %NULL with the codes of [func@sql_error]
 */
GPtrArray *
flow_sql_read_records (sqlite3 *db, const char *name, FlowSqlRecordFunc from_row, GDestroyNotify free, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (free);
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, name, &statement, error))
    return NULL;
  while (flow_sql_step_row (statement, &row, error))
    {
      if (!row)
        return g_steal_pointer (&all);
      g_ptr_array_add (all, from_row (statement));
    }
  return NULL;
}
