/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "base/flow-error.h"

#include <glib/gi18n-lib.h>
#include "store/flow-statement.h"
#include "sync/flow-sync-hlc.h"
#include "sync/flow-sync-ops-private.h"
#include "sync/flow-sync-private.h"

/* Operations of one stream on their way in. */
typedef struct
{
  FlowSync *sync;
  FlowSyncOps *ops;
  FlowSyncStream *stream;
  FlowSyncChange change;
  guint next; /* the first one that is not known */
} Intake;

static gboolean
refuse (FlowSync *self, FlowSyncOps *ops, const GError *why, GError **error)
{
  const FlowSyncDot *first = flow_sync_ops_get_first (ops);
  gsize size;
  gconstpointer payload = g_bytes_get_data (flow_sync_ops_get_payload (ops), &size);

  return flow_sync_quarantine_ops (self, flow_sync_ops_get_scope (ops), first, flow_sync_ops_get_n (ops), payload, size,
                                   why, error);
}

/* The chain behind the last one, from what is known. */
static void
run_chain (const Intake *self, guint8 *chain)
{
  memcpy (chain, self->stream->chain, FLOW_SYNC_CHAIN_SIZE);
  for (guint i = self->next; i < flow_sync_ops_get_n (self->ops); i++)
    {
      gsize size;
      const guint8 *op = flow_sync_ops_get_op (self->ops, i, &size);

      flow_sync_chain_add (chain, op, size);
    }
}

static gboolean
is_chained (const Intake *self)
{
  guint8 chain[FLOW_SYNC_CHAIN_SIZE];

  run_chain (self, chain);
  return memcmp (chain, flow_sync_ops_get_chain (self->ops), FLOW_SYNC_CHAIN_SIZE) == 0;
}

/* Adds what the dots say; *early: something of it is not here. */
static FlowSyncContext *
raise_context (FlowSync *self, const char *scope, FlowSyncContext *context, const FlowSyncDot *dots, guint n,
               gboolean *early)
{
  g_autoptr (GArray) entries = NULL;

  if (n == 0)
    return flow_sync_context_ref (context);
  entries = g_array_new (FALSE, FALSE, sizeof (FlowSyncContextEntry));
  for (guint i = 0; i < n; i++)
    {
      const FlowSyncStream *stream = flow_sync_find_stream (self, scope, dots[i].device, dots[i].epoch);

      if (stream == NULL || stream->dot.seq < dots[i].seq)
        *early = TRUE;
      else
        g_array_append_val (entries, ((FlowSyncContextEntry) { stream->id, dots[i].seq }));
    }
  return flow_sync_context_raise (context, (const FlowSyncContextEntry *) (gpointer) entries->data, entries->len);
}

/* What the device knew before the first operation that is taken. */
static FlowSyncContext *
begin_context (Intake *self, gboolean *early)
{
  g_autoptr (FlowSyncContext) known = self->stream->context != NULL ? flow_sync_context_ref (self->stream->context)
                                                                    : flow_sync_context_new (NULL, 0);
  const FlowSyncVector *vector = flow_sync_ops_get_context (self->ops);
  guint n = self->next == 0 ? flow_sync_vector_get_size (vector) : 0;

  return raise_context (self->sync, self->stream->scope, known, n > 0 ? flow_sync_vector_get_entry (vector, 0) : NULL,
                        n, early);
}

static gboolean
log_op (FlowSync *self, const FlowSyncStream *stream, guint64 hlc, gconstpointer body, gsize size, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_OP_INSERT, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) stream->dot.seq);
  sqlite3_bind_int64 (stmt, 3, (gint64) hlc);
  sqlite3_bind_int64 (stmt, 4, stream->context->id);
  sqlite3_bind_blob64 (stmt, 5, body, size, SQLITE_STATIC);
  sqlite3_bind_blob (stmt, 6, "", 0, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_sync_merge_op:
 * @change: a change
 * @stream: whose operation it is
 * @seq: its place there
 * @context: what its device knew
 * @op: the operation
 * @late: it comes after others that may have known of it
 * @error: return location
 *
 * Take what an operation writes into its record.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_merge_op (FlowSyncChange *change, FlowSyncStream *stream, guint64 seq, FlowSyncContext *context,
                    const FlowSyncOp *op, gboolean late, GError **error)
{
  FlowSyncRow *row = flow_sync_change_get_row (change, op->table, op->key, error);

  if (row == NULL)
    return FALSE;
  row->foreign = TRUE;
  row->late = late;
  for (guint i = 0; i < op->writes->len; i++)
    flow_sync_row_merge (row, stream, seq, op->hlc, op->flags, context, &g_array_index (op->writes, FlowSyncWrite, i));
  row->late = FALSE;
  return TRUE;
}

/* An operation that this program cannot read is kept, and counts as taken. */
static gboolean
skip_op (Intake *self, const guint8 *body, gsize size, const GError *why, GError **error)
{
  FlowSyncDot dot = self->stream->dot;

  dot.seq++;
  return flow_sync_quarantine_ops (self->sync, self->stream->scope, &dot, 1, body, size, why, error);
}

static gboolean
advance (Intake *self, FlowSyncContext *context, guint64 hlc, const guint8 *body, gsize size, GError **error)
{
  FlowSync *sync = self->sync;
  FlowSyncStream *stream = self->stream;
  FlowSyncContext *kept = flow_sync_keep_context (sync, context, error);

  if (kept == NULL)
    return FALSE;
  g_clear_pointer (&stream->context, flow_sync_context_unref);
  stream->context = kept;
  stream->dot.seq++;
  stream->hlc = MAX (stream->hlc, hlc);
  stream->changed = TRUE;
  flow_sync_chain_add (stream->chain, body, size);
  sync->hlc = flow_sync_hlc_receive (sync->hlc, hlc, flow_sync_get_now_ms (sync));
  self->change.applied.ops++;
  return log_op (sync, stream, hlc, body, size, error);
}

static gboolean
take_op (Intake *self, FlowSyncContext **context, GError **error)
{
  gsize size;
  const guint8 *body = flow_sync_ops_get_op (self->ops, self->next, &size);
  g_autoptr (GError) why = NULL;
  g_autoptr (FlowSyncOp) op = flow_sync_op_decode (body, size, &why);
  gboolean early = FALSE;
  gboolean known = FALSE;
  FlowSyncContext *raised;

  if (op == NULL)
    return skip_op (self, body, size, why, error) && advance (self, *context, 0, body, size, error);
  raised = raise_context (self->sync, self->stream->scope, *context, (const FlowSyncDot *) (gpointer) op->context->data,
                          op->context->len, &early);
  g_clear_pointer (context, flow_sync_context_unref);
  *context = raised;
  if (early)
    {
      self->change.applied.outcome = FLOW_SYNC_EARLY;
      return TRUE;
    }
  if (flow_sync_hlc_is_ahead (op->hlc, flow_sync_get_now_ms (self->sync)))
    {
      self->change.applied.outcome = FLOW_SYNC_AHEAD;
      return TRUE;
    }
  if (!flow_sync_recover_op (&self->change, self->stream, self->stream->dot.seq + 1, op, &known, error) ||
      !advance (self, *context, op->hlc, body, size, error))
    return FALSE;
  return known || flow_sync_merge_op (&self->change, self->stream, self->stream->dot.seq, self->stream->context, op,
                                      FALSE, error);
}

/* The operations of a transaction have one context, and clocks that follow each other: where the first one can be taken
   all can, but for a clock at the very edge of what is taken. */
static guint
find_txn_end (const Intake *self)
{
  gsize size;
  const guint8 *body = flow_sync_ops_get_op (self->ops, self->next, &size);

  return self->next + MIN (flow_sync_op_peek_txn (body, size), flow_sync_ops_get_n (self->ops) - self->next);
}

static gboolean
is_ahead (const Intake *self, guint end)
{
  gint64 now_ms = flow_sync_get_now_ms (self->sync);

  for (guint i = self->next; i < end; i++)
    {
      gsize size;
      const guint8 *body = flow_sync_ops_get_op (self->ops, i, &size);

      if (size >= 9 && flow_sync_hlc_is_ahead (flow_sync_op_peek_hlc (body), now_ms))
        return TRUE;
    }
  return FALSE;
}

/* Takes whole transactions, as far as that goes. */
static gboolean
take_all (Intake *self, GError **error)
{
  gboolean early = FALSE;
  g_autoptr (FlowSyncContext) context = begin_context (self, &early);

  self->change.applied.outcome = early ? FLOW_SYNC_EARLY : FLOW_SYNC_TAKEN;
  while (self->next < flow_sync_ops_get_n (self->ops) && self->change.applied.outcome == FLOW_SYNC_TAKEN)
    {
      guint end = find_txn_end (self);

      if (is_ahead (self, end))
        self->change.applied.outcome = FLOW_SYNC_AHEAD;
      for (; self->next < end && self->change.applied.outcome == FLOW_SYNC_TAKEN; self->next++)
        if (!take_op (self, &context, error))
          return FALSE;
    }
  return TRUE;
}

static gboolean
write_number (FlowSync *self, const FlowSyncStream *stream, guint64 last, guint64 number, GError **error)
{
  FlowSyncStep *stmt;

  if (number == 0)
    return TRUE;
  stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_NUMBER_WRITE, error);
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) last);
  sqlite3_bind_int64 (stmt, 3, (gint64) number);
  return flow_sql_step_done (stmt, error);
}

/* Another batch than its device sent: it is kept, and the chain goes on behind it as the batch says. */
static gboolean
refuse_all (Intake *self, GError **error)
{
  g_autoptr (GError) why = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC,
                                                _ ("The operations do not follow those that came before"));

  self->change.applied.outcome = FLOW_SYNC_REFUSED;
  self->stream->dot.seq = flow_sync_ops_get_last (self->ops);
  self->stream->changed = TRUE;
  memcpy (self->stream->chain, flow_sync_ops_get_chain (self->ops), FLOW_SYNC_CHAIN_SIZE);
  return refuse (self->sync, self->ops, why, error) && flow_sync_store_streams (self->sync, error);
}

static gboolean
intake (Intake *self, guint64 number, GError **error)
{
  const FlowSyncDot *first = flow_sync_ops_get_first (self->ops);
  guint64 last = flow_sync_ops_get_last (self->ops);
  FlowSyncApplied *applied = &self->change.applied;
  guint64 from;

  self->stream = flow_sync_get_stream (self->sync, flow_sync_ops_get_scope (self->ops), first->device, first->epoch,
                                       error);
  if (self->stream == NULL)
    return FALSE;
  applied->outcome = FLOW_SYNC_KNOWN;
  if (last <= self->stream->dot.seq)
    return flow_sync_take_skipped (&self->change, self->stream, self->ops, error) &&
           write_number (self->sync, self->stream, last, number, error);
  applied->outcome = FLOW_SYNC_GAP;
  /* More of this device's own than it has made: it was restored, which hello finds out. */
  if (first->seq > self->stream->dot.seq + 1 || flow_sync_is_own (self->sync, self->stream))
    return TRUE;
  from = self->stream->dot.seq + 1;
  self->next = (guint) (from - first->seq);
  if (!is_chained (self))
    return refuse_all (self, error) && flow_sync_settle_sealed (self->sync, self->stream, from, error);
  if (!take_all (self, error) || !flow_sync_settle_sealed (self->sync, self->stream, from, error) ||
      (applied->ops > 0 && !write_number (self->sync, self->stream, self->stream->dot.seq, number, error)))
    return FALSE;
  return flow_sync_change_end (&self->change, error) && flow_sync_end_recovery (self->sync, error);
}

/**
 * flow_sync_apply:
 * @self: an engine that is turned on
 * @ops: operations of another device
 * @number: the cloud's acceptance number of their batch, 0: they do not come from the cloud
 * @applied: (out): what it did
 * @error: return location
 *
 * Take operations in: the log, what is known, what holds and the domain's tables change together. What was done here
 * meanwhile is captured before. Doing it again does nothing.
 *
 * Returns: %FALSE with the codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_apply (FlowSync *self, FlowSyncOps *ops, guint64 number, FlowSyncApplied *applied, GError **error)
{
  Intake in = { self, ops, NULL };
  gboolean ok;

  *applied = (FlowSyncApplied) { FLOW_SYNC_TAKEN };
  if (!flow_sync_capture (self, NULL, error))
    return FALSE;
  flow_sync_change_init (&in.change, self);
  ok = intake (&in, number, error);
  *applied = in.change.applied;
  flow_sync_change_clear (&in.change);
  return ok || flow_sync_failed (self);
}
