/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-resources.h"
#include "trace/flow-trace-store-private.h"

/* Memory for the span ids of recent traces. */
#define SETS_BYTES (32u << 20)
/* Parts are sealed when the store has been idle this long, or the oldest is this old (storage.md 1 and 3). */
#define SEAL_IDLE_US (1 * G_USEC_PER_SEC)
#define SEAL_AGE_US (10 * G_USEC_PER_SEC)
/* A piece of a conversion, while nothing else is to be done and between commits. */
#define CONVERT_IDLE_US (50 * 1000)
#define CONVERT_BUSY_US (5 * 1000)
#define CONVERT_PAUSE_US (50 * 1000)
#define RETENTION_US (60 * G_USEC_PER_SEC)
/* Readers hold a transaction for at most 2 s. */
#define ERASE_WAIT_MS 10000

static const char *const stmt_names[FLOW_N_STMTS] = {
  [FLOW_STMT_SEGMENT_INSERT] = "segment-insert", [FLOW_STMT_SEGMENT_DATA_INSERT] = "segment-data-insert",
  [FLOW_STMT_SEGMENT_DELETE] = "segment-delete", [FLOW_STMT_SEGMENT_DATA_DELETE] = "segment-data-delete",
  [FLOW_STMT_SEGMENT_AT] = "segment-at",         [FLOW_STMT_TRACE_INSERT] = "trace-insert",
  [FLOW_STMT_TRACE_READ] = "trace-read",         [FLOW_STMT_TRACE_PARTS] = "trace-parts",
  [FLOW_STMT_TRACE_UPDATE] = "trace-update",     [FLOW_STMT_TRACE_DELETE] = "trace-delete",
  [FLOW_STMT_TRACE_SUBTRACT] = "trace-subtract", [FLOW_STMT_SERVICE_INSERT] = "service-insert",
  [FLOW_STMT_SEEN_INSERT] = "seen-body-insert",  [FLOW_STMT_SEEN_DELETE] = "seen-body-delete",
  [FLOW_STMT_PLACE_WRITE] = "place-write",       [FLOW_STMT_PLACE_DELETE] = "place-delete",
};

static guint
seen_hash (gconstpointer key)
{
  guint hash;

  memcpy (&hash, key, sizeof hash);
  return hash;
}

static gboolean
seen_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, 16) == 0;
}

static void
open_rows_clear (FlowOpenRows *open)
{
  g_array_set_size (open->rows, 0);
  g_array_set_size (open->parts, 0);
  g_ptr_array_set_size (open->batches, 0);
  open->bytes = 0;
  open->committed = 0;
}

/* What belongs to the transaction that has just ended. */
static void
end_transaction (FlowTraceStore *self)
{
  g_array_set_size (self->touches, 0);
  g_array_set_size (self->replacements, 0);
  g_ptr_array_set_size (self->held, 0);
  memset (self->stored, 0, sizeof self->stored);
  flow_trace_changes_forget (&self->changes);
  g_clear_error (&self->failure);
  self->serial++;
}

static gboolean
load_key (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "trace-meta-key", &stmt, error) || !flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (!row || sqlite3_column_bytes (stmt, 0) != sizeof self->key)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, "The database has lost the key of its trace index");
      return FALSE;
    }
  memcpy (&self->key, sqlite3_column_blob (stmt, 0), sizeof self->key);
  return TRUE;
}

static gboolean
load_services (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  g_hash_table_remove_all (self->services);
  if (!flow_sql_prepare (db, "service-list", &stmt, error))
    return FALSE;
  while (TRUE)
    {
      guint32 id;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      id = (guint32) sqlite3_column_int64 (stmt, 0);
      self->last_service = MAX (self->last_service, id);
      g_hash_table_insert (self->services,
                           g_bytes_new (sqlite3_column_blob (stmt, 1), (gsize) sqlite3_column_bytes (stmt, 1)),
                           GUINT_TO_POINTER (id));
    }
}

static gboolean
load_seen (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  g_hash_table_remove_all (self->seen);
  self->seen_count = 0;
  if (!flow_sql_prepare (db, "seen-body-list", &stmt, error))
    return FALSE;
  while (TRUE)
    {
      guint64 slot;
      guint8 *place;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      slot = (guint64) sqlite3_column_int64 (stmt, 0);
      self->seen_count = slot + 1;
      if (sqlite3_column_bytes (stmt, 1) != 16)
        continue;
      place = self->seen_ring[slot % FLOW_SEEN_BODIES];
      memcpy (place, sqlite3_column_blob (stmt, 1), 16);
      g_hash_table_add (self->seen, place);
    }
}

/* Numbers go on from the highest that was ever given out: what is there, and what flow_trace_keep_numbers() wrote. */
static gboolean
load_numbers (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  gint64 last = 0, kept = 0, trace = 0, service = 0;

  if (!flow_sql_get_int64 (db, "SELECT coalesce(max(last), 0) FROM segment", &last, error) ||
      !flow_sql_get_int64 (db, "SELECT value FROM trace_meta WHERE key = 'next-ordinal'", &kept, error) ||
      !flow_sql_get_int64 (db, "SELECT value FROM trace_meta WHERE key = 'last-trace'", &trace, error) ||
      !flow_sql_get_int64 (db, "SELECT value FROM trace_meta WHERE key = 'last-service'", &service, error))
    return FALSE;
  self->next_ordinal = (guint64) MAX (MAX (last, kept), 1);
  flow_trace_index_reserve (self->index, (guint64) trace);
  self->last_service = MAX (self->last_service, (guint32) service);
  return TRUE;
}

/* With the lock held. */
static void
publish_totals (FlowTraceStore *self)
{
  self->stats.traces = flow_trace_index_last (self->index);
  self->stats.stored_traces = (guint64) self->totals.traces;
  self->stats.stored_spans = (guint64) self->totals.rows[FLOW_SIGNAL_TRACES];
  self->stats.stored_logs = (guint64) self->totals.rows[FLOW_SIGNAL_LOGS];
  self->stats.stored_points = (guint64) self->totals.rows[FLOW_SIGNAL_METRICS];
  self->encryption = (FlowTraceEncryption) {
    .state = self->vault.state,
    .locked = g_atomic_int_get (&self->vault.locked),
    .done = self->vault.done,
    .total = self->vault.total,
  };
  memcpy (self->encryption.vault, self->vault.id, sizeof self->vault.id);
}

/* What needs the key of the hashes, which may be sealed. */
static gboolean
load_index (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  gboolean locked = g_atomic_int_get (&self->vault.locked);

  if (!locked && !load_key (self, db, error))
    return FALSE;
  g_clear_pointer (&self->index, flow_trace_index_free);
  self->index = flow_trace_index_new (&self->key, self->index_run);
  if (!flow_trace_index_refresh (self->index, db, error))
    return FALSE;
  if (!locked)
    return load_services (self, db, error);
  flow_trace_index_lock (self->index);
  g_hash_table_remove_all (self->services);
  return TRUE;
}

/**
 * flow_trace_store_load:
 *
 * Make memory what the database says: at the start, after a roll-back, and when all was erased.
 */
gboolean
flow_trace_store_load (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  gint64 parts = 0;

  g_array_set_size (self->touches, 0);
  g_array_set_size (self->replacements, 0);
  memset (self->stored, 0, sizeof self->stored);
  self->serial++;
  self->last_service = 0;
  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    open_rows_clear (&self->open[signal]);
  flow_span_sets_clear (self->sets);
  flow_trace_kept_forget (&self->kept);
  g_ptr_array_set_size (self->recent, 0);
  if (!flow_trace_totals_load (&self->totals, db, error) || !flow_trace_vault_load (self, db, error) ||
      !load_index (self, db, error) || !load_seen (self, db, error) || !load_numbers (self, db, error) ||
      !flow_sql_get_int64 (db, "SELECT count(*) FROM segment WHERE state = 0", &parts, error))
    return FALSE;
  self->orphans = parts > 0;
  self->uneven = TRUE;
  g_mutex_lock (&self->lock);
  publish_totals (self);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
store_open (gpointer data, sqlite3 *db, GError **error)
{
  FlowTraceStore *self = data;

  self->path = g_strdup (sqlite3_db_filename (db, "main"));
  for (guint i = 0; i < FLOW_N_STMTS; i++)
    if (!flow_sql_prepare (db, stmt_names[i], &self->stmts[i], error))
      return FALSE;
  return flow_sql_exec (db, "trace-meta-create", error) && flow_trace_store_load (self, db, error);
}

/* Steady traffic never leaves the store idle, so old parts are sealed here too. */
static gboolean
seal_old (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  gint64 now = g_get_monotonic_time ();

  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    {
      FlowOpenRows *open = &self->open[signal];

      if (!self->by_hand && open->parts->len > 0 && now - open->oldest_us >= SEAL_AGE_US &&
          !flow_trace_seal_open (self, signal, error))
        return FALSE;
    }
  return TRUE;
}

/* Nor does it end a conversion. */
static gboolean
convert_some (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  return self->by_hand || !flow_trace_vault_is_converting (self) ||
         g_get_monotonic_time () < self->vault.last_us + CONVERT_PAUSE_US ||
         flow_trace_vault_convert (self, db, CONVERT_BUSY_US, error);
}

static gboolean
store_before_commit (gpointer data, sqlite3 *db, GError **error)
{
  FlowTraceStore *self = data;

  if (self->failure != NULL)
    {
      g_propagate_error (error, g_error_copy (self->failure));
      return FALSE;
    }
  return flow_trace_write (self, db, error) && seal_old (self, db, error) && convert_some (self, db, error);
}

/* Tell who wants to know what has just become durable. */
static void
tell_committed (FlowTraceStore *self)
{
  const guint32 *stored = self->stored;
  g_autoptr (FlowCommit) commit = NULL;

  if (self->committed == NULL ||
      (flow_trace_changes_is_empty (&self->changes) &&
       stored[FLOW_SIGNAL_TRACES] + stored[FLOW_SIGNAL_LOGS] + stored[FLOW_SIGNAL_METRICS] == 0))
    return;
  commit = flow_trace_changes_to_commit (&self->changes);
  commit->spans = stored[FLOW_SIGNAL_TRACES];
  commit->logs = stored[FLOW_SIGNAL_LOGS];
  commit->points = stored[FLOW_SIGNAL_METRICS];
  commit->last_trace = flow_trace_index_last (self->index);
  self->committed (commit, self->committed_data);
}

static void
store_after_commit (gpointer data, sqlite3 *db)
{
  FlowTraceStore *self = data;

  self->last_commit_us = g_get_monotonic_time ();
  g_mutex_lock (&self->lock);
  self->stats.spans += self->stored[FLOW_SIGNAL_TRACES];
  self->stats.logs += self->stored[FLOW_SIGNAL_LOGS];
  self->stats.points += self->stored[FLOW_SIGNAL_METRICS];
  publish_totals (self);
  g_mutex_unlock (&self->lock);
  tell_committed (self);
  end_transaction (self);
  flow_span_sets_trim (self->sets);
}

static void
store_rolled_back (gpointer data, sqlite3 *db)
{
  FlowTraceStore *self = data;
  g_autoptr (GError) error = NULL;

  end_transaction (self);
  if (flow_trace_store_load (self, db, &error))
    return;
  g_warning ("The trace store could not be read again after a roll-back: %s", error->message);
  self->failure = g_steal_pointer (&error);
}

static gboolean
step_seal (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    if (!flow_trace_seal_open (self, signal, error))
      return FALSE;
  return TRUE;
}

static gboolean
step_adopt (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  if (!flow_trace_adopt_orphans (self, db, error))
    return FALSE;
  self->orphans = FALSE;
  return TRUE;
}

static gboolean
step_merge (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  return flow_trace_merge_small (self, db, &self->uneven, error);
}

static gboolean
step_runs (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  return flow_trace_index_merge (self->index, db, error);
}

static gboolean
step_convert (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  return flow_trace_vault_convert (self, db, CONVERT_IDLE_US, error);
}

static gboolean
step_retain (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  gboolean more = FALSE;

  if (!flow_trace_retain (self, db, &more, error))
    return FALSE;
  if (!more)
    self->next_retention_us = g_get_monotonic_time () + RETENTION_US;
  return TRUE;
}

static gboolean
has_open_rows (const FlowTraceStore *self)
{
  return self->open[0].rows->len + self->open[1].rows->len + self->open[2].rows->len > 0;
}

static gboolean
is_wanted (const FlowTraceStore *self, FlowTraceStep step, gint64 now_us)
{
  switch (step)
    {
    case FLOW_STEP_SEAL:
      return has_open_rows (self);
    case FLOW_STEP_ADOPT:
      return self->orphans;
    case FLOW_STEP_MERGE:
      return self->uneven;
    case FLOW_STEP_RUNS:
      return flow_trace_index_needs_merge (self->index);
    case FLOW_STEP_CONVERT:
      return flow_trace_vault_is_converting (self);
    case FLOW_STEP_RETAIN:
    case FLOW_N_STEPS:
    default:
      return now_us >= self->next_retention_us;
    }
}

/* One piece of housekeeping in a transaction of its own. What fails is put off, and what meets a damaged segment is not
 * tried again, so that the rest goes on. */
static void
run_step (FlowTraceStore *self, sqlite3 *db, FlowTraceStep step)
{
  static gboolean (*const funcs[FLOW_N_STEPS]) (FlowTraceStore * self, sqlite3 * db, GError * *error) = {
    [FLOW_STEP_SEAL] = step_seal, [FLOW_STEP_ADOPT] = step_adopt,     [FLOW_STEP_MERGE] = step_merge,
    [FLOW_STEP_RUNS] = step_runs, [FLOW_STEP_CONVERT] = step_convert, [FLOW_STEP_RETAIN] = step_retain,
  };
  g_autoptr (GError) error = NULL;

  if (flow_store_begin (db, &error) && funcs[step](self, db, &error) && flow_store_commit (db, &error))
    {
      g_mutex_lock (&self->lock);
      publish_totals (self);
      g_mutex_unlock (&self->lock);
      tell_committed (self);
      flow_trace_changes_forget (&self->changes);
      return;
    }
  flow_store_rollback (db);
  g_debug ("Housekeeping is put off: %s", error != NULL ? error->message : "no reason given");
  self->not_before_us[step] = flow_trace_is_damage (error) ? G_MAXINT64 : g_get_monotonic_time () + SEAL_AGE_US;
  store_rolled_back (self, db);
}

static gint64
store_idle (gpointer data, sqlite3 *db, gint64 now_us)
{
  FlowTraceStore *self = data;
  gint64 next = self->next_retention_us;

  if (self->by_hand || g_atomic_int_get (&self->vault.locked))
    return -1;
  if (has_open_rows (self) && now_us < self->last_commit_us + SEAL_IDLE_US)
    return self->last_commit_us + SEAL_IDLE_US;
  for (guint step = 0; step < FLOW_N_STEPS; step++)
    {
      if (!is_wanted (self, step, now_us))
        continue;
      if (now_us >= self->not_before_us[step])
        {
          run_step (self, db, step);
          return 0;
        }
      next = step == FLOW_STEP_RETAIN ? self->not_before_us[step] : MIN (next, self->not_before_us[step]);
      /* The other steps are for what is in the database alone. */
      if (step == FLOW_STEP_SEAL)
        break;
    }
  return MAX (next, now_us + 1);
}

static void
store_close (gpointer data, sqlite3 *db)
{
  FlowTraceStore *self = data;

  if (has_open_rows (self))
    run_step (self, db, FLOW_STEP_SEAL);
  for (guint i = 0; i < FLOW_N_STMTS; i++)
    g_clear_pointer (&self->stmts[i], sqlite3_finalize);
}

/**
 * flow_trace_store_new:
 * @store: (transfer none): not yet open; must outlive this
 */
FlowTraceStore *
flow_trace_store_new (FlowStore *store)
{
  static const FlowStoreParticipant participant = {
    .open = store_open,
    .before_commit = store_before_commit,
    .after_commit = store_after_commit,
    .rolled_back = store_rolled_back,
    .idle = store_idle,
    .close = store_close,
  };
  FlowTraceStore *self = g_new0 (FlowTraceStore, 1);

  flow_trace_resources_ensure ();
  self->store = store;
  self->index_run = FLOW_TRACE_RUN;
  self->elsewhere_max = FLOW_ELSEWHERE_MAX;
  self->erase_wait_ms = ERASE_WAIT_MS;
  self->sets = flow_span_sets_new (SETS_BYTES);
  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    {
      self->open[signal].rows = g_array_new (FALSE, FALSE, sizeof (FlowOpenRow));
      self->open[signal].parts = g_array_new (FALSE, FALSE, sizeof (FlowOpenPart));
      self->open[signal].batches = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_span_batch_unref);
    }
  self->services = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  self->seen = g_hash_table_new (seen_hash, seen_equal);
  self->seen_ring = g_malloc0 ((gsize) FLOW_SEEN_BODIES * 16);
  self->recent = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_segment_unref);
  self->touches = g_array_new (FALSE, FALSE, sizeof (FlowTouch));
  g_array_set_clear_func (self->touches, (GDestroyNotify) flow_touch_clear);
  self->replacements = g_array_new (FALSE, FALSE, sizeof (FlowReplacement));
  self->held = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_span_batch_unref);
  self->places = flow_trace_places_new (NULL, 0);
  self->used_places = flow_trace_places_ref (self->places);
  self->place_names = g_string_chunk_new (1024);
  self->serial = 1;
  flow_trace_changes_init (&self->changes);
  g_mutex_init (&self->lock);
  flow_store_add_participant (store, &participant, self);
  return self;
}

void
flow_trace_store_free (FlowTraceStore *self)
{
  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    {
      g_array_unref (self->open[signal].rows);
      g_array_unref (self->open[signal].parts);
      g_ptr_array_unref (self->open[signal].batches);
    }
  for (guint i = 0; i < FLOW_N_STMTS; i++)
    g_clear_pointer (&self->stmts[i], sqlite3_finalize);
  g_clear_pointer (&self->index, flow_trace_index_free);
  flow_span_sets_free (self->sets);
  flow_trace_kept_forget (&self->kept);
  flow_trace_vault_clear (self);
  g_hash_table_unref (self->services);
  g_hash_table_unref (self->seen);
  g_free (self->seen_ring);
  g_ptr_array_unref (self->recent);
  g_array_unref (self->touches);
  g_array_unref (self->replacements);
  g_ptr_array_unref (self->held);
  flow_trace_places_unref (self->places);
  flow_trace_places_unref (self->used_places);
  g_string_chunk_free (self->place_names);
  flow_trace_changes_clear (&self->changes);
  g_clear_error (&self->failure);
  g_free (self->path);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
retain_soon (sqlite3 *db, gpointer data, GError **error)
{
  ((FlowTraceStore *) data)->next_retention_us = 0;
  return TRUE;
}

/** flow_trace_store_set_retention: from now on. What is too much goes when the writer has nothing else to do. */
void
flow_trace_store_set_retention (FlowTraceStore *self, FlowRetention retention)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = retention.days != self->retention.days || retention.megabytes != self->retention.megabytes;
  self->retention = retention;
  g_mutex_unlock (&self->lock);
  if (changed)
    flow_store_push (self->store, 0, retain_soon, NULL, self, NULL, NULL);
}

/**
 * flow_trace_store_set_places:
 * @self: the store
 * @places: (transfer none): what traces are placed by from now on
 *
 * Have traces that come be placed by other workspaces. From any thread; takes effect with one of the next batches.
 */
void
flow_trace_store_set_places (FlowTraceStore *self, FlowTracePlaces *places)
{
  g_autoptr (FlowTracePlaces) before = NULL;

  g_mutex_lock (&self->lock);
  before = self->places;
  self->places = flow_trace_places_ref (places);
  g_mutex_unlock (&self->lock);
}

/** flow_trace_store_set_committed: before flow_store_open(). */
void
flow_trace_store_set_committed (FlowTraceStore *self, FlowCommitted committed, gpointer data)
{
  self->committed = committed;
  self->committed_data = data;
}

void
flow_trace_store_get_stats (FlowTraceStore *self, FlowTraceStoreStats *stats)
{
  g_mutex_lock (&self->lock);
  *stats = self->stats;
  g_mutex_unlock (&self->lock);
}
