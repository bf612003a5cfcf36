/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "base/flow-error.h"

#include <glib/gi18n-lib.h>
#include "store/flow-statement.h"
#include "sync/flow-sync-hlc.h"
#include "sync/flow-sync-private.h"

/* What rules write may be divided again by what rules wrote elsewhere; that ends, as two of their writes are not asked
   about. */
#define ROUNDS_MAX 4

/* An operation beside its values: names, key, numbers. */
#define OP_HEAD 160

static guint
row_hash (gconstpointer data)
{
  const FlowSyncRow *row = data;

  return g_str_hash (row->name) * 31 + g_bytes_hash (row->key);
}

static gboolean
row_equal (gconstpointer a, gconstpointer b)
{
  const FlowSyncRow *first = a;
  const FlowSyncRow *second = b;

  return g_bytes_equal (first->key, second->key) && g_str_equal (first->name, second->name);
}

static void
op_clear (gpointer op)
{
  if (op != NULL)
    flow_sync_op_free (op);
}

/**
 * flow_sync_change_init:
 * @self: to be set up
 * @sync: a loaded engine
 *
 * Begin to change records.
 */
void
flow_sync_change_init (FlowSyncChange *self, FlowSync *sync)
{
  *self = (FlowSyncChange) { .sync = sync };
  self->rows = g_hash_table_new_full (row_hash, row_equal, NULL, (GDestroyNotify) flow_sync_row_free);
  self->ops = g_ptr_array_new_with_free_func (op_clear);
}

/**
 * flow_sync_change_clear:
 * @self: a change
 *
 * Free what it holds; what was not written is dropped.
 */
void
flow_sync_change_clear (FlowSyncChange *self)
{
  g_clear_pointer (&self->rows, g_hash_table_unref);
  g_clear_pointer (&self->ops, g_ptr_array_unref);
}

/**
 * flow_sync_change_get_row:
 * @self: a change
 * @table: name of a table
 * @key: of a record
 * @error: return location
 *
 * Returns: (nullable) (transfer none): the record, read when it was not touched before; %NULL with the codes of
 *   flow_sql_error()
 */
FlowSyncRow *
flow_sync_change_get_row (FlowSyncChange *self, const char *table, GBytes *key, GError **error)
{
  FlowSyncRow wanted = { .name = (char *) table, .key = key };
  FlowSyncRow *row = g_hash_table_lookup (self->rows, &wanted);

  if (row != NULL)
    return row;
  row = flow_sync_row_load (self->sync, table, key, error);
  if (row != NULL)
    g_hash_table_add (self->rows, row);
  return row;
}

/**
 * flow_sync_change_add_op:
 * @self: a change
 * @op: (transfer full): what this device does; its clock, context and transaction are not said yet
 *
 * Do something to a record, with flow_sync_change_write_ops().
 */
void
flow_sync_change_add_op (FlowSyncChange *self, FlowSyncOp *op)
{
  g_ptr_array_add (self->ops, op);
}

static gsize
measure (const FlowSyncOp *op)
{
  gsize size = OP_HEAD + g_bytes_get_size (op->key);

  for (guint i = 0; i < op->writes->len; i++)
    {
      const FlowSyncWrite *write = &g_array_index (op->writes, FlowSyncWrite, i);

      size += strlen (write->field) + strlen (write->item) + g_bytes_get_size (write->value) + 8;
    }
  return size;
}

/* A value that is too large stays here; people are told. */
static gboolean
refuse_large (FlowSyncChange *self, const FlowSyncOp *op, const FlowSyncWrite *write, GError **error)
{
  g_autoptr (GError) why = g_error_new (FLOW_ERROR, FLOW_ERROR_TOO_LARGE, _ ("“%s” is too large to sync"),
                                        write->field);

  return flow_sync_quarantine_record (self->sync, FLOW_SYNC_SIDE_MINE, op->table, op->key, why, error);
}

static gboolean
is_too_large (const FlowSyncOp *op, const FlowSyncWrite *write)
{
  return g_bytes_get_size (write->value) > FLOW_SYNC_VALUE_MAX || strlen (write->item) > FLOW_SYNC_ITEM_MAX ||
         g_bytes_get_size (op->key) > FLOW_SYNC_KEY_MAX;
}

static gboolean
is_plain (const FlowSyncOp *op)
{
  for (guint i = 0; i < op->writes->len; i++)
    if (is_too_large (op, &g_array_index (op->writes, FlowSyncWrite, i)))
      return FALSE;
  return measure (op) <= FLOW_SYNC_TXN_BYTES;
}

static FlowSyncOp *
begin_piece (const FlowSyncOp *op)
{
  FlowSyncOp *piece = flow_sync_op_new (op->table, op->schema, op->key);

  piece->flags = op->flags;
  piece->hlc = op->hlc;
  return piece;
}

/* So much was written to one record at once that it is several operations. */
static gboolean
cut (FlowSyncChange *self, const FlowSyncOp *op, GPtrArray *pieces, GError **error)
{
  g_autoptr (FlowSyncOp) piece = begin_piece (op);

  for (guint i = 0; i < op->writes->len; i++)
    {
      const FlowSyncWrite *write = &g_array_index (op->writes, FlowSyncWrite, i);
      gsize size = g_bytes_get_size (write->value);

      if (is_too_large (op, write))
        {
          if (!refuse_large (self, op, write, error))
            return FALSE;
          continue;
        }
      if (piece->writes->len > 0 && measure (piece) + size > FLOW_SYNC_TXN_BYTES)
        {
          g_ptr_array_add (pieces, g_steal_pointer (&piece));
          piece = begin_piece (op);
        }
      flow_sync_op_add (piece, write->field, write->item, write->value);
    }
  if (piece->writes->len > 0)
    g_ptr_array_add (pieces, g_steal_pointer (&piece));
  return TRUE;
}

static void
describe_context (FlowSync *sync, const FlowSyncStream *own, const FlowSyncContext *context, FlowSyncOp *op)
{
  for (guint i = 0; i < context->n; i++)
    {
      const FlowSyncContextEntry *entry = &context->entries[i];
      const FlowSyncStream *stream = flow_sync_find_stream_by_id (sync, entry->stream);
      FlowSyncDot dot;

      if (stream == NULL || (own->context != NULL && flow_sync_context_get (own->context, entry->stream) >= entry->seq))
        continue;
      dot = stream->dot;
      dot.seq = entry->seq;
      g_array_append_val (op->context, dot);
    }
}

static gboolean
log_op (FlowSync *sync, const FlowSyncStream *own, guint64 hlc, GBytes *body, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (sync, FLOW_SYNC_STMT_OP_INSERT, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, own->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) own->dot.seq);
  sqlite3_bind_int64 (stmt, 3, (gint64) hlc);
  sqlite3_bind_int64 (stmt, 4, own->context->id);
  flow_sync_bind_bytes (stmt, 5, body);
  sqlite3_bind_blob (stmt, 6, own->chain, FLOW_SYNC_CHAIN_SIZE, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

/* From here on the operation is one of this device's. */
static gboolean
append (FlowSyncChange *self, FlowSyncStream *own, FlowSyncContext *context, FlowSyncOp *op, GError **error)
{
  FlowSync *sync = self->sync;
  FlowSyncRow *row = flow_sync_change_get_row (self, op->table, op->key, error);
  g_autoptr (GBytes) body = NULL;
  gconstpointer data;
  gsize size;

  if (row == NULL)
    return FALSE;
  if (op->hlc == 0)
    op->hlc = flow_sync_tick (sync);
  describe_context (sync, own, context, op);
  body = flow_sync_op_encode (op);
  data = g_bytes_get_data (body, &size);
  own->dot.seq++;
  own->hlc = MAX (own->hlc, op->hlc);
  own->changed = TRUE;
  flow_sync_chain_add (own->chain, data, size);
  g_clear_pointer (&own->context, flow_sync_context_unref);
  own->context = flow_sync_context_ref (context);
  for (guint i = 0; i < op->writes->len; i++)
    flow_sync_row_merge (row, own, own->dot.seq, op->hlc, op->flags, context,
                         &g_array_index (op->writes, FlowSyncWrite, i));
  self->applied.made++;
  return log_op (sync, own, op->hlc, body, error);
}

/* Writes one transaction: operations from @start on in one scope. Returns how many it took, 0 with an error. */
static guint
write_txn (FlowSyncChange *self, GPtrArray *ops, guint start, FlowSyncStream *own, GError **error)
{
  g_autoptr (FlowSyncContext) context = flow_sync_make_own_context (self->sync, own, error);
  gsize size = 0;
  guint n = 0;

  if (context == NULL)
    return 0;
  for (; start + n < ops->len && n < FLOW_SYNC_TXN_OPS; n++)
    {
      gsize more = measure (g_ptr_array_index (ops, start + n));

      if (n > 0 && size + more > FLOW_SYNC_TXN_BYTES)
        break;
      size += more;
    }
  for (guint i = 0; i < n; i++)
    {
      FlowSyncOp *op = g_ptr_array_index (ops, start + i);

      op->txn_index = i;
      op->txn_len = n;
      if (!append (self, own, context, op, error))
        return 0;
    }
  return n;
}

static gboolean
write_scope (FlowSyncChange *self, const char *scope, GPtrArray *ops, GError **error)
{
  FlowSyncStream *own = flow_sync_get_own_stream (self->sync, scope, error);

  if (own == NULL)
    return FALSE;
  for (guint start = 0; start < ops->len;)
    {
      guint n = write_txn (self, ops, start, own, error);

      if (n == 0)
        return FALSE;
      start += n;
    }
  return TRUE;
}

static gboolean
cut_or_take (FlowSyncChange *self, GPtrArray *ops, guint index, GPtrArray *pieces, GError **error)
{
  FlowSyncOp *op = g_ptr_array_index (ops, index);

  if (!is_plain (op))
    return cut (self, op, pieces, error);
  g_ptr_array_add (pieces, op);
  g_ptr_array_index (ops, index) = NULL;
  return TRUE;
}

/**
 * flow_sync_change_write_ops:
 * @self: a change
 * @error: return location
 *
 * Count what this device does, write it into the log and into the rows. What it did together is one transaction, as
 * long as it is not too much for a batch.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_change_write_ops (FlowSyncChange *self, GError **error)
{
  g_autoptr (GHashTable) scopes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                         (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GPtrArray) ops = g_steal_pointer (&self->ops);
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func (op_clear);
  GHashTableIter iter;
  gpointer scope, some;

  self->ops = g_ptr_array_new_with_free_func (op_clear);
  for (guint i = 0; i < ops->len; i++)
    if (!cut_or_take (self, ops, i, pieces, error))
      return FALSE;
  for (guint i = 0; i < pieces->len; i++)
    {
      FlowSyncOp *op = g_ptr_array_index (pieces, i);
      g_autofree char *name = flow_sync_get_row_scope (flow_sync_find_table (self->sync, op->table), op->key);

      some = g_hash_table_lookup (scopes, name);
      if (some == NULL)
        g_hash_table_insert (scopes, g_steal_pointer (&name), some = g_ptr_array_new ());
      g_ptr_array_add (some, op);
    }
  g_hash_table_iter_init (&iter, scopes);
  while (g_hash_table_iter_next (&iter, &scope, &some))
    if (!write_scope (self, scope, some, error))
      return FALSE;
  return TRUE;
}

static gboolean
finish_rows (FlowSyncChange *self, GPtrArray *rows, GError **error)
{
  for (guint i = 0; i < rows->len; i++)
    if (!flow_sync_finish_row (self, g_ptr_array_index (rows, i), error))
      return FALSE;
  return TRUE;
}

static int
by_key (gconstpointer a, gconstpointer b)
{
  const FlowSyncRow *first = *(const FlowSyncRow *const *) a;
  const FlowSyncRow *second = *(const FlowSyncRow *const *) b;
  int order = first->order != second->order ? (first->order < second->order ? -1 : 1)
                                            : strcmp (first->name, second->name);

  return order != 0 ? order : g_bytes_compare (first->key, second->key);
}

/* In an order of its own, so that equal histories make equal databases, and neighbours are written together. */
static GPtrArray *
sort_rows (FlowSyncChange *self)
{
  GPtrArray *rows = g_ptr_array_sized_new (g_hash_table_size (self->rows));
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &row, NULL))
    g_ptr_array_add (rows, row);
  g_ptr_array_sort (rows, by_key);
  return rows;
}

static gboolean
settle (FlowSyncChange *self, GPtrArray *rows, GError **error)
{
  for (guint round = 0; round < ROUNDS_MAX; round++)
    {
      if (!finish_rows (self, rows, error))
        return FALSE;
      if (self->ops->len == 0)
        return TRUE;
      if (!flow_sync_change_write_ops (self, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_sync_change_end:
 * @self: a change
 * @error: return location
 *
 * Find conflicts, let the rules decide, write rows and streams down, and tell the domain what holds.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_change_end (FlowSyncChange *self, GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) foreign = g_ptr_array_new ();

  if (!flow_sync_change_write_ops (self, error))
    return FALSE;
  rows = sort_rows (self);
  if (!settle (self, rows, error))
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      FlowSyncRow *row = g_ptr_array_index (rows, i);

      if (!flow_sync_row_store (self->sync, row, error))
        return FALSE;
      /* Of a table that this program does not know nothing is said; the writes are kept for a program that does. */
      if (row->foreign && row->table != NULL)
        g_ptr_array_add (foreign, row);
    }
  self->applied.records += foreign->len;
  return flow_sync_materialize (self->sync, foreign, error) && flow_sync_store_streams (self->sync, error);
}
