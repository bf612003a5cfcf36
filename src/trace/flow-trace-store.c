/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-store.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-store-private.h"

/* Traces that one transaction gathers before it writes what it has. */
#define MAX_TOUCHES 16384

/** flow_trace_store_stmt: a prepared statement, reset and without bindings. */
sqlite3_stmt *
flow_trace_store_stmt (FlowTraceStore *self, FlowStmt which)
{
  sqlite3_reset (self->stmts[which]);
  return self->stmts[which];
}

/** flow_trace_store_service: one of the services that were ever named; the bytes may hold anything. */
guint32
flow_trace_store_service (FlowTraceStore *self, const char *name, gsize length, GError **error)
{
  g_autoptr (GBytes) key = NULL;
  sqlite3_stmt *stmt;
  gpointer found;

  if (length == 0)
    return 0;
  key = g_bytes_new (name, length);
  if (g_hash_table_lookup_extended (self->services, key, NULL, &found))
    return GPOINTER_TO_UINT (found);
  stmt = flow_trace_store_stmt (self, FLOW_STMT_SERVICE_INSERT);
  sqlite3_bind_int64 (stmt, 1, self->last_service + 1);
  flow_vault_bind_blob (self->vault.sealer, stmt, 2, FLOW_SEALED_SERVICE, self->last_service + 1, name, length);
  if (!flow_sql_step_done (stmt, error))
    return 0;
  self->last_service++;
  g_hash_table_insert (self->services, g_steal_pointer (&key), GUINT_TO_POINTER (self->last_service));
  return self->last_service;
}

/**
 * flow_trace_store_hash_body:
 * @body: the request's body, inflated
 * @hash: (out caller-allocates): 16 bytes
 *
 * The hash by which a body that is sent again is known.
 */
void
flow_trace_store_hash_body (FlowSignal signal, gboolean json, gconstpointer body, gsize length, guint8 hash[16])
{
  XXH128_hash_t value = XXH3_128bits_withSeed (body, length, (guint64) signal << 1 | (json ? 1 : 0));
  XXH128_canonical_t canonical;

  XXH128_canonicalFromHash (&canonical, value);
  memcpy (hash, canonical.digest, 16);
}

static gboolean
remember_body (FlowTraceStore *self, const guint8 hash[16], GError **error)
{
  guint64 slot = self->seen_count++;
  guint8 *place = self->seen_ring[slot % FLOW_SEEN_BODIES];
  sqlite3_stmt *stmt = flow_trace_store_stmt (self, FLOW_STMT_SEEN_INSERT);

  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) slot);
  sqlite3_bind_blob (stmt, 2, hash, 16, SQLITE_TRANSIENT);
  if (!flow_sql_step_done (stmt, error))
    return FALSE;
  if (slot >= FLOW_SEEN_BODIES)
    {
      stmt = flow_trace_store_stmt (self, FLOW_STMT_SEEN_DELETE);
      sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) (slot - FLOW_SEEN_BODIES));
      if (!flow_sql_step_done (stmt, error))
        return FALSE;
      g_hash_table_remove (self->seen, place);
    }
  memcpy (place, hash, 16);
  g_hash_table_add (self->seen, place);
  return TRUE;
}

static void
add_open_row (FlowTraceStore *self, FlowSignal signal, guint32 row, guint64 trace, guint32 touch, guint32 service,
              guint8 flags)
{
  FlowOpenRows *open = &self->open[signal];
  FlowOpenRow fresh = { trace, open->batches->len - 1, row, service, touch, flags };

  g_array_append_val (open->rows, fresh);
  self->stored[signal]++;
}

typedef struct
{
  FlowTraceStore *self;
  sqlite3 *db;
  FlowSpanBatch *batch;
  guint32 *services; /* number of each resource */
  FlowPlace *places; /* of each resource */
  guint32 nowhere;   /* this file of this resource is in no known folder */
  guint32 nowhere_resource;
  FlowIngestResult *result;
} Ingest;

static gboolean
is_same_span (const FlowOpenRows *open, const FlowOpenRow *row, guint64 trace, guint32 service, const FlowSpan *span)
{
  const FlowSpan *other = &((FlowSpanBatch *) open->batches->pdata[row->batch])->spans[row->row];

  return row->trace == trace && row->service == service && other->span_id == span->span_id &&
         other->start_ns == span->start_ns && other->kind == span->kind;
}

/* Where a span is among the open rows. A key that was read from the database does not know; what is looked for is then
 * in a part. */
static gboolean
find_open_row (const FlowOpenRows *open, const FlowSpanSet *set, const FlowSpanKey *key, guint32 service,
               const FlowSpan *span, guint *index)
{
  *index = key->open - 1 - open->forgotten;
  if (key->open != 0)
    return *index < open->rows->len &&
           is_same_span (open, &g_array_index (open->rows, FlowOpenRow, *index), set->trace, service, span);
  for (*index = open->committed; *index > 0;)
    if (is_same_span (open, &g_array_index (open->rows, FlowOpenRow, --*index), set->trace, service, span))
      return TRUE;
  return FALSE;
}

static void
mark_part (FlowOpenRows *open, guint index)
{
  for (guint i = 0; index < open->committed && i < open->parts->len; i++)
    {
      FlowOpenPart *part = &g_array_index (open->parts, FlowOpenPart, i);

      part->changed |= index >= part->first && index < part->first + part->rows;
    }
}

/* The same span with a later end: where it stands now, the new one takes its place. */
static void
replace_span (Ingest *ingest, FlowSpanSet *set, FlowSpanKey *key, guint32 row, guint32 service, guint8 flags)
{
  FlowTraceStore *self = ingest->self;
  FlowOpenRows *open = &self->open[FLOW_SIGNAL_TRACES];
  const FlowSpan *span = &ingest->batch->spans[row];
  FlowTouch *touch = &g_array_index (self->touches, FlowTouch, set->touch);
  FlowReplacement replacement = { set->trace, span->span_id, span->start_ns, service, set->touch, span->kind };
  guint index;

  key->end_ns = span->end_ns;
  if (find_open_row (open, set, key, service, span, &index))
    {
      FlowOpenRow *old = &g_array_index (open->rows, FlowOpenRow, index);

      flow_touch_replace_span (touch, ingest->batch, span, (old->flags & FLOW_SPAN_ERROR) != 0);
      flags |= old->flags & FLOW_SPAN_SHARED_ID;
      *old = (FlowOpenRow) { set->trace, open->batches->len - 1, row, service, set->touch, flags };
      mark_part (open, index);
      return;
    }
  key->open = open->forgotten + open->rows->len + 1;
  add_open_row (self, FLOW_SIGNAL_TRACES, row, set->trace, set->touch, service, flags);
  flow_touch_add_span (touch, ingest->batch, span, service, TRUE);
  g_array_append_val (self->replacements, replacement);
}

/* Whether a span of a trace that is known is new, as storage.md 6 has it. */
static void
take_span (Ingest *ingest, FlowSpanSet *set, guint32 row)
{
  FlowTraceStore *self = ingest->self;
  const FlowOpenRows *open = &self->open[FLOW_SIGNAL_TRACES];
  const FlowSpan *span = &ingest->batch->spans[row];
  guint32 service = ingest->services[span->resource];
  FlowSpanKey key = { span->span_id, span->end_ns, flow_span_identity (span->start_ns, service, span->kind),
                      open->forgotten + open->rows->len + 1 };
  gboolean shared;
  FlowSpanKey *found = flow_span_set_find (set, span->span_id, key.identity, &shared);
  guint8 flags = (guint8) (span->flags | (shared ? FLOW_SPAN_SHARED_ID : 0));

  if (found != NULL && span->end_ns <= found->end_ns)
    {
      ingest->result->duplicates++;
      return;
    }
  ingest->result->stored++;
  if (found != NULL)
    {
      replace_span (ingest, set, found, row, service, flags);
      return;
    }
  flow_span_set_add (self->sets, set, &key);
  add_open_row (self, FLOW_SIGNAL_TRACES, row, set->trace, set->touch, service, flags);
  flow_touch_add_span (&g_array_index (self->touches, FlowTouch, set->touch), ingest->batch, span, service, FALSE);
}

/* The batch at hand is the last of the open ones: rows name it by its index. */
static void
hold_batch (FlowOpenRows *open, FlowSpanBatch *batch)
{
  if (open->batches->len > 0 && open->batches->pdata[open->batches->len - 1] == batch)
    return;
  g_ptr_array_add (open->batches, flow_span_batch_ref (batch));
  open->bytes += flow_span_batch_bytes (batch);
}

/* A body of a million traces is written in pieces, so that it takes no more memory than one of a few thousand. */
static gboolean
flush_touches (Ingest *ingest, GError **error)
{
  FlowTraceStore *self = ingest->self;

  if (self->touches->len < MAX_TOUCHES)
    return TRUE;
  if (!flow_trace_flush (self, ingest->db, error))
    return FALSE;
  flow_span_sets_trim (self->sets);
  hold_batch (&self->open[ingest->batch->signal], ingest->batch);
  return TRUE;
}

/* The set and touch of a trace in this transaction. */
static FlowSpanSet *
touch_trace (Ingest *ingest, const guint8 trace_id[16], GError **error)
{
  FlowTraceStore *self = ingest->self;
  FlowTouch fresh = { 0 };
  FlowSpanSet *set = NULL;
  guint64 number;

  if (!flush_touches (ingest, error))
    return NULL;
  if (!flow_trace_index_find (self->index, ingest->db, trace_id, &number, error))
    return NULL;
  fresh.fresh = number == 0;
  if (number == 0)
    {
      number = flow_trace_index_last (self->index) + 1;
      flow_trace_index_add (self->index, trace_id, number);
    }
  else
    set = flow_span_sets_get (self->sets, number);
  if (set == NULL)
    {
      set = flow_span_sets_add (self->sets, number);
      if (!fresh.fresh && !flow_trace_store_fill_set (self, ingest->db, set, error))
        {
          flow_span_sets_remove (self->sets, number);
          return NULL;
        }
    }
  if (set->pin != self->serial)
    {
      set->pin = self->serial;
      set->touch = self->touches->len;
      flow_touch_init (&fresh, number, trace_id);
      g_array_append_val (self->touches, fresh);
    }
  return set;
}

/* What the first span of a resource says is what the others say. */
static void
place_span (Ingest *ingest, FlowSpanSet *set, guint32 row, gboolean first, gboolean code)
{
  FlowPlace *place = &g_array_index (ingest->self->touches, FlowTouch, set->touch).place;
  const FlowSpan *span = &ingest->batch->spans[row];

  if (first)
    flow_place_offer (place, &ingest->places[span->resource]);
  if (!code || place->rank >= FLOW_PLACE_CODE || span->file == 0 ||
      (span->file == ingest->nowhere && span->resource == ingest->nowhere_resource))
    return;
  flow_place_read_code (place, ingest->self->used_places, ingest->batch, row);
  if (place->rank >= FLOW_PLACE_CODE)
    return;
  ingest->nowhere = span->file;
  ingest->nowhere_resource = span->resource;
}

static gboolean
take_spans (Ingest *ingest, GError **error)
{
  gboolean code = flow_trace_places_has_folders (ingest->self->used_places);
  FlowSpanSet *set = NULL;
  const guint8 *trace_id = NULL;
  guint32 resource = 0;

  for (guint32 row = 0; row < ingest->batch->n_rows; row++)
    {
      const FlowSpan *span = &ingest->batch->spans[row];
      gboolean first = trace_id == NULL || memcmp (trace_id, span->trace_id, 16) != 0;

      if (first)
        {
          trace_id = span->trace_id;
          set = touch_trace (ingest, trace_id, error);
          if (set == NULL)
            return FALSE;
        }
      place_span (ingest, set, row, first || span->resource != resource, code);
      resource = span->resource;
      take_span (ingest, set, row);
    }
  return TRUE;
}

static gboolean
take_logs (Ingest *ingest, GError **error)
{
  static const guint8 none[16];

  for (guint32 row = 0; row < ingest->batch->n_rows; row++)
    {
      const FlowLog *log = &ingest->batch->logs[row];
      guint32 service = ingest->services[log->resource], touch = FLOW_NO_TOUCH;
      guint64 trace = 0;

      if (memcmp (log->trace_id, none, 16) != 0)
        {
          FlowSpanSet *set = touch_trace (ingest, log->trace_id, error);

          if (set == NULL)
            return FALSE;
          trace = set->trace;
          touch = set->touch;
          flow_touch_add_log (&g_array_index (ingest->self->touches, FlowTouch, touch), log, service);
          flow_place_offer (&g_array_index (ingest->self->touches, FlowTouch, touch).place,
                            &ingest->places[log->resource]);
        }
      add_open_row (ingest->self, FLOW_SIGNAL_LOGS, row, trace, touch, service, (guint8) log->flags);
      ingest->result->stored++;
    }
  return TRUE;
}

static void
take_points (Ingest *ingest)
{
  for (guint32 row = 0; row < ingest->batch->n_rows; row++)
    {
      add_open_row (ingest->self, FLOW_SIGNAL_METRICS, row, 0, FLOW_NO_TOUCH,
                    ingest->services[ingest->batch->points[row].resource], 0);
      ingest->result->stored++;
    }
}

static gboolean
take_rows (Ingest *ingest, GError **error)
{
  switch (ingest->batch->signal)
    {
    case FLOW_SIGNAL_TRACES:
      return take_spans (ingest, error);
    case FLOW_SIGNAL_LOGS:
      return take_logs (ingest, error);
    case FLOW_SIGNAL_METRICS:
    case FLOW_N_SIGNALS:
    default:
      take_points (ingest);
      return TRUE;
    }
}

/* Those that the touches at hand were placed by stay until they are written. */
static void
use_places (FlowTraceStore *self)
{
  if (self->touches->len > 0)
    return;
  g_string_chunk_clear (self->place_names);
  flow_trace_places_unref (self->used_places);
  g_mutex_lock (&self->lock);
  self->used_places = flow_trace_places_ref (self->places);
  g_mutex_unlock (&self->lock);
}

static gboolean
take_batch (FlowTraceStore *self, sqlite3 *db, FlowSpanBatch *batch, FlowIngestResult *result, GError **error)
{
  g_autofree guint32 *services = g_new0 (guint32, batch->n_resources + 1);
  g_autofree FlowPlace *places = g_new0 (FlowPlace, batch->n_resources + 1);
  FlowOpenRows *open = &self->open[batch->signal];
  Ingest ingest = { self, db, batch, services, places, 0, 0, result };
  g_autoptr (GError) local = NULL;

  use_places (self);

  for (guint32 i = 0; i < batch->n_resources && local == NULL; i++)
    {
      gsize length;
      const char *name = flow_dictionary_get (batch->strings, batch->resources[i].service, &length);

      services[i] = flow_trace_store_service (self, name, length, &local);
      if (batch->signal != FLOW_SIGNAL_METRICS)
        flow_place_read_resource (&places[i], self->used_places, batch, i, self->place_names);
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  hold_batch (open, batch);
  g_ptr_array_add (self->held, flow_span_batch_ref (batch));
  if (!take_rows (&ingest, error))
    return FALSE;
  /* A batch that brought nothing new is not kept with the open rows. */
  if (result->stored == 0)
    {
      g_ptr_array_set_size (open->batches, (gint) open->batches->len - 1);
      open->bytes -= flow_span_batch_bytes (batch);
    }
  return TRUE;
}

/* A job: one body. */
typedef struct
{
  FlowTraceStore *self;
  FlowSpanBatch *batch;
  guint8 hash[16];
  gboolean has_hash;
  FlowIngestResult result;
  FlowIngestDone done;
  gpointer data;
  GDestroyNotify destroy;
} IngestJob;

static gboolean
ingest_run (sqlite3 *db, gpointer data, GError **error)
{
  IngestJob *job = data;
  FlowTraceStore *self = job->self;
  g_autoptr (GError) local = NULL;

  job->result = (FlowIngestResult) { 0 };
  if (g_atomic_int_get (&self->vault.locked))
    return flow_trace_vault_set_locked (error);
  if (job->has_hash && g_hash_table_contains (self->seen, job->hash))
    {
      job->result.same_body = TRUE;
      job->result.duplicates = job->batch->n_rows;
      return TRUE;
    }
  if (take_batch (self, db, job->batch, &job->result, &local) &&
      (!job->has_hash || remember_body (self, job->hash, &local)))
    return TRUE;
  /* Memory has rows now that the database has not. */
  if (self->failure == NULL)
    self->failure = g_error_copy (local);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
ingest_done (gpointer data, const GError *error)
{
  IngestJob *job = data;
  FlowTraceStore *self = job->self;

  if (error == NULL)
    {
      g_mutex_lock (&self->lock);
      self->stats.duplicates += job->result.duplicates;
      self->stats.duplicate_bodies += job->result.same_body;
      g_mutex_unlock (&self->lock);
    }
  if (job->done != NULL)
    job->done (error == NULL ? &job->result : NULL, error, job->data);
}

static void
ingest_free (gpointer data)
{
  IngestJob *job = data;

  if (job->destroy != NULL)
    job->destroy (job->data);
  flow_span_batch_unref (job->batch);
  g_free (job);
}

static IngestJob *
ingest_job_new (FlowTraceStore *self, FlowSpanBatch *batch, const guint8 *body_hash)
{
  IngestJob *job = g_new0 (IngestJob, 1);

  job->self = self;
  job->batch = flow_span_batch_ref (batch);
  job->has_hash = body_hash != NULL;
  if (job->has_hash)
    memcpy (job->hash, body_hash, sizeof job->hash);
  return job;
}

/**
 * flow_trace_store_ingest:
 * @batch: taken a reference of
 * @body_hash: (nullable): 16 bytes of flow_trace_store_hash_body()
 * @done: (nullable): called on the writer thread after the commit
 * @destroy: (nullable): frees @data, also when this fails
 *
 * Queue a batch for storing. Each of its rows is stored once, however often it is sent.
 *
 * Returns: %FALSE with %FLOW_ERROR_BUSY when the writer is behind, %FLOW_ERROR_DISK_FULL, %FLOW_ERROR_STOPPING after
 *   close; @done is then not called
 */
gboolean
flow_trace_store_ingest (FlowTraceStore *self, FlowSpanBatch *batch, const guint8 *body_hash, FlowIngestDone done,
                         gpointer data, GDestroyNotify destroy, GError **error)
{
  IngestJob *job = ingest_job_new (self, batch, body_hash);

  job->done = done;
  job->data = data;
  job->destroy = destroy;
  if (flow_store_has_room (self->store, error) &&
      flow_store_push (self->store, flow_span_batch_bytes (batch), ingest_run, ingest_done, job, ingest_free, error))
    return TRUE;
  ingest_free (job);
  return FALSE;
}

/**
 * flow_trace_store_ingest_wait:
 * @result: (out) (optional)
 *
 * The same, and wait until it is durable.
 */
gboolean
flow_trace_store_ingest_wait (FlowTraceStore *self, FlowSpanBatch *batch, const guint8 *body_hash,
                              FlowIngestResult *result, GError **error)
{
  IngestJob *job = ingest_job_new (self, batch, body_hash);
  GError *local = NULL;
  gboolean ok = flow_store_has_room (self->store, &local) && flow_store_run (self->store, ingest_run, job, &local);

  ingest_done (job, local);
  if (result != NULL)
    *result = job->result;
  ingest_free (job);
  if (local != NULL)
    g_propagate_error (error, local);
  return ok;
}
