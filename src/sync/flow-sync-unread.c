/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-batch-header.h"
#include "sync/flow-sync-ops-private.h"
#include "sync/flow-sync-private.h"

/*
 * Batches that do not open. What their headers say is known from nobody but who brought them, so a header alone moves
 * nothing: the stream waits until the same bytes were fetched twice of what the cloud says that it holds. Even then the
 * real ones may come later: they take the place of what was skipped.
 */

/* One that is in quarantine. */
typedef struct
{
  gint64 number;
  guint64 seq;
  guint64 end; /* its last one */
} Sealed;

/* (transfer full) (nullable): those whose first operation lies between. */
static GArray *
list_sealed (FlowSync *self, const FlowSyncStream *stream, guint64 first, guint64 last, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_SEALED_LIST, error);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Sealed));
  gboolean row = TRUE;

  if (stmt == NULL)
    return NULL;
  flow_sync_bind_text (stmt, 1, stream->scope);
  sqlite3_bind_blob (stmt, 2, stream->dot.device, FLOW_SYNC_DEVICE_SIZE, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 3, (gint64) stream->dot.epoch);
  sqlite3_bind_int64 (stmt, 4, (gint64) first);
  sqlite3_bind_int64 (stmt, 5, (gint64) last);
  while (TRUE)
    {
      Sealed one;

      if (!flow_sql_step_row (stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&found);
      one.number = sqlite3_column_int64 (stmt, 0);
      one.seq = (guint64) sqlite3_column_int64 (stmt, 1);
      one.end = one.seq + (guint64) sqlite3_column_int64 (stmt, 2) - 1;
      g_array_append_val (found, one);
    }
}

static gboolean
delete_sealed (FlowSync *self, const Sealed *one, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_DELETE, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, one->number);
  return flow_sql_step_done (stmt, error);
}

static gboolean
shorten_sealed (FlowSync *self, const Sealed *one, guint64 first, GError **error)
{
  FlowSyncStep *stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_SEALED_MOVE, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, one->number);
  sqlite3_bind_int64 (stmt, 2, (gint64) first);
  sqlite3_bind_int64 (stmt, 3, (gint64) (one->end + 1 - first));
  return flow_sql_step_done (stmt, error);
}

/* What was taken, up to @last, is in quarantine no more. */
static gboolean
settle (FlowSync *self, GArray *found, guint64 last, GError **error)
{
  for (guint i = 0; i < found->len; i++)
    {
      const Sealed *one = &g_array_index (found, Sealed, i);

      if (!(one->end <= last ? delete_sealed (self, one, error) : shorten_sealed (self, one, last + 1, error)))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_sync_settle_sealed:
 * @self: a loaded engine
 * @stream: a stream that has moved
 * @from: its first operation that was taken
 * @error: return location
 *
 * What opened after all needs no quarantine.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_settle_sealed (FlowSync *self, const FlowSyncStream *stream, guint64 from, GError **error)
{
  g_autoptr (GArray) found = NULL;

  if (stream->dot.seq < from)
    return TRUE;
  found = list_sealed (self, stream, from, stream->dot.seq, error);
  return found != NULL && settle (self, found, stream->dot.seq, error);
}

/**
 * flow_sync_take_skipped:
 * @change: a change
 * @stream: a stream
 * @ops: operations of it that do not come after what is known
 * @error: return location
 *
 * Take those in whose place something was skipped that did not open.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_take_skipped (FlowSyncChange *change, const FlowSyncStream *stream, FlowSyncOps *ops, GError **error)
{
  FlowSync *self = change->sync;
  guint64 first = flow_sync_ops_get_first (ops)->seq;
  guint64 last = flow_sync_ops_get_last (ops);
  g_autoptr (GArray) found = list_sealed (self, stream, first, last, error);
  guint64 end = 0;
  guint n = 0;

  if (found == NULL)
    return FALSE;
  if (found->len == 0)
    return TRUE;
  for (guint i = 0; i < found->len; i++)
    end = MAX (end, g_array_index (found, Sealed, i).end);
  if (!flow_sync_take_late (change, ops, (guint) (g_array_index (found, Sealed, 0).seq - first),
                            (guint) (MIN (end, last) - first + 1), &n, error) ||
      !flow_sync_change_end (change, error) || !settle (self, found, last, error))
    return FALSE;
  change->applied.ops += n;
  change->applied.outcome = FLOW_SYNC_TAKEN;
  return TRUE;
}

static gboolean
find_same (FlowSync *self, const char *scope, const FlowSyncDot *dot, GBytes *batch, gboolean *same, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_SEALED_SAME, error);

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, scope);
  sqlite3_bind_blob (stmt, 2, dot->device, FLOW_SYNC_DEVICE_SIZE, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 3, (gint64) dot->epoch);
  sqlite3_bind_int64 (stmt, 4, (gint64) dot->seq);
  flow_sync_bind_bytes (stmt, 5, batch);
  return flow_sql_step_row (stmt, same, error);
}

static gboolean
skip (FlowSync *self, const FlowSyncBatchHeader *header, GError **error)
{
  FlowSyncStream *stream = flow_sync_get_stream (self, header->scope, header->dot.device, header->dot.epoch, error);

  if (stream == NULL)
    return FALSE;
  stream->dot.seq = flow_sync_batch_header_get_last (header);
  stream->changed = TRUE;
  memcpy (stream->chain, header->chain, FLOW_SYNC_CHAIN_SIZE);
  if (stream->context == NULL)
    {
      g_autoptr (FlowSyncContext) nothing = flow_sync_context_new (NULL, 0);

      stream->context = flow_sync_keep_context (self, nothing, error);
      if (stream->context == NULL)
        return FALSE;
    }
  return flow_sync_store_streams (self, error);
}

/* Kept the first time, and skipped when it is the same the second time. */
static gboolean
take_sealed (FlowSync *self, const FlowSyncBatchHeader *header, guint64 known, GBytes *batch, const GError *why,
             FlowSyncApplied *applied, GError **error)
{
  FlowSyncDot dot = header->dot;
  guint n_ops = (guint) (flow_sync_batch_header_get_last (header) - known);
  gboolean same = FALSE;
  gsize size;
  gconstpointer data = g_bytes_get_data (batch, &size);

  dot.seq = known + 1;
  if (!find_same (self, header->scope, &dot, batch, &same, error))
    return FALSE;
  if (!same)
    return flow_sync_quarantine_ops (self, header->scope, &dot, n_ops, data, size, why, error);
  applied->outcome = FLOW_SYNC_REFUSED;
  return skip (self, header, error);
}

static gboolean
take_unreadable (FlowSync *self, GBytes *batch, const GError *why, const FlowSyncVector *held, FlowSyncApplied *applied,
                 GError **error)
{
  FlowSyncBatchHeader header;
  FlowSyncStream *stream;
  guint64 known, last;

  applied->outcome = FLOW_SYNC_GAP;
  if (!flow_sync_batch_header_parse (&header, g_bytes_get_data (batch, NULL), g_bytes_get_size (batch), NULL))
    return TRUE;
  stream = flow_sync_find_stream (self, header.scope, header.dot.device, header.dot.epoch);
  /* Whoever it is from can say what he likes. */
  if (stream == NULL && self->streams->len >= FLOW_SYNC_STREAMS_MAX)
    return TRUE;
  known = stream != NULL ? stream->dot.seq : 0;
  last = flow_sync_batch_header_get_last (&header);
  applied->outcome = FLOW_SYNC_KNOWN;
  if (last <= known)
    return TRUE;
  applied->outcome = FLOW_SYNC_GAP;
  if (header.dot.seq > known + 1 || (stream != NULL && flow_sync_is_own (self, stream)))
    return TRUE;
  applied->outcome = FLOW_SYNC_UNREAD;
  if (held == NULL || flow_sync_vector_get (held, header.dot.device, header.dot.epoch) < last)
    return TRUE;
  return take_sealed (self, &header, known, batch, why, applied, error);
}

/**
 * flow_sync_apply_unreadable:
 * @self: an engine that is turned on
 * @batch: a sealed batch that could not be opened although its key is here
 * @why: why not
 * @held: (nullable): what the cloud says that it holds of the scope, when the batch was fetched; %NULL when it came by
 *   itself
 * @applied: (out): what it did
 * @error: return location
 *
 * Put a batch into quarantine and have its stream wait. When the same comes again the stream goes on behind it, so that
 * it holds nobody else up for ever. A batch whose key is only missing is not for this: it waits for the key.
 *
 * Returns: %FALSE with the codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_apply_unreadable (FlowSync *self, GBytes *batch, const GError *why, const FlowSyncVector *held,
                            FlowSyncApplied *applied, GError **error)
{
  *applied = (FlowSyncApplied) { FLOW_SYNC_UNREAD };
  if (!flow_sync_load (self, error))
    return flow_sync_failed (self);
  return take_unreadable (self, batch, why, held, applied, error) || flow_sync_failed (self);
}

/**
 * flow_sync_lower_vector:
 * @self: a loaded engine
 * @scope: a scope
 * @vector: what is here of it
 * @error: return location
 *
 * Take out of a vector what was skipped, so that it is fetched again.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_lower_vector (FlowSync *self, const char *scope, FlowSyncVector *vector, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_SEALED_FIRST, error);
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, scope);
  while (TRUE)
    {
      guint8 device[FLOW_SYNC_DEVICE_SIZE];
      guint64 epoch, before;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      if (sqlite3_column_bytes (stmt, 0) != FLOW_SYNC_DEVICE_SIZE)
        continue;
      memcpy (device, sqlite3_column_blob (stmt, 0), FLOW_SYNC_DEVICE_SIZE);
      epoch = (guint64) sqlite3_column_int64 (stmt, 1);
      before = (guint64) sqlite3_column_int64 (stmt, 2) - 1;
      if (before < flow_sync_vector_get (vector, device, epoch))
        flow_sync_vector_set (vector, device, epoch, before);
    }
}
