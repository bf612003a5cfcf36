/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "store/flow-statement.h"
#include "sync/flow-sync-private.h"

/* Whom what the cloud had at the beginning of a recovery is written down for. */
#define RECOVERY "recovery"

/* An own operation that is counted anew. */
typedef struct
{
  guint64 seq;
  gint64 context;
  FlowSyncOp *op;
} Orphan;

static void
orphan_clear (gpointer data)
{
  flow_sync_op_free (((Orphan *) data)->op);
}

static GArray *
orphans_new (void)
{
  GArray *orphans = g_array_new (FALSE, FALSE, sizeof (Orphan));

  g_array_set_clear_func (orphans, orphan_clear);
  return orphans;
}

static gboolean
list_orphans (FlowSync *self, const FlowSyncStream *stream, guint64 after, GArray *orphans, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_OP_LIST, error);
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) after);
  while (TRUE)
    {
      Orphan orphan;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      orphan.seq = (guint64) sqlite3_column_int64 (stmt, 0);
      orphan.context = sqlite3_column_int64 (stmt, 1);
      orphan.op = flow_sync_op_decode (sqlite3_column_blob (stmt, 2), (gsize) sqlite3_column_bytes (stmt, 2), error);
      if (orphan.op == NULL)
        return FALSE;
      g_array_append_val (orphans, orphan);
    }
}

static gboolean
run_for_dot (FlowSync *self, FlowSyncStmt which, const FlowSyncStream *stream, guint64 seq, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, which, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) seq);
  return flow_sql_step_done (stmt, error);
}

static gboolean
move_writes (FlowSync *self, FlowSyncStmt which, const FlowSyncOp *op, const FlowSyncStream *from, guint64 seq,
             const FlowSyncStream *to, guint64 new_seq, gint64 context, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, which, error);

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, op->table);
  flow_sync_bind_bytes (stmt, 2, op->key);
  sqlite3_bind_int64 (stmt, 3, from->id);
  sqlite3_bind_int64 (stmt, 4, (gint64) seq);
  sqlite3_bind_int64 (stmt, 5, to->id);
  sqlite3_bind_int64 (stmt, 6, (gint64) new_seq);
  if (which == FLOW_SYNC_STMT_CELL_MOVE)
    sqlite3_bind_int64 (stmt, 7, context);
  return flow_sql_step_done (stmt, error);
}

static gboolean
move_sides (FlowSync *self, const FlowSyncStream *from, guint64 seq, const FlowSyncStream *to, guint64 new_seq,
            GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_SIDE_MOVE, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, from->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) seq);
  sqlite3_bind_int64 (stmt, 3, to->id);
  sqlite3_bind_int64 (stmt, 4, (gint64) new_seq);
  return flow_sql_step_done (stmt, error);
}

/* All that it wrote is of the new dot. */
static gboolean
move_all (FlowSync *self, const Orphan *orphan, const FlowSyncStream *from, const FlowSyncStream *to, guint64 new_seq,
          gint64 context, GError **error)
{
  return move_writes (self, FLOW_SYNC_STMT_CELL_MOVE, orphan->op, from, orphan->seq, to, new_seq, context, error) &&
         move_writes (self, FLOW_SYNC_STMT_BASE_MOVE, orphan->op, from, orphan->seq, to, new_seq, 0, error) &&
         move_sides (self, from, orphan->seq, to, new_seq, error);
}

static gboolean
log_op (FlowSync *self, const FlowSyncStream *own, const FlowSyncOp *op, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_OP_INSERT, error);
  g_autoptr (GBytes) body = flow_sync_op_encode (op);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, own->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) own->dot.seq);
  sqlite3_bind_int64 (stmt, 3, (gint64) op->hlc);
  sqlite3_bind_int64 (stmt, 4, own->context->id);
  flow_sync_bind_bytes (stmt, 5, body);
  sqlite3_bind_blob (stmt, 6, own->chain, FLOW_SYNC_CHAIN_SIZE, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

/* Says in the operation what its device knew that it had not known at the one before. */
static void
tell_context (FlowSync *self, const FlowSyncStream *own, const FlowSyncContext *context, FlowSyncOp *op)
{
  g_array_set_size (op->context, 0);
  for (guint i = 0; i < context->n; i++)
    {
      const FlowSyncContextEntry *entry = &context->entries[i];
      const FlowSyncStream *stream = flow_sync_find_stream_by_id (self, entry->stream);
      FlowSyncDot dot;

      if (stream == NULL || stream == own ||
          (own->context != NULL && flow_sync_context_get (own->context, entry->stream) >= entry->seq))
        continue;
      dot = stream->dot;
      dot.seq = entry->seq;
      g_array_append_val (op->context, dot);
    }
}

/* Counts an operation as the next one of a stream; it is a transaction of its own, and as old as it was. */
static gboolean
append (FlowSync *self, FlowSyncStream *own, Orphan *orphan, const FlowSyncContextEntry *known, GError **error)
{
  g_autoptr (FlowSyncContext) before = flow_sync_load_context (self, orphan->context, error);
  g_autoptr (FlowSyncContext) raised = NULL;
  g_autoptr (FlowSyncContext) context = NULL;
  g_autoptr (GBytes) body = NULL;

  if (before == NULL)
    return FALSE;
  raised = known->seq > 0 ? flow_sync_context_raise (before, known, 1) : flow_sync_context_ref (before);
  context = flow_sync_keep_context (self, raised, error);
  if (context == NULL)
    return FALSE;
  tell_context (self, own, context, orphan->op);
  orphan->op->txn_index = 0;
  orphan->op->txn_len = 1;
  body = flow_sync_op_encode (orphan->op);
  g_clear_pointer (&own->context, flow_sync_context_unref);
  own->context = g_steal_pointer (&context);
  own->dot.seq++;
  own->hlc = MAX (own->hlc, orphan->op->hlc);
  own->changed = TRUE;
  flow_sync_chain_add (own->chain, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  return log_op (self, own, orphan->op, error);
}

static gboolean
remember_orphan (FlowSync *self, const FlowSyncStream *old, guint64 seq, const FlowSyncStream *own, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_ORPHAN_WRITE, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, old->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) seq);
  sqlite3_bind_int64 (stmt, 3, own->id);
  sqlite3_bind_int64 (stmt, 4, (gint64) own->dot.seq);
  return flow_sql_step_done (stmt, error);
}

/* The old life ends where the cloud has acknowledged it; the rest of it is what a batch of others would be. */
static gboolean
end_life (FlowSync *self, FlowSyncStream *old, guint64 acked, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_OP_READ, error);
  gint64 context = 0;
  gboolean row = FALSE;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, old->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) acked);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row)
    context = sqlite3_column_int64 (stmt, 0);
  if (!flow_sync_read_chain (self, old, acked, old->chain, error))
    return FALSE;
  g_clear_pointer (&old->context, flow_sync_context_unref);
  if (context != 0 && (old->context = flow_sync_load_context (self, context, error)) == NULL)
    return FALSE;
  old->dot.seq = acked;
  old->changed = TRUE;
  return TRUE;
}

static gboolean
move_stream (FlowSync *self, FlowSyncStream *old, GError **error)
{
  g_autoptr (GArray) orphans = orphans_new ();
  FlowSyncStream *own = flow_sync_get_own_stream (self, old->scope, error);
  FlowSyncContextEntry known = { old->id, 0 };
  guint64 numbered;

  if (own == NULL || !flow_sync_get_acked (self, old, &known.seq, error) ||
      !flow_sync_get_numbered (self, old, &numbered, error))
    return FALSE;
  /* What the cloud has is fetched when its number is not known. */
  known.seq = MIN (known.seq, MIN (numbered, old->dot.seq));
  if (!list_orphans (self, old, known.seq, orphans, error))
    return FALSE;
  for (guint i = 0; i < orphans->len; i++)
    {
      Orphan *orphan = &g_array_index (orphans, Orphan, i);

      if (!append (self, own, orphan, &known, error) || !remember_orphan (self, old, orphan->seq, own, error) ||
          !move_all (self, orphan, old, own, own->dot.seq, own->context->id, error) ||
          !run_for_dot (self, FLOW_SYNC_STMT_OP_DELETE, old, orphan->seq, error))
        return FALSE;
    }
  return end_life (self, old, known.seq, error);
}

static gboolean
become (FlowSync *self, gboolean device, GError **error)
{
  if (device)
    self->random (self->device, FLOW_SYNC_DEVICE_SIZE, self->random_data);
  self->epoch = MAX (self->epoch + 1, (guint64) MAX (flow_clock_wall_ns (self->clock) / 1000000, 1));
  self->recovering = TRUE;
  g_hash_table_remove_all (self->mendings);
  return flow_sync_meta_set_blob (self, FLOW_SYNC_META_DEVICE, self->device, FLOW_SYNC_DEVICE_SIZE, error) &&
         flow_sync_meta_set (self, FLOW_SYNC_META_EPOCH, (gint64) self->epoch, error) &&
         flow_sync_meta_set (self, FLOW_SYNC_META_RECOVER, 1, error);
}

/**
 * flow_sync_renew:
 * @self: a loaded engine
 * @device: as another device; else in another epoch
 * @error: return location
 *
 * Begin another life. What the old one made and the cloud has not acknowledged is counted anew, as old as it is and
 * knowing what it knew. Until it is known what the cloud has of the old life nothing is sent: what turns out to be
 * there already is not sent twice.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_renew (FlowSync *self, gboolean device, GError **error)
{
  g_autoptr (GPtrArray) old = g_ptr_array_new ();

  for (guint i = 0; i < self->streams->len; i++)
    if (flow_sync_is_own (self, g_ptr_array_index (self->streams, i)))
      g_ptr_array_add (old, g_ptr_array_index (self->streams, i));
  /* A life that ended before it was known what the cloud had of the one before. */
  if ((self->recovering && !flow_sync_finish_recovery (self, error)) || !become (self, device, error))
    return FALSE;
  for (guint i = 0; i < old->len; i++)
    if (!move_stream (self, g_ptr_array_index (old, i), error))
      return FALSE;
  return flow_sync_store_streams (self, error);
}

static gboolean
find_orphan (FlowSync *self, const FlowSyncStream *stream, guint64 seq, FlowSyncStream **own, guint64 *new_seq,
             GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_ORPHAN_READ, error);
  gboolean row = FALSE;

  *own = NULL;
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) seq);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row)
    {
      *own = flow_sync_find_stream_by_id (self, sqlite3_column_int64 (stmt, 0));
      *new_seq = (guint64) sqlite3_column_int64 (stmt, 1);
    }
  return TRUE;
}

/* The same but for what it says about others and about its transaction. */
static gboolean
is_same (const FlowSyncOp *a, const FlowSyncOp *b)
{
  FlowSyncOp plain[2] = { *a, *b };
  g_autoptr (GArray) nothing = g_array_new (FALSE, FALSE, sizeof (FlowSyncDot));
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;

  for (guint i = 0; i < 2; i++)
    {
      plain[i].context = nothing;
      plain[i].txn_index = 0;
      plain[i].txn_len = 1;
    }
  first = flow_sync_op_encode (&plain[0]);
  second = flow_sync_op_encode (&plain[1]);
  return g_bytes_equal (first, second);
}

static gboolean
read_op (FlowSync *self, const FlowSyncStream *stream, guint64 seq, FlowSyncOp **op, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_OP_READ, error);
  gboolean row = FALSE;

  *op = NULL;
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) seq);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row)
    *op = flow_sync_op_decode (sqlite3_column_blob (stmt, 1), (gsize) sqlite3_column_bytes (stmt, 1), error);
  return !row || *op != NULL;
}

/* Its writes are of the old dot again, as everybody else calls them. */
static gboolean
restore_dots (FlowSyncChange *change, FlowSyncStream *own, guint64 new_seq, FlowSyncStream *old, guint64 seq,
              const FlowSyncOp *op, GError **error)
{
  FlowSyncRow *row = flow_sync_change_get_row (change, op->table, op->key, error);

  if (row == NULL)
    return FALSE;
  /* Its acceptance number may decide. */
  row->foreign = TRUE;
  for (guint i = 0; i < row->cells->len; i++)
    {
      FlowSyncCell *cell = g_ptr_array_index (row->cells, i);

      if (cell->stream == own && cell->seq == new_seq)
        flow_sync_row_rename (row, cell, old, seq);
    }
  return move_sides (change->sync, own, new_seq, old, seq, error) &&
         run_for_dot (change->sync, FLOW_SYNC_STMT_OP_DELETE, own, new_seq, error);
}

/**
 * flow_sync_forget_orphans:
 * @self: a loaded engine
 * @stream: an old life of this device
 * @seq: from which operation on
 * @error: return location
 *
 * From here on the old life went another way than this database, or nobody can tell: what was counted anew stays so.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_forget_orphans (FlowSync *self, const FlowSyncStream *stream, guint64 seq, GError **error)
{
  return run_for_dot (self, FLOW_SYNC_STMT_ORPHAN_FORGET, stream, seq, error);
}

/**
 * flow_sync_recover_op:
 * @change: the change in which it is taken in
 * @stream: whose operation it is
 * @seq: its place there
 * @op: the operation
 * @known: (out): it is one that this database has, and counted anew
 * @error: return location
 *
 * Look whether an operation of an old life is here already.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_recover_op (FlowSyncChange *change, FlowSyncStream *stream, guint64 seq, const FlowSyncOp *op,
                      gboolean *known, GError **error)
{
  FlowSync *self = change->sync;
  g_autoptr (FlowSyncOp) mine = NULL;
  FlowSyncStream *own;
  guint64 new_seq = 0, acked = 0;

  *known = FALSE;
  if (!self->recovering)
    return TRUE;
  if (!find_orphan (self, stream, seq, &own, &new_seq, error))
    return FALSE;
  if (own == NULL || !read_op (self, own, new_seq, &mine, error) || !flow_sync_get_acked (self, own, &acked, error))
    return own == NULL;
  /* A copy of this database may have sent it already as what it was counted anew. */
  if (mine == NULL || new_seq <= acked || !is_same (mine, op))
    return flow_sync_forget_orphans (self, stream, seq, error);
  *known = TRUE;
  return restore_dots (change, own, new_seq, stream, seq, op, error);
}

/* The last operation of the old life that turned out to be here already. */
static gboolean
find_known (FlowSync *self, const FlowSyncStream *own, FlowSyncContextEntry *known, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_ORPHAN_KNOWN, error);
  gboolean row = FALSE;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, own->id);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row)
    *known = (FlowSyncContextEntry) { sqlite3_column_int64 (stmt, 0), (guint64) sqlite3_column_int64 (stmt, 1) };
  return TRUE;
}

/* What was there already leaves holes: the rest is counted once more, behind what the cloud has. */
static gboolean
close_holes (FlowSync *self, FlowSyncStream *own, GError **error)
{
  g_autoptr (GArray) orphans = orphans_new ();
  FlowSyncContextEntry known = { 0, 0 };
  guint64 acked;

  if (!flow_sync_get_acked (self, own, &acked, error) || !list_orphans (self, own, acked, orphans, error))
    return FALSE;
  if (acked + orphans->len >= own->dot.seq)
    return TRUE;
  if (!find_known (self, own, &known, error) || !end_life (self, own, acked, error))
    return FALSE;
  for (guint i = 0; i < orphans->len; i++)
    {
      Orphan *orphan = &g_array_index (orphans, Orphan, i);

      if (!run_for_dot (self, FLOW_SYNC_STMT_OP_DELETE, own, orphan->seq, error) ||
          !append (self, own, orphan, &known, error) ||
          !move_all (self, orphan, own, own, own->dot.seq, own->context->id, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_sync_finish_recovery:
 * @self: a loaded engine
 * @error: return location
 *
 * End the recovery: what the cloud has of the old life is here, the rest may be sent.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_finish_recovery (FlowSync *self, GError **error)
{
  FlowSyncStep *clear;

  for (guint i = 0; i < self->streams->len; i++)
    {
      FlowSyncStream *stream = g_ptr_array_index (self->streams, i);

      if (flow_sync_is_own (self, stream) && !close_holes (self, stream, error))
        return FALSE;
    }
  clear = flow_sync_stmt (self, FLOW_SYNC_STMT_ORPHAN_CLEAR, error);
  self->recovering = FALSE;
  return clear != NULL && flow_sql_step_done (clear, error) &&
         flow_sync_meta_set (self, FLOW_SYNC_META_RECOVER, 0, error) && flow_sync_store_streams (self, error);
}

/**
 * flow_sync_aim_recovery:
 * @self: a loaded engine
 * @scope: what the cloud says about a scope
 * @error: return location
 *
 * Remember what the cloud has: once that is here the recovery ends.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_aim_recovery (FlowSync *self, const FlowSyncWelcomeScope *scope, GError **error)
{
  if (!self->recovering)
    return TRUE;
  for (guint i = 0; i < flow_sync_vector_get_size (scope->vector); i++)
    {
      const FlowSyncDot *dot = flow_sync_vector_get_entry (scope->vector, i);
      FlowSyncStream *stream = flow_sync_get_stream (self, scope->scope, dot->device, dot->epoch, error);

      if (stream == NULL || !flow_sync_set_peer_seq (self, RECOVERY, strlen (RECOVERY), stream, dot->seq, error))
        return FALSE;
    }
  return flow_sync_meta_set (self, FLOW_SYNC_META_RECOVER, 2, error);
}

/**
 * flow_sync_end_recovery:
 * @self: a loaded engine
 * @error: return location
 *
 * End a recovery if all that the cloud had is here.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_end_recovery (FlowSync *self, GError **error)
{
  gint64 state = 0;

  if (!self->recovering)
    return TRUE;
  if (!flow_sync_meta_get (self, FLOW_SYNC_META_RECOVER, &state, error))
    return FALSE;
  for (guint i = 0; i < self->streams->len; i++)
    {
      const FlowSyncStream *stream = g_ptr_array_index (self->streams, i);
      guint64 wanted;

      if (!flow_sync_get_peer_seq (self, RECOVERY, stream, &wanted, error))
        return FALSE;
      if (stream->dot.seq < wanted)
        return TRUE;
    }
  return state < 2 || flow_sync_finish_recovery (self, error);
}
