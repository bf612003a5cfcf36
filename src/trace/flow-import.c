/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-import"

#include "trace/flow-import.h"

#include "base/flow-error.h"
#include "trace/flow-otlp-decoder.h"
#include "trace/flow-otlp-encoder.h"
#include "trace/flow-otlp-file.h"

/* Rows that are given on at once: far below a hub's limit for a body, and what waits behind them waits for a few
 * milliseconds, whatever the file put into one request. */
#define ROWS_AT_ONCE 8192

/* What may be on its way to the disk: enough that the writer always finds a group to commit. */
#define MAX_WAITING 64
#define MAX_WAITING_BYTES (16u << 20)

/* How often a writer that is behind is asked again. */
#define BUSY_US (20 * 1000)

typedef struct
{
  FlowImportFunc func;
  FlowImportProgress progress;
  gpointer data;
  FlowImportCounts *counts;
} Reading;

/* The rows from @first on, as a request of their own. */
static GBytes *
encode_part (const FlowSpanBatch *batch, guint32 first, guint32 n)
{
  FlowSpanBatch part = *batch;
  FlowBuffer out = { 0 };

  if (batch->signal == FLOW_SIGNAL_TRACES)
    part.spans += first;
  else if (batch->signal == FLOW_SIGNAL_LOGS)
    part.logs += first;
  else
    part.points += first;
  part.n_rows = n;
  flow_otlp_encode_protobuf (&part, &out);
  return g_bytes_new_take (out.data, out.length);
}

static gboolean
give_part (Reading *reading, FlowSignal signal, GBytes *body, GError **error)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (body, &length);
  g_autoptr (FlowSpanBatch) part = flow_otlp_decode_protobuf (signal, data, length, error);

  return part != NULL && reading->func (part, body, reading->data, error);
}

static void
count (FlowImportCounts *counts, const FlowSpanBatch *batch)
{
  counts->refused += batch->rejected;
  if (batch->signal == FLOW_SIGNAL_TRACES)
    counts->spans += batch->n_rows;
  else if (batch->signal == FLOW_SIGNAL_LOGS)
    counts->logs += batch->n_rows;
  else
    counts->points += batch->n_rows;
}

static gboolean
take_batch_cb (FlowSpanBatch *batch, guint64 done, guint64 total, gpointer data, GError **error)
{
  Reading *reading = data;

  if (reading->progress != NULL)
    reading->progress (done, total, reading->data);
  count (reading->counts, batch);
  for (guint32 first = 0; first < batch->n_rows; first += ROWS_AT_ONCE)
    {
      guint32 n = MIN (ROWS_AT_ONCE, batch->n_rows - first);
      g_autoptr (GBytes) body = encode_part (batch, first, n);

      if (!(n == batch->n_rows ? reading->func (batch, body, reading->data, error)
                               : give_part (reading, batch->signal, body, error)))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_import_read:
 * @path: a file, or `-` for the standard input
 * @func: gets what is in it, in pieces of a few thousand rows
 * @progress: (nullable): hears how far it is
 * @data: for both
 * @counts: (inout): counts what was read are added here, also of a file that fails half-way
 * @cancellable: (nullable): ends it
 * @error: those of flow_otlp_file_read(), and what @func set
 *
 * Read a file for importing it. The same file always gives the same bodies, so what was taken in before is known again
 * by their hashes.
 *
 * Returns: whether all of it was read and taken
 */
gboolean
flow_import_read (const char *path, FlowImportFunc func, FlowImportProgress progress, gpointer data,
                  FlowImportCounts *counts, GCancellable *cancellable, GError **error)
{
  Reading reading = { func, progress, data, counts };

  return flow_otlp_file_read (path, take_batch_cb, &reading, cancellable, error);
}

/* An import into a store that is open here. */
typedef struct
{
  FlowTraceStore *store;
  FlowImportProgress progress;
  gpointer progress_data;
  GCancellable *cancellable;

  GMutex mutex; /* guards the rest */
  GCond changed;
  guint waiting;
  gsize waiting_bytes;
  guint64 duplicates;
  GError *error; /* (nullable): why the first of them was not stored */
} Storing;

typedef struct
{
  Storing *storing;
  gsize bytes;
} Part;

/* On the writer thread. The last of them may be all that the import waits for: it is told with the lock held. */
static void
stored_cb (const FlowIngestResult *result, const GError *error, gpointer data)
{
  Part *part = data;
  Storing *self = part->storing;

  g_mutex_lock (&self->mutex);
  self->waiting--;
  self->waiting_bytes -= part->bytes;
  if (result != NULL)
    self->duplicates += result->duplicates;
  else if (self->error == NULL)
    self->error = g_error_copy (error);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->mutex);
}

/* Wait until there is room for more, or with @all until nothing is on its way. */
static gboolean
wait_for_room (Storing *self, gboolean all, GError **error)
{
  gboolean ok;

  g_mutex_lock (&self->mutex);
  while (self->waiting > 0 &&
         (all || (self->error == NULL && (self->waiting >= MAX_WAITING || self->waiting_bytes >= MAX_WAITING_BYTES))))
    g_cond_wait (&self->changed, &self->mutex);
  ok = self->error == NULL;
  if (!ok && error != NULL)
    g_propagate_error (error, g_error_copy (self->error));
  g_mutex_unlock (&self->mutex);
  return ok;
}

static void
add_waiting (Storing *self, int parts, gsize bytes)
{
  g_mutex_lock (&self->mutex);
  self->waiting += (guint) parts;
  self->waiting_bytes += bytes;
  g_mutex_unlock (&self->mutex);
}

/* The writer has too much of others: wait until some of ours is done, or a moment. */
static void
wait_for_writer (Storing *self)
{
  gint64 until = g_get_monotonic_time () + BUSY_US;

  g_mutex_lock (&self->mutex);
  g_cond_wait_until (&self->changed, &self->mutex, until);
  g_mutex_unlock (&self->mutex);
}

static gboolean
store_part_cb (FlowSpanBatch *batch, GBytes *body, gpointer data, GError **error)
{
  Storing *self = data;
  gsize bytes = flow_span_batch_bytes (batch);
  guint8 hash[16];

  if (batch->n_rows == 0)
    return TRUE;
  if (!wait_for_room (self, FALSE, error))
    return FALSE;
  flow_trace_store_hash_body (batch->signal, FALSE, g_bytes_get_data (body, NULL), g_bytes_get_size (body), hash);
  for (;;)
    {
      Part *part = g_new (Part, 1);
      g_autoptr (GError) local = NULL;

      *part = (Part) { self, bytes };
      add_waiting (self, 1, bytes);
      if (flow_trace_store_ingest (self->store, batch, hash, stored_cb, part, g_free, &local))
        return TRUE;
      add_waiting (self, -1, -bytes);
      if (!g_error_matches (local, FLOW_ERROR, FLOW_ERROR_BUSY))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      wait_for_writer (self);
    }
}

static void
progress_cb (guint64 done, guint64 total, gpointer data)
{
  Storing *self = data;

  if (self->progress != NULL)
    self->progress (done, total, self->progress_data);
}

/**
 * flow_import_store:
 * @path: a file, or `-` for the standard input
 * @store: an open store
 * @progress: (nullable): hears how far it is, on this thread
 * @data: for @progress
 * @counts: (inout): counts are added here, also of a file that fails half-way
 * @cancellable: (nullable): ends it; what was taken in stays, and is not stored twice when the file is given again
 * @error: those of flow_otlp_file_read() and of the store
 *
 * Read a file into a store, in bounded memory, and wait until it is durable. Others may store meanwhile: what the
 * writer has no room for waits.
 *
 * Returns: whether all of it is stored
 */
gboolean
flow_import_store (const char *path, FlowTraceStore *store, FlowImportProgress progress, gpointer data,
                   FlowImportCounts *counts, GCancellable *cancellable, GError **error)
{
  Storing self = { .store = store, .progress = progress, .progress_data = data, .cancellable = cancellable };
  gboolean ok;

  g_mutex_init (&self.mutex);
  g_cond_init (&self.changed);
  ok = flow_import_read (path, store_part_cb, progress_cb, &self, counts, cancellable, error);
  ok = wait_for_room (&self, TRUE, ok ? error : NULL) && ok;
  counts->duplicates += self.duplicates;
  g_clear_error (&self.error);
  g_cond_clear (&self.changed);
  g_mutex_clear (&self.mutex);
  return ok;
}
