/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-header"

#include "trace/flow-trace-header.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "store/flow-statement.h"

/**
 * flow_trace_header_new:
 * @trace_id: of which trace
 *
 * Make a header that says nothing.
 *
 * Returns: (transfer full): the header; all its texts are set
 */
FlowTraceHeader *
flow_trace_header_new (const guint8 trace_id[16])
{
  FlowTraceHeader *self = g_new0 (FlowTraceHeader, 1);

  memcpy (self->trace_id, trace_id, 16);
  self->device = g_strdup ("");
  self->workspace = g_strdup ("");
  self->session = g_strdup ("");
  self->name = g_strdup ("");
  self->services = g_strdup ("[]");
  self->status = g_strdup (FLOW_TRACE_STATUS_RUNNING);
  self->source_file = g_strdup ("");
  self->metadata = g_strdup ("{}");
  self->parts = g_strdup ("{}");
  return self;
}

/**
 * flow_trace_header_free:
 * @self: (transfer full): a header
 *
 * Free it.
 */
void
flow_trace_header_free (FlowTraceHeader *self)
{
  g_free (self->device);
  g_free (self->workspace);
  g_free (self->session);
  g_free (self->name);
  g_free (self->services);
  g_free (self->status);
  g_free (self->source_file);
  g_free (self->metadata);
  g_free (self->parts);
  g_free (self);
}

static char *
column_text (sqlite3_stmt *row, int column)
{
  const char *text = (const char *) sqlite3_column_text (row, column);

  return g_strdup (text != NULL ? text : "");
}

static FlowTraceHeader *
from_row (sqlite3_stmt *row, const guint8 trace_id[16])
{
  FlowTraceHeader *self = g_new0 (FlowTraceHeader, 1);

  memcpy (self->trace_id, trace_id, 16);
  self->device = column_text (row, 0);
  self->workspace = column_text (row, 1);
  self->session = column_text (row, 2);
  self->name = column_text (row, 3);
  self->services = column_text (row, 4);
  self->status = column_text (row, 5);
  self->started_ns = sqlite3_column_int64 (row, 6);
  self->completed_ns = sqlite3_column_int64 (row, 7);
  self->duration_ns = sqlite3_column_int64 (row, 8);
  self->spans = sqlite3_column_int64 (row, 9);
  self->errors = sqlite3_column_int64 (row, 10);
  self->source_file = column_text (row, 11);
  self->source_line = sqlite3_column_int64 (row, 12);
  self->metadata = column_text (row, 13);
  self->parts = column_text (row, 14);
  return self;
}

/**
 * flow_trace_header_read:
 * @db: any connection
 * @trace_id: a trace
 * @header: (out) (nullable) (transfer full): its header, %NULL when it has none
 * @error: return location
 *
 * Read the header of a trace.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_header_read (sqlite3 *db, const guint8 trace_id[16], FlowTraceHeader **header, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  *header = NULL;
  if (!flow_sql_prepare (db, "header-read", &stmt, error))
    return FALSE;
  sqlite3_bind_blob (stmt, 1, trace_id, 16, SQLITE_STATIC);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row)
    *header = from_row (stmt, trace_id);
  return TRUE;
}

static void
bind_text (sqlite3_stmt *stmt, int parameter, const char *text)
{
  sqlite3_bind_text (stmt, parameter, text, -1, SQLITE_STATIC);
}

/**
 * flow_trace_header_write:
 * @self: a header
 * @db: the writer's connection, inside a transaction
 * @error: return location
 *
 * Write it, in the place of what was known of the same trace.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_header_write (const FlowTraceHeader *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "header-write", &stmt, error))
    return FALSE;
  sqlite3_bind_blob (stmt, 1, self->trace_id, 16, SQLITE_STATIC);
  bind_text (stmt, 2, self->device);
  bind_text (stmt, 3, self->workspace);
  bind_text (stmt, 4, self->session);
  bind_text (stmt, 5, self->name);
  bind_text (stmt, 6, self->services);
  bind_text (stmt, 7, self->status);
  sqlite3_bind_int64 (stmt, 8, self->started_ns);
  sqlite3_bind_int64 (stmt, 9, self->completed_ns);
  sqlite3_bind_int64 (stmt, 10, self->duration_ns);
  sqlite3_bind_int64 (stmt, 11, self->spans);
  sqlite3_bind_int64 (stmt, 12, self->errors);
  bind_text (stmt, 13, self->source_file);
  sqlite3_bind_int64 (stmt, 14, self->source_line);
  bind_text (stmt, 15, self->metadata);
  bind_text (stmt, 16, self->parts);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_trace_header_delete:
 * @db: the writer's connection, inside a transaction
 * @trace_id: a trace
 * @error: return location
 *
 * Delete the header of a trace, if it has one.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_header_delete (sqlite3 *db, const guint8 trace_id[16], GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "header-delete", &stmt, error))
    return FALSE;
  sqlite3_bind_blob (stmt, 1, trace_id, 16, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_trace_header_equal:
 * @self: a header
 * @other: a header
 *
 * Returns: whether both say the same of the same trace
 */
gboolean
flow_trace_header_equal (const FlowTraceHeader *self, const FlowTraceHeader *other)
{
  return memcmp (self->trace_id, other->trace_id, 16) == 0 && g_str_equal (self->device, other->device) &&
         g_str_equal (self->workspace, other->workspace) && g_str_equal (self->session, other->session) &&
         g_str_equal (self->name, other->name) && g_str_equal (self->services, other->services) &&
         g_str_equal (self->status, other->status) && self->started_ns == other->started_ns &&
         self->completed_ns == other->completed_ns && self->duration_ns == other->duration_ns &&
         self->spans == other->spans && self->errors == other->errors &&
         g_str_equal (self->source_file, other->source_file) && self->source_line == other->source_line &&
         g_str_equal (self->metadata, other->metadata) && g_str_equal (self->parts, other->parts);
}

/**
 * flow_trace_header_get_services:
 * @self: a header
 *
 * Read the names of its services; what is no string is left out.
 *
 * Returns: (transfer full) (element-type utf8): the names
 */
GPtrArray *
flow_trace_header_get_services (const FlowTraceHeader *self)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (JsonNode) root = json_from_string (self->services, NULL);
  JsonArray *array = root != NULL && JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_ptr_array_add (names, g_strdup (json_node_get_string (node)));
    }
  return names;
}
