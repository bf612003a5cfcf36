/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-join.h"

#include "store/flow-statement.h"
#include "sync/flow-sync-conflict-log.h"

/* The same write with other content on two devices: on one of them, or on its disk, it was spoilt. Both decide by the
 * same rule which it was: what the log of operations proves, then what its writer says, then the lower bytes. */

/** flow_sync_content_clear: free what it holds. */
void
flow_sync_content_clear (FlowSyncContent *self)
{
  g_clear_pointer (&self->value, g_bytes_unref);
}

static gboolean
is_same (const FlowSyncContent *a, const FlowSyncContent *b)
{
  return a->hlc == b->hlc && a->flags == b->flags && g_bytes_equal (a->value, b->value);
}

/* Less than 0 when the first one holds. */
static int
compare (const FlowSyncContent *a, const FlowSyncContent *b)
{
  int order;

  if (a->proof != b->proof)
    return a->proof > b->proof ? -1 : 1;
  order = g_bytes_compare (a->value, b->value);
  if (order != 0)
    return order;
  if (a->hlc != b->hlc)
    return a->hlc < b->hlc ? -1 : 1;
  return a->flags < b->flags ? -1 : a->flags > b->flags;
}

/* (nullable) (transfer none): what an operation wrote to a value. */
static GBytes *
find_write (const FlowSyncOp *op, const char *table, GBytes *key, const char *field, const char *item)
{
  if (!g_str_equal (op->table, table) || !g_bytes_equal (op->key, key))
    return NULL;
  for (guint i = 0; i < op->writes->len; i++)
    {
      const FlowSyncWrite *write = &g_array_index (op->writes, FlowSyncWrite, i);

      if (g_str_equal (write->field, field) && g_str_equal (write->item, item))
        return write->value;
    }
  return NULL;
}

static gboolean
is_valid (GBytes *value)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (value, &size);

  return flow_sync_value_is_valid (data, size);
}

/**
 * flow_sync_prove:
 * @self: a loaded engine
 * @table: name of a table
 * @key: of a record
 * @cell: a write of it
 * @content: (out): what it says: what the log has, where that knows it
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_prove (FlowSync *self, const char *table, GBytes *key, const FlowSyncCell *cell, FlowSyncContent *content,
                 GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_OP_READ, error);
  g_autoptr (FlowSyncOp) op = NULL;
  gboolean row = FALSE;
  GBytes *value = NULL;

  *content = (FlowSyncContent) { cell->hlc, cell->flags, NULL, FLOW_SYNC_PROOF_NONE };
  if (memcmp (cell->stream->dot.device, self->device, FLOW_SYNC_DEVICE_SIZE) == 0)
    content->proof = FLOW_SYNC_PROOF_WRITER;
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, cell->stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) cell->seq);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  /* What cannot be read proves nothing. */
  if (row)
    op = flow_sync_op_decode (sqlite3_column_blob (stmt, 1), (gsize) sqlite3_column_bytes (stmt, 1), NULL);
  if (op != NULL)
    value = find_write (op, table, key, cell->field, cell->item);
  if (value != NULL)
    *content = (FlowSyncContent) { op->hlc, op->flags, NULL, FLOW_SYNC_PROOF_LOG };
  content->value = g_bytes_ref (value != NULL ? value : cell->value);
  if (value == NULL && !is_valid (cell->value))
    content->proof = FLOW_SYNC_PROOF_BROKEN;
  return TRUE;
}

/* Nobody knows for sure what was written: the one that was not taken can be restored. */
static gboolean
log_other (FlowSyncChange *change, FlowSyncRow *row, const FlowSyncCell *cell, const FlowSyncContent *other,
           GError **error)
{
  FlowSync *sync = change->sync;
  g_autoptr (FlowSyncConflict) conflict = NULL;
  gint64 now_ns = flow_clock_wall_ns (sync->clock);
  char *title;

  if (row->table == NULL || g_bytes_equal (other->value, cell->value))
    return TRUE;
  conflict = flow_sync_conflict_new (row, cell->field, cell->item, FLOW_SYNC_KIND_MODIFIED);
  flow_sync_conflict_add_side (conflict, cell->stream, cell->seq, other->hlc, other->value);
  flow_sync_conflict_name (conflict);
  flow_sync_conflict_decide (conflict, FLOW_SYNC_STATE_AUTO, NULL, cell->value, now_ns);
  conflict->opened_ns = now_ns;
  title = row->table->title != NULL ? row->table->title (row->table, sync->db, row->key) : NULL;
  if (title != NULL)
    {
      g_free (conflict->title);
      conflict->title = title;
    }
  change->applied.decided++;
  return flow_sync_conflict_store (sync, conflict, error);
}

/**
 * flow_sync_join_write:
 * @change: a change
 * @row: a row of it
 * @cell: a write of it
 * @theirs: what another device says that it is
 * @error: return location
 *
 * Make a write that is on two devices the same on both.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_join_write (FlowSyncChange *change, FlowSyncRow *row, FlowSyncCell *cell, const FlowSyncContent *theirs,
                      GError **error)
{
  const FlowSyncContent here = { cell->hlc, cell->flags, cell->value, FLOW_SYNC_PROOF_NONE };
  g_auto (FlowSyncContent) mine = { 0 };
  const FlowSyncContent *holds, *other;

  if (is_same (&here, theirs))
    return TRUE;
  if (!flow_sync_prove (change->sync, row->name, row->key, cell, &mine, error))
    return FALSE;
  holds = compare (&mine, theirs) <= 0 ? &mine : theirs;
  other = holds == theirs ? &mine : theirs;
  if (!is_same (&here, holds))
    {
      cell = flow_sync_row_replace (row, cell, holds->hlc, holds->flags, holds->value);
      row->foreign = TRUE;
    }
  return holds->proof == FLOW_SYNC_PROOF_LOG || log_other (change, row, cell, other, error);
}
