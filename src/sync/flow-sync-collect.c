/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-ops-private.h"
#include "sync/flow-sync-private.h"

/* The head of a batch and what may come of its compression. */
#define BATCH_MARGIN 1024

/* An operation's size in a batch beside its bytes. */
#define OP_MARGIN 5

/**
 * flow_sync_get_acked:
 * @self: a loaded engine
 * @stream: a stream
 * @acked: (out): up to which seq the cloud has it
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_get_acked (FlowSync *self, const FlowSyncStream *stream, guint64 *acked, GError **error)
{
  return flow_sync_get_peer_seq (self, "", stream, acked, error);
}

/**
 * flow_sync_get_peer_seq:
 * @self: a loaded engine
 * @peer: of whom, "" is the cloud
 * @stream: a stream
 * @seq: (out): up to which seq it has it
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_get_peer_seq (FlowSync *self, const char *peer, const FlowSyncStream *stream, guint64 *seq, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_VECTOR_READ, error);
  gboolean row = FALSE;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_blob (stmt, 1, peer, (int) strlen (peer), SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 2, stream->id);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *seq = row ? (guint64) sqlite3_column_int64 (stmt, 0) : 0;
  return TRUE;
}

/**
 * flow_sync_set_peer_seq:
 * @self: a loaded engine
 * @peer: (array length=size): who, empty is the cloud
 * @size: bytes of @peer
 * @stream: a stream
 * @seq: up to which seq it has it
 * @error: return location
 *
 * Write down what somebody has; that never goes back.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_set_peer_seq (FlowSync *self, gconstpointer peer, gsize size, const FlowSyncStream *stream, guint64 seq,
                        GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_VECTOR_WRITE, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_blob64 (stmt, 1, peer, size, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 2, stream->id);
  sqlite3_bind_int64 (stmt, 3, (gint64) seq);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_sync_add_scope:
 * @self: an open engine
 * @scope: name of a scope
 * @error: return location
 *
 * Take part in a scope: hello asks for it from here on.
 *
 * Returns: %FALSE with `FLOW_ERROR_BAD_ARGUMENT` or the codes of flow_sql_error()
 */
gboolean
flow_sync_add_scope (FlowSync *self, const char *scope, GError **error)
{
  if (!flow_sync_scope_is_valid (scope))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "“%s” is no name of a scope", scope);
      return FALSE;
    }
  if (!flow_sync_load (self, error))
    return flow_sync_failed (self);
  /* A cloud that names scopes without end fills no disk. */
  return self->streams->len >= FLOW_SYNC_STREAMS_MAX || flow_sync_get_own_stream (self, scope, error) != NULL ||
         flow_sync_failed (self);
}

/**
 * flow_sync_list_scopes:
 * @self: an open engine
 * @error: return location
 *
 * Returns: (nullable) (transfer full): the scopes that this device takes part in; %NULL with the codes of
 *   flow_sql_error()
 */
char **
flow_sync_list_scopes (FlowSync *self, GError **error)
{
  g_autoptr (GStrvBuilder) scopes = g_strv_builder_new ();

  if (!flow_sync_load (self, error))
    return NULL;
  for (guint i = 0; i < self->streams->len; i++)
    {
      const FlowSyncStream *stream = g_ptr_array_index (self->streams, i);

      if (flow_sync_is_own (self, stream))
        g_strv_builder_add (scopes, stream->scope);
    }
  return g_strv_builder_end (scopes);
}

/**
 * flow_sync_get_vector:
 * @self: an open engine
 * @scope: a scope
 * @error: return location
 *
 * Returns: (nullable) (transfer full): what is known here of the scope; %NULL with the codes of flow_sql_error()
 */
FlowSyncVector *
flow_sync_get_vector (FlowSync *self, const char *scope, GError **error)
{
  FlowSyncVector *vector;

  if (!flow_sync_load (self, error))
    return NULL;
  vector = flow_sync_vector_new ();
  for (guint i = 0; i < self->streams->len; i++)
    {
      const FlowSyncStream *stream = g_ptr_array_index (self->streams, i);

      if (stream->dot.seq > 0 && g_str_equal (stream->scope, scope))
        flow_sync_vector_set (vector, stream->dot.device, stream->dot.epoch, stream->dot.seq);
    }
  return vector;
}

/* A transaction goes whole or not at all. */
static gboolean
begins_txn (gconstpointer body, gsize size, guint *left)
{
  gboolean begins = *left == 0;

  if (begins)
    *left = flow_sync_op_peek_txn (body, size);
  (*left)--;
  return begins;
}

/* What is to go into a batch, one transaction after the other. */
typedef struct
{
  FlowSyncOpsBuilder all;
  GPtrArray *txn; /* bodies and chains in turn, of the transaction that is read */
  gsize txn_size;
  gsize max;
} Collection;

static gboolean
take_txn (Collection *self)
{
  if (self->all.n_ops > 0 && self->all.bytes->len + self->txn_size > self->max)
    return FALSE;
  for (guint i = 0; i + 1 < self->txn->len; i += 2)
    {
      gsize size;
      gconstpointer body = g_bytes_get_data (g_ptr_array_index (self->txn, i), &size);

      flow_sync_ops_builder_add (&self->all, body, size, g_bytes_get_data (g_ptr_array_index (self->txn, i + 1), NULL));
    }
  g_ptr_array_set_size (self->txn, 0);
  self->txn_size = 0;
  return TRUE;
}

static gboolean
begin_collection (FlowSync *self, Collection *collection, const FlowSyncStream *own, guint64 seq, gint64 context,
                  gsize max_bytes, GError **error)
{
  g_autoptr (FlowSyncContext) known = flow_sync_load_context (self, context, error);
  FlowSyncDot first = own->dot;

  if (known == NULL)
    return FALSE;
  first.seq = seq;
  collection->max = max_bytes;
  collection->txn = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  flow_sync_ops_builder_init (&collection->all, own->scope, &first, flow_sync_context_to_vector (self, known));
  return TRUE;
}

static void
end_collection (Collection *self)
{
  flow_sync_ops_builder_clear (&self->all);
  g_clear_pointer (&self->txn, g_ptr_array_unref);
}

static gboolean
collect (FlowSync *self, const FlowSyncStream *own, guint64 after, gsize max_bytes, Collection *collection,
         GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_OP_LIST, error);
  guint left = 0;
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, own->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) after);
  for (guint64 seq = after + 1;; seq++)
    {
      GBytes *body;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row || (guint64) sqlite3_column_int64 (stmt, 0) != seq)
        break;
      if (collection->txn == NULL &&
          !begin_collection (self, collection, own, seq, sqlite3_column_int64 (stmt, 1), max_bytes, error))
        return FALSE;
      body = flow_sync_column_bytes (stmt, 2);
      if (begins_txn (g_bytes_get_data (body, NULL), g_bytes_get_size (body), &left) && !take_txn (collection))
        {
          g_bytes_unref (body);
          return TRUE;
        }
      collection->txn_size += g_bytes_get_size (body) + OP_MARGIN;
      g_ptr_array_add (collection->txn, body);
      g_ptr_array_add (collection->txn, flow_sync_column_bytes (stmt, 3));
    }
  if (collection->txn != NULL)
    take_txn (collection);
  return TRUE;
}

/**
 * flow_sync_collect:
 * @self: an open engine
 * @scope: a scope
 * @after: the seq behind which they begin
 * @max_bytes: bytes of a batch at most; 0: as many as a batch may have. One transaction is taken in any case
 * @ops: (out) (nullable): the operations, %NULL when there are none
 * @error: return location
 *
 * Read the next operations that this device made, for one batch. There are none while a restored database finds out
 * which of its own the cloud has.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_collect (FlowSync *self, const char *scope, guint64 after, gsize max_bytes, FlowSyncOps **ops, GError **error)
{
  gsize max = (max_bytes == 0 || max_bytes > FLOW_SYNC_BATCH_MAX ? FLOW_SYNC_BATCH_MAX : max_bytes);
  Collection collection = { .max = 0 };
  const FlowSyncStream *own;
  gboolean ok;

  *ops = NULL;
  if (!flow_sync_load (self, error))
    return flow_sync_failed (self);
  own = flow_sync_find_stream (self, scope, self->device, self->epoch);
  if (own == NULL || own->dot.seq <= after || self->recovering)
    return TRUE;
  ok = collect (self, own, after, max - MIN (max, BATCH_MARGIN), &collection, error);
  if (ok && collection.all.n_ops > 0)
    *ops = flow_sync_ops_builder_end (&collection.all);
  end_collection (&collection);
  return ok;
}

static gboolean
look_again (FlowSync *self, FlowSyncChange *change, const FlowSyncStream *stream, guint64 first, guint64 last,
            GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_SIDE_ROWS, error);
  gboolean found = TRUE;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) first);
  sqlite3_bind_int64 (stmt, 3, (gint64) last);
  while (TRUE)
    {
      g_autoptr (GBytes) key = NULL;
      FlowSyncRow *row;

      if (!flow_sql_step_row (stmt, &found, error))
        return FALSE;
      if (!found)
        return TRUE;
      key = flow_sync_column_bytes (stmt, 1);
      row = flow_sync_change_get_row (change, flow_sync_column_text (stmt, 0), key, error);
      if (row == NULL)
        return FALSE;
      row->foreign = TRUE;
    }
}

static gboolean
accept (FlowSync *self, const FlowSyncStream *stream, guint64 last, guint64 number, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_NUMBER_WRITE, error);
  guint64 before;
  g_auto (FlowSyncChange) change;

  flow_sync_change_init (&change, self);
  if (stmt == NULL || !flow_sync_get_numbered (self, stream, &before, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) last);
  sqlite3_bind_int64 (stmt, 3, (gint64) number);
  return flow_sql_step_done (stmt, error) && flow_sync_set_peer_seq (self, "", 0, stream, last, error) &&
         look_again (self, &change, stream, before + 1, last, error) && flow_sync_change_end (&change, error);
}

/**
 * flow_sync_accept:
 * @self: an open engine
 * @scope: a scope
 * @last: the last operation of a batch of this device
 * @number: the cloud's acceptance number of the batch
 * @error: return location
 *
 * Write down that the cloud has accepted a batch. Conflicts that the order of acceptance decides are looked at again.
 *
 * Returns: %FALSE with the codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_accept (FlowSync *self, const char *scope, const FlowSyncDot *last, guint64 number, GError **error)
{
  const FlowSyncStream *stream;

  if (!flow_sync_capture (self, NULL, error))
    return FALSE;
  stream = flow_sync_find_stream (self, scope, last->device, last->epoch);
  /* It may be of a life that is over. */
  if (stream == NULL || last->seq > stream->dot.seq)
    return TRUE;
  return accept (self, stream, last->seq, number, error) || flow_sync_failed (self);
}
