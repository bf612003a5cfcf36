/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-policy.h"
#include "sync/flow-sync-private.h"
#include "store/flow-statement.h"

static gboolean
add_stored (FlowSync *self, FlowSyncRow *row, FlowSyncStep *stmt, GError **error)
{
  FlowSyncStream *stream = flow_sync_find_stream_by_id (self, sqlite3_column_int64 (stmt, 2));
  g_autoptr (FlowSyncContext) context = flow_sync_load_context (self, sqlite3_column_int64 (stmt, 5), error);
  g_autoptr (GBytes) value = flow_sync_column_value (stmt, 7);
  FlowSyncCell *cell;

  if (context == NULL)
    return FALSE;
  if (stream == NULL || value == NULL)
    return TRUE;
  cell = flow_sync_row_add_cell (row, flow_sync_column_text (stmt, 0), flow_sync_column_text (stmt, 1));
  cell->stream = stream;
  cell->seq = (guint64) sqlite3_column_int64 (stmt, 3);
  cell->hlc = (guint64) sqlite3_column_int64 (stmt, 4);
  cell->context = g_steal_pointer (&context);
  cell->flags = (guint) sqlite3_column_int (stmt, 6);
  cell->value = g_steal_pointer (&value);
  cell->stored = TRUE;
  return TRUE;
}

static gboolean
is_divided (FlowSyncRow *row)
{
  FlowSyncPlace place = { NULL, 0 };

  while (flow_sync_row_next_place (row, &place))
    if (place.n > 1 || (row->table != NULL && !flow_sync_policy_fits (row->table, place.cells[0])))
      return TRUE;
  return flow_sync_row_find_deletion (row) != NULL;
}

/**
 * flow_sync_row_load:
 * @self: a loaded engine
 * @table: name of a table
 * @key: of a record
 * @error: return location
 *
 * Read all writes of a record that hold.
 *
 * Returns: (nullable) (transfer full): the row; %NULL with the codes of flow_sql_error()
 */
FlowSyncRow *
flow_sync_row_load (FlowSync *self, const char *table, GBytes *key, GError **error)
{
  g_autoptr (FlowSyncRow) row = flow_sync_row_new (flow_sync_find_table (self, table), table, key);
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_CELL_LIST, error);
  gboolean more = TRUE;

  if (stmt == NULL)
    return NULL;
  row->order = self->tables->len;
  g_ptr_array_find (self->tables, row->table, &row->order);
  flow_sync_bind_text (stmt, 1, table);
  flow_sync_bind_bytes (stmt, 2, key);
  while (more)
    if (!flow_sql_step_row (stmt, &more, error) || (more && !add_stored (self, row, stmt, error)))
      return NULL;
  row->divided = is_divided (row);
  return g_steal_pointer (&row);
}

/**
 * flow_sync_get_number:
 * @self: a loaded engine
 * @stream: a stream
 * @seq: of an operation in it
 * @number: (out): the cloud's acceptance number of it, 0: none so far
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_get_number (FlowSync *self, const FlowSyncStream *stream, guint64 seq, guint64 *number, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_NUMBER_READ, error);
  gboolean row = FALSE;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) seq);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *number = row ? (guint64) sqlite3_column_int64 (stmt, 0) : 0;
  return TRUE;
}

/**
 * flow_sync_row_number:
 * @self: a loaded engine
 * @row: a row
 * @error: return location
 *
 * Look the acceptance numbers up where they decide.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_row_number (FlowSync *self, FlowSyncRow *row, GError **error)
{
  FlowSyncPlace place = { NULL, 0 };

  while (flow_sync_row_next_place (row, &place))
    {
      guint index, n;

      if (place.n == 1 || flow_sync_policy_find (row->table, place.cells[0]->field, &index, &n) != FLOW_SYNC_FINAL)
        continue;
      for (guint i = 0; i < place.n; i++)
        if (!flow_sync_get_number (self, place.cells[i]->stream, place.cells[i]->seq, &place.cells[i]->number, error))
          return FALSE;
    }
  return TRUE;
}

static void
bind_place (FlowSyncStep *stmt, const FlowSyncRow *row, const FlowSyncCell *cell)
{
  flow_sync_bind_text (stmt, 1, row->name);
  flow_sync_bind_bytes (stmt, 2, row->key);
  flow_sync_bind_text (stmt, 3, cell->field);
  flow_sync_bind_text (stmt, 4, cell->item);
  sqlite3_bind_int64 (stmt, 5, cell->stream->id);
  sqlite3_bind_int64 (stmt, 6, (gint64) cell->seq);
}

static gboolean
insert_cell (FlowSync *self, const FlowSyncRow *row, FlowSyncCell *cell, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_CELL_INSERT, error);

  if (stmt == NULL)
    return FALSE;
  bind_place (stmt, row, cell);
  sqlite3_bind_int64 (stmt, 7, (gint64) cell->hlc);
  sqlite3_bind_int64 (stmt, 8, cell->context->id);
  sqlite3_bind_int (stmt, 9, (int) cell->flags);
  flow_sync_bind_bytes (stmt, 10, cell->value);
  cell->stored = TRUE;
  return flow_sql_step_done (stmt, error);
}

static gboolean
delete_cell (FlowSync *self, const FlowSyncRow *row, const FlowSyncCell *cell, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_CELL_DELETE, error);

  if (stmt == NULL)
    return FALSE;
  bind_place (stmt, row, cell);
  return flow_sql_step_done (stmt, error);
}

/* What was written over may be what another device's change is based on. */
static gboolean
keep_base (FlowSync *self, const FlowSyncRow *row, const FlowSyncCell *cell, GError **error)
{
  FlowSyncStep *stmt;
  guint index, n;

  if (cell->field[0] == '\0' || flow_sync_policy_find (row->table, cell->field, &index, &n) == FLOW_SYNC_UNION)
    return TRUE;
  stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_BASE_INSERT, error);
  if (stmt == NULL)
    return FALSE;
  bind_place (stmt, row, cell);
  sqlite3_bind_int64 (stmt, 7, (gint64) cell->hlc);
  flow_sync_bind_bytes (stmt, 8, cell->value);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_sync_row_store:
 * @self: a loaded engine
 * @row: a row
 * @error: return location
 *
 * Write down what changed in it.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_row_store (FlowSync *self, FlowSyncRow *row, GError **error)
{
  for (guint i = 0; i < row->removed->len; i++)
    {
      FlowSyncCell *cell = g_ptr_array_index (row->removed, i);

      if ((cell->stored && !delete_cell (self, row, cell, error)) || !keep_base (self, row, cell, error))
        return FALSE;
    }
  g_ptr_array_set_size (row->removed, 0);
  for (guint i = 0; i < row->cells->len; i++)
    {
      FlowSyncCell *cell = g_ptr_array_index (row->cells, i);

      if (!cell->stored && !insert_cell (self, row, cell, error))
        return FALSE;
    }
  return TRUE;
}
