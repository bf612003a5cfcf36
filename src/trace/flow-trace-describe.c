/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "message/flow-json-writer.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-header.h"
#include "trace/flow-trace-store-private.h"

static gboolean
write_service (sqlite3_stmt *names, guint64 service, FlowJsonWriter *writer, GError **error)
{
  g_autofree char *name = NULL;
  gboolean row = FALSE;

  sqlite3_reset (names);
  sqlite3_bind_int64 (names, 1, (sqlite3_int64) service);
  if (!flow_sql_step_row (names, &row, error))
    return FALSE;
  if (!row || sqlite3_column_bytes (names, 0) == 0)
    return TRUE;
  name = g_utf8_make_valid (sqlite3_column_blob (names, 0), sqlite3_column_bytes (names, 0));
  flow_json_writer_string (writer, name, -1);
  return TRUE;
}

static gboolean
read_services (sqlite3 *db, const guint8 *at, gsize length, char **json, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (sqlite3_stmt) names = NULL;
  const guint8 *end = at != NULL ? at + length : NULL;
  FlowJsonWriter writer;
  guint64 service;

  if (!flow_sql_prepare (db, "service-name", &names, error))
    return FALSE;
  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_array (&writer);
  while (at < end && (at = flow_varint_get (at, end, &service)) != NULL)
    if (!write_service (names, service, &writer, error))
      return FALSE;
  flow_json_writer_end_array (&writer);
  g_free (*json);
  *json = g_string_free (g_steal_pointer (&text), FALSE);
  return TRUE;
}

static gboolean
read_place (sqlite3 *db, guint64 number, FlowTraceHeader *header, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "place-read", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) number);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  g_free (header->workspace);
  header->workspace = g_strdup ((const char *) sqlite3_column_text (stmt, 0));
  g_free (header->session);
  header->session = g_strdup ((const char *) sqlite3_column_text (stmt, 1));
  return TRUE;
}

static gboolean
read_name (sqlite3 *db, guint64 number, FlowTraceHeader *header, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "trace-name", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) number);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  g_free (header->name);
  header->name = row ? g_utf8_make_valid ((const char *) sqlite3_column_text (stmt, 0), sqlite3_column_bytes (stmt, 0))
                     : g_strdup ("");
  return TRUE;
}

/* A trace is complete once its root has come: that ends last. */
static void
read_outcome (sqlite3_stmt *row, FlowTraceHeader *header)
{
  gboolean complete = (sqlite3_column_int64 (row, 6) & FLOW_TRACE_ROOT) != 0;
  gint64 end = sqlite3_column_int64 (row, 2);

  header->started_ns = sqlite3_column_int64 (row, 1);
  header->duration_ns = MAX (end - header->started_ns, 0);
  header->completed_ns = complete ? end : 0;
  header->spans = sqlite3_column_int64 (row, 3);
  header->errors = sqlite3_column_int64 (row, 5);
  if (!complete)
    return;
  g_free (header->status);
  header->status = g_strdup (header->errors > 0 ? FLOW_TRACE_STATUS_ERROR : FLOW_TRACE_STATUS_OK);
}

static gboolean
is_here (sqlite3_stmt *row)
{
  return sqlite3_column_bytes (row, 0) == 16 && sqlite3_column_int64 (row, 3) > 0 &&
         (sqlite3_column_int64 (row, 6) & FLOW_TRACE_ELSEWHERE) == 0;
}

/**
 * flow_trace_store_describe:
 * @self: the store
 * @db: the writer's connection, inside a transaction; on the writer thread
 * @number: the number of a trace
 * @header: (out) (nullable) (transfer full): what there is to say of it, %NULL when its spans are not here
 * @error: return location
 *
 * Describe a trace for other devices. Who wrote it, where it is from in the code, and where its spans can be had, is
 * not in it.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_store_describe (FlowTraceStore *self, sqlite3 *db, guint64 number, FlowTraceHeader **header, GError **error)
{
  sqlite3_stmt *read = flow_trace_store_stmt (self, FLOW_STMT_TRACE_READ);
  g_autoptr (FlowTraceHeader) made = NULL;
  gboolean row = FALSE;

  *header = NULL;
  sqlite3_bind_int64 (read, 1, (sqlite3_int64) number);
  if (!flow_sql_step_row (read, &row, error))
    return FALSE;
  if (!row || !is_here (read))
    {
      sqlite3_reset (read);
      return TRUE;
    }
  made = flow_trace_header_new (sqlite3_column_blob (read, 0));
  read_outcome (read, made);
  if (!read_name (db, number, made, error) ||
      !read_services (db, sqlite3_column_blob (read, 8), (gsize) sqlite3_column_bytes (read, 8), &made->services,
                      error) ||
      !read_place (db, number, made, error))
    return FALSE;
  sqlite3_reset (read);
  *header = g_steal_pointer (&made);
  return TRUE;
}

/**
 * flow_trace_store_find_number:
 * @self: the store
 * @db: the writer's connection; on the writer thread
 * @trace_id: a trace
 * @number: (out): its number, 0 when there is no such trace
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_store_find_number (FlowTraceStore *self, sqlite3 *db, const guint8 trace_id[16], guint64 *number,
                              GError **error)
{
  return flow_trace_index_find (self->index, db, trace_id, number, error);
}
