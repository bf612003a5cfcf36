/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "message/flow-json-member.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-hlc.h"
#include "sync/flow-sync-private.h"

static gboolean
write_scope (FlowSync *self, const FlowSyncStream *own, FlowJsonWriter *json, GError **error)
{
  g_autoptr (FlowSyncVector) vector = flow_sync_get_vector (self, own->scope, error);

  if (vector == NULL)
    return FALSE;
  flow_json_writer_begin_object (json);
  flow_json_member_text (json, "scope", own->scope, -1);
  flow_json_member_uint (json, "epoch", own->dot.epoch);
  flow_json_member_uint (json, "seq", own->dot.seq);
  flow_json_writer_key (json, "chain");
  flow_json_writer_base64 (json, own->chain, own->dot.seq > 0 ? FLOW_SYNC_CHAIN_SIZE : 0);
  flow_json_writer_key (json, "vector");
  flow_sync_vector_write_json (vector, json);
  flow_sync_write_digest (self, own->scope, vector, json);
  flow_json_writer_end_object (json);
  return TRUE;
}

/**
 * flow_sync_write_hello:
 * @self: an open engine
 * @json: where to
 * @error: return location
 *
 * Write the body of hello: who this is, what it made last and what it knows of each scope.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_write_hello (FlowSync *self, FlowJsonWriter *json, GError **error)
{
  if (!flow_sync_load (self, error))
    return flow_sync_failed (self);
  flow_json_writer_begin_object (json);
  flow_json_member_id (json, "device", self->device, FLOW_SYNC_DEVICE_SIZE);
  flow_json_member_int (json, "format", FLOW_SYNC_FORMAT);
  flow_json_member_int (json, "clock_ms", flow_clock_wall_ns (self->clock) / 1000000);
  flow_json_writer_key (json, "scopes");
  flow_json_writer_begin_array (json);
  for (guint i = 0; i < self->streams->len; i++)
    {
      const FlowSyncStream *stream = g_ptr_array_index (self->streams, i);

      if (flow_sync_is_own (self, stream) && !write_scope (self, stream, json, error))
        return FALSE;
    }
  flow_json_writer_end_array (json);
  flow_json_writer_end_object (json);
  return TRUE;
}

/* The chain behind an own operation; *known is FALSE when the log has it no more. */
static gboolean
read_chain (FlowSync *self, const FlowSyncStream *stream, guint64 seq, guint8 *chain, gboolean *known, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = NULL;

  *known = TRUE;
  if (seq == stream->dot.seq)
    {
      memmove (chain, stream->chain, FLOW_SYNC_CHAIN_SIZE);
      return TRUE;
    }
  if (seq == 0)
    {
      flow_sync_chain_begin (stream->scope, stream->dot.device, stream->dot.epoch, chain);
      return TRUE;
    }
  stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_OP_READ, error);
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) seq);
  if (!flow_sql_step_row (stmt, known, error))
    return FALSE;
  *known = *known && sqlite3_column_bytes (stmt, 2) == FLOW_SYNC_CHAIN_SIZE;
  if (*known)
    memcpy (chain, sqlite3_column_blob (stmt, 2), FLOW_SYNC_CHAIN_SIZE);
  return TRUE;
}

/**
 * flow_sync_read_chain:
 * @self: a loaded engine
 * @stream: a stream of this device
 * @seq: of an operation in it
 * @chain: (array fixed-size=32) (inout): gets the chain behind it, zeros when the log has it no more; may be the
 *   stream's
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_read_chain (FlowSync *self, const FlowSyncStream *stream, guint64 seq, guint8 *chain, GError **error)
{
  gboolean known;

  if (!read_chain (self, stream, seq, chain, &known, error))
    return FALSE;
  if (!known)
    memset (chain, 0, FLOW_SYNC_CHAIN_SIZE);
  return TRUE;
}

/* Whether the cloud has something that this database cannot have sent: it is an older one. */
static gboolean
check_restored (FlowSync *self, const FlowSyncWelcomeScope *scope, gboolean *restored, GError **error)
{
  const FlowSyncStream *own = flow_sync_find_stream (self, scope->scope, self->device, self->epoch);
  guint8 chain[FLOW_SYNC_CHAIN_SIZE];
  gboolean known;

  *restored = FALSE;
  if (own == NULL || scope->own_epoch != self->epoch)
    return TRUE;
  *restored = scope->restored || scope->own_seq > own->dot.seq;
  if (*restored || scope->own_seq == 0)
    return TRUE;
  if (!read_chain (self, own, scope->own_seq, chain, &known, error))
    return FALSE;
  *restored = known && memcmp (chain, scope->own_chain, sizeof chain) != 0;
  return TRUE;
}

/* An own operation that nobody has. In a recovery there may be holes between them. */
typedef struct
{
  guint64 seq;
  GBytes *body;
} Unsent;

static void
unsent_clear (gpointer data)
{
  g_bytes_unref (((Unsent *) data)->body);
}

static gboolean
set_clock (FlowSync *self, FlowSyncStream *own, const Unsent *unsent, guint64 hlc, GError **error)
{
  gsize size = g_bytes_get_size (unsent->body);
  g_autofree guint8 *body = g_memdup2 (g_bytes_get_data (unsent->body, NULL), size);
  g_autoptr (FlowSyncOp) op = flow_sync_op_decode (body, size, error);
  FlowSyncStep *update = flow_sync_stmt (self, FLOW_SYNC_STMT_OP_UPDATE, error);
  FlowSyncStep *cell = flow_sync_stmt (self, FLOW_SYNC_STMT_CELL_CLOCK, error);

  if (op == NULL || update == NULL || cell == NULL)
    return FALSE;
  flow_sync_op_poke_hlc (body, hlc);
  flow_sync_chain_add (own->chain, body, size);
  sqlite3_bind_int64 (update, 1, own->id);
  sqlite3_bind_int64 (update, 2, (gint64) unsent->seq);
  sqlite3_bind_int64 (update, 3, (gint64) hlc);
  sqlite3_bind_blob64 (update, 4, body, size, SQLITE_STATIC);
  sqlite3_bind_blob (update, 5, own->chain, FLOW_SYNC_CHAIN_SIZE, SQLITE_STATIC);
  flow_sync_bind_text (cell, 1, op->table);
  flow_sync_bind_bytes (cell, 2, op->key);
  sqlite3_bind_int64 (cell, 3, own->id);
  sqlite3_bind_int64 (cell, 4, (gint64) unsent->seq);
  sqlite3_bind_int64 (cell, 5, (gint64) hlc);
  return flow_sql_step_done (update, error) && flow_sql_step_done (cell, error);
}

static gboolean
list_unsent (FlowSync *self, const FlowSyncStream *own, guint64 after, GArray *list, gboolean *ahead, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_OP_LIST, error);
  gint64 now_ms = flow_sync_get_now_ms (self);
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, own->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) after);
  while (TRUE)
    {
      Unsent unsent;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      unsent = (Unsent) { (guint64) sqlite3_column_int64 (stmt, 0), flow_sync_column_bytes (stmt, 2) };
      g_array_append_val (list, unsent);
      *ahead = *ahead || flow_sync_hlc_is_ahead (flow_sync_op_peek_hlc (g_bytes_get_data (unsent.body, NULL)), now_ms);
    }
}

/* The latest clock of what others may know already. */
static guint64
find_settled_clock (FlowSync *self, const FlowSyncStream *own)
{
  guint64 latest = 0;

  for (guint i = 0; i < self->streams->len; i++)
    {
      const FlowSyncStream *stream = g_ptr_array_index (self->streams, i);

      if (stream != own)
        latest = flow_sync_hlc_receive (latest, stream->hlc, flow_sync_get_now_ms (self));
    }
  return latest;
}

/* What was made while this clock was ahead would be refused: what nobody has gets its time anew, in order. */
static gboolean
restamp (FlowSync *self, FlowSyncStream *own, guint64 acked, GError **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (Unsent));
  gint64 now_ms = flow_sync_get_now_ms (self);
  guint64 last = find_settled_clock (self, own);
  gboolean ahead = FALSE;

  g_array_set_clear_func (list, unsent_clear);
  if (!list_unsent (self, own, acked, list, &ahead, error))
    return FALSE;
  if (!ahead)
    return TRUE;
  if (!flow_sync_read_chain (self, own, acked, own->chain, error))
    return FALSE;
  own->hlc = last;
  own->changed = TRUE;
  for (guint i = 0; i < list->len; i++)
    {
      const Unsent *unsent = &g_array_index (list, Unsent, i);
      guint64 hlc = flow_sync_op_peek_hlc (g_bytes_get_data (unsent->body, NULL));

      if (flow_sync_hlc_is_ahead (hlc, now_ms))
        hlc = flow_sync_hlc_tick (last, now_ms);
      last = MAX (last, hlc);
      if (!set_clock (self, own, unsent, hlc, error))
        return FALSE;
    }
  own->hlc = last;
  self->hlc = last;
  return TRUE;
}

static gboolean
take_peers (FlowSync *self, const FlowSyncWelcomeScope *scope, GError **error)
{
  for (guint i = 0; i < scope->live->len; i++)
    {
      const FlowSyncPeer *peer = g_ptr_array_index (scope->live, i);

      for (guint j = 0; j < flow_sync_vector_get_size (peer->vector); j++)
        {
          const FlowSyncDot *dot = flow_sync_vector_get_entry (peer->vector, j);
          const FlowSyncStream *stream = flow_sync_find_stream (self, scope->scope, dot->device, dot->epoch);

          if (stream != NULL && !flow_sync_set_peer_seq (self, peer->device, FLOW_SYNC_DEVICE_SIZE, stream,
                                                         MIN (dot->seq, stream->dot.seq), error))
            return FALSE;
        }
    }
  return TRUE;
}

/**
 * flow_sync_get_numbered:
 * @self: a loaded engine
 * @own: a stream of this device
 * @seq: (out): the last operation of which the cloud's acceptance number is known
 * @error: return location
 *
 * When the answer to an upload was lost, the cloud says the numbers again to whoever uploads or fetches the same again.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_get_numbered (FlowSync *self, const FlowSyncStream *own, guint64 *seq, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_NUMBER_LAST, error);
  gboolean row = FALSE;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, own->id);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *seq = row ? (guint64) sqlite3_column_int64 (stmt, 0) : 0;
  return TRUE;
}

static gboolean
plan_scope (FlowSync *self, FlowSyncStream *own, const FlowSyncWelcomeScope *scope, FlowSyncPlans *plans,
            GError **error)
{
  guint64 acked = scope->own_epoch == self->epoch ? scope->own_seq : 0;
  g_autoptr (FlowSyncVector) here = flow_sync_get_vector (self, own->scope, error);
  FlowSyncPlan plan = { 0 };
  guint64 numbered;

  if (here == NULL || !flow_sync_get_numbered (self, own, &numbered, error) || !take_peers (self, scope, error) ||
      !flow_sync_set_peer_seq (self, "", 0, own, acked, error) || !restamp (self, own, acked, error) ||
      !flow_sync_aim_recovery (self, scope, error))
    return FALSE;
  g_strlcpy (plan.scope, own->scope, sizeof plan.scope);
  plan.upload_after = MIN (acked, numbered);
  plan.upload = plan.upload_after < own->dot.seq;
  plan.download = !flow_sync_vector_covers (here, scope->vector);
  plan.snapshot = scope->snapshot_blob != NULL && !flow_sync_vector_covers (here, scope->covered);
  if (!plan.download &&
      (!flow_sync_note_settled (self, scope, error) || !flow_sync_plan_snapshot (self, scope, &plan.compact, error)))
    return FALSE;
  plan.compact = plan.compact && !plan.upload && !self->recovering;
  flow_sync_plan_mending (self, scope, here, &plan);
  g_array_append_val (plans->plans, plan);
  return TRUE;
}

static gboolean
find_restored (FlowSync *self, const FlowSyncWelcome *welcome, gboolean *restored, GError **error)
{
  *restored = FALSE;
  for (guint i = 0; !*restored && i < welcome->scopes->len; i++)
    if (!check_restored (self, g_ptr_array_index (welcome->scopes, i), restored, error))
      return FALSE;
  return TRUE;
}

static gboolean
take_welcome (FlowSync *self, const FlowSyncWelcome *welcome, FlowSyncPlans *plans, GError **error)
{
  gboolean restored;

  self->offset_ms = welcome->time_ms - flow_clock_wall_ns (self->clock) / 1000000;
  if (!flow_sync_meta_set (self, FLOW_SYNC_META_OFFSET, self->offset_ms, error) ||
      !find_restored (self, welcome, &restored, error))
    return FALSE;
  /* Nobody waited for a retired one: it goes on from what only the snapshot may have. */
  if (restored || welcome->device_state == FLOW_SYNC_DEVICE_RETIRED)
    {
      plans->again = TRUE;
      return flow_sync_renew (self, FALSE, error);
    }
  for (guint i = 0; i < self->streams->len; i++)
    {
      FlowSyncStream *stream = g_ptr_array_index (self->streams, i);
      const FlowSyncWelcomeScope *scope = flow_sync_welcome_find (welcome, stream->scope);

      if (flow_sync_is_own (self, stream) && scope != NULL && !plan_scope (self, stream, scope, plans, error))
        return FALSE;
    }
  return flow_sync_store_streams (self, error) && flow_sync_end_recovery (self, error);
}

/**
 * flow_sync_take_welcome:
 * @self: an engine that is turned on
 * @welcome: what the cloud answered
 * @plans: (out): what follows from it
 * @error: return location
 *
 * Learn the cloud's time and what it has. A database that was restored from a backup begins another epoch here, fetches
 * its own lost operations like those of others, and sends again what nobody has. So does a
 * device that was retired; what only the snapshot has of the time that it missed it takes from there.
 *
 * Returns: %FALSE with the codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_take_welcome (FlowSync *self, const FlowSyncWelcome *welcome, FlowSyncPlans *plans, GError **error)
{
  *plans = (FlowSyncPlans) { .plans = g_array_new (FALSE, TRUE, sizeof (FlowSyncPlan)) };
  if (!flow_sync_capture (self, NULL, error))
    return FALSE;
  return take_welcome (self, welcome, plans, error) || flow_sync_failed (self);
}

/**
 * flow_sync_plans_clear:
 * @plans: plans
 *
 * Free what they hold.
 */
void
flow_sync_plans_clear (FlowSyncPlans *plans)
{
  g_clear_pointer (&plans->plans, g_array_unref);
}
