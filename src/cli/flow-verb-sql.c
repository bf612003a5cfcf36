/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-sql"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "cli/flow-terminal.h"
#include "cli/flow-text-table.h"
#include "cli/flow-verbs.h"
#include "store/flow-statement.h"
#include "trace/flow-span-vtab.h"

/* A table is printed once all its rows are known. */
#define MAX_TABLE_ROWS 100000

static const FlowOption options[] = { { NULL } };

/* The connection is read-only; this keeps a query from reaching other files and from loading code. */
static int
authorize_cb (void *data, int action, const char *first, const char *second, const char *database, const char *trigger)
{
  gboolean loads = action == SQLITE_FUNCTION && g_strcmp0 (second, "load_extension") == 0;

  return action == SQLITE_ATTACH || action == SQLITE_DETACH || loads ? SQLITE_DENY : SQLITE_OK;
}

static sqlite3_stmt *
prepare (sqlite3 *db, const char *query, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  const char *tail = NULL;

  sqlite3_set_authorizer (db, authorize_cb, NULL);
  if (sqlite3_prepare_v2 (db, query, -1, &statement, &tail) != SQLITE_OK || statement == NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("the query is not understood: %s"),
                   sqlite3_errmsg (db));
      return NULL;
    }
  while (tail != NULL && (g_ascii_isspace (*tail) || *tail == ';'))
    tail++;
  if (tail != NULL && *tail != '\0')
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("only one statement at a time"));
      return NULL;
    }
  if (!sqlite3_stmt_readonly (statement))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("the query would change something"));
      return NULL;
    }
  return g_steal_pointer (&statement);
}

static void
write_value (FlowJsonWriter *writer, sqlite3_stmt *statement, int column)
{
  switch (sqlite3_column_type (statement, column))
    {
    case SQLITE_INTEGER:
      flow_json_writer_int64 (writer, sqlite3_column_int64 (statement, column));
      break;
    case SQLITE_FLOAT:
      flow_json_writer_double (writer, sqlite3_column_double (statement, column));
      break;
    case SQLITE_TEXT:
      flow_json_writer_string (writer, (const char *) sqlite3_column_text (statement, column),
                               sqlite3_column_bytes (statement, column));
      break;
    case SQLITE_BLOB:
      flow_json_writer_hex (writer, sqlite3_column_blob (statement, column),
                            (gsize) sqlite3_column_bytes (statement, column));
      break;
    default:
      flow_json_writer_null (writer);
      break;
    }
}

static gboolean
print_json (FlowCli *cli, sqlite3_stmt *statement, GError **error)
{
  FlowJsonWriter *writer = flow_cli_begin_json (cli);
  gboolean row = FALSE;

  flow_json_writer_begin_array (writer);
  for (;;)
    {
      if (!flow_sql_step_row (statement, &row, error))
        return FALSE;
      if (!row)
        break;
      flow_json_writer_begin_object (writer);
      for (int i = 0; i < sqlite3_column_count (statement); i++)
        {
          flow_json_writer_key (writer, sqlite3_column_name (statement, i));
          write_value (writer, statement, i);
        }
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
  flow_cli_end_json (cli);
  return TRUE;
}

static char *
cell_text (sqlite3_stmt *statement, int column)
{
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter writer;

  if (sqlite3_column_type (statement, column) == SQLITE_TEXT)
    return flow_terminal_escaped ((const char *) sqlite3_column_text (statement, column),
                                  sqlite3_column_bytes (statement, column));
  flow_json_writer_init (&writer, text);
  write_value (&writer, statement, column);
  return flow_terminal_escaped (text->str, (gssize) text->len);
}

static FlowTextTable *
make_table (sqlite3_stmt *statement)
{
  int n = sqlite3_column_count (statement);
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *alignment = g_strnfill ((gsize) n, 'l');

  for (int i = 0; i < n; i++)
    g_ptr_array_add (titles, flow_terminal_escaped (sqlite3_column_name (statement, i), -1));
  g_ptr_array_add (titles, NULL);
  return flow_text_table_new ((const char *const *) titles->pdata, alignment);
}

static gboolean
print_table (FlowCli *cli, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (FlowTextTable) table = make_table (statement);
  g_autofree char *text = NULL;
  gboolean row = TRUE;

  while (flow_text_table_get_n_rows (table) < MAX_TABLE_ROWS)
    {
      if (!flow_sql_step_row (statement, &row, error))
        return FALSE;
      if (!row)
        break;
      for (int i = 0; i < sqlite3_column_count (statement); i++)
        flow_text_table_add (table, cell_text (statement, i));
    }
  text = flow_text_table_to_text (table, 0, flow_cli_style (cli, FLOW_STYLE_BOLD),
                                  flow_cli_style (cli, FLOW_STYLE_PLAIN));
  flow_cli_print (cli, "%s", text);
  if (row)
    flow_cli_note (cli, _ ("flowctl: more than %d rows; --json prints all"), MAX_TABLE_ROWS);
  return TRUE;
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowTraceReader *reader = flow_cli_get_reader (cli, error);
  g_autoptr (sqlite3_stmt) statement = NULL;
  sqlite3 *db;

  if (reader == NULL)
    return FALSE;
  db = flow_trace_reader_get_connection (reader);
  if (!flow_span_vtab_register (reader, error))
    return FALSE;
  statement = prepare (db, flow_arguments_word (arguments, 0), error);
  if (statement == NULL)
    return FALSE;
  if (sqlite3_column_count (statement) == 0)
    return TRUE;
  return flow_cli_is_json (cli) ? print_json (cli, statement, error) : print_table (cli, statement, error);
}

const FlowVerb flow_verb_sql = {
  .name = "sql",
  .synopsis = "QUERY",
  .summary = N_ ("Ask the database in SQL, without changing it"),
  .description = N_ (
      "The table “span” has a row for each span, for example: SELECT name, count(*), avg(duration_ns) FROM "
      "span GROUP BY name. “PRAGMA table_info(span)” lists its columns."),
  .options = options,
  .min = 1,
  .max = 1,
  .run = run,
};
