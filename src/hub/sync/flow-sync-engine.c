/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-engine"

#include "hub/sync/flow-sync-engine.h"

#include "base/flow-id.h"
#include "hub/flow-hub-sync-sql.h"

struct _FlowSyncEngine
{
  FlowStore *store;
  FlowRecordTables *records;
  FlowCallQueue *calls;
  char *machine;

  /* the writer thread */
  FlowSync *sync;
  gboolean made; /* operations, in this transaction */

  /* the hub thread */
  FlowSyncEngineChanged changed;
  gpointer data;

  gint telling; /* atomic: the hub thread is going to be told */
};

/* On its way to the writer thread and back. */
typedef struct
{
  FlowCall call;
  FlowSyncEngine *engine;
  FlowSyncEngineRun run;
  FlowSyncEngineDone done;
  gpointer data;
  GError *error;
} Job;

typedef struct
{
  FlowCall call;
  FlowSyncEngine *engine;
} Change;

static void
ensure_sql (void)
{
  static gsize done;

  if (g_once_init_enter (&done))
    {
      g_resources_register (flow_hub_sync_sql_get_resource ());
      g_once_init_leave (&done, 1);
    }
}

static void
tell_call (FlowCall *call)
{
  Change *change = (Change *) call;
  FlowSyncEngine *self = change->engine;

  g_free (change);
  g_atomic_int_set (&self->telling, FALSE);
  if (self->changed != NULL)
    self->changed (self->data);
}

static gboolean
open_cb (gpointer data, sqlite3 *db, GError **error)
{
  FlowSyncEngine *self = data;
  char hex[2 * FLOW_SYNC_DEVICE_SIZE + 1];

  if (!flow_sync_open (self->sync, db, error))
    return FALSE;
  flow_id_to_hex (flow_sync_get_device (self->sync), FLOW_SYNC_DEVICE_SIZE, hex);
  flow_record_tables_set_device (self->records, flow_sync_is_on (self->sync) ? hex : NULL);
  return TRUE;
}

static gboolean
before_commit_cb (gpointer data, sqlite3 *db, GError **error)
{
  FlowSyncEngine *self = data;
  guint n_ops = 0;

  if (!flow_sync_is_on (self->sync))
    return TRUE;
  if (!flow_sync_capture (self->sync, &n_ops, error))
    return FALSE;
  self->made |= n_ops > 0;
  return TRUE;
}

static void
after_commit_cb (gpointer data, sqlite3 *db)
{
  FlowSyncEngine *self = data;
  Change *change;

  if (!self->made)
    return;
  self->made = FALSE;
  if (!g_atomic_int_compare_and_exchange (&self->telling, FALSE, TRUE))
    return;
  change = g_new0 (Change, 1);
  change->call.run = tell_call;
  change->engine = self;
  flow_call_queue_push (self->calls, &change->call);
}

static void
rolled_back_cb (gpointer data, sqlite3 *db)
{
  FlowSyncEngine *self = data;

  self->made = FALSE;
  flow_sync_forget (self->sync);
}

static void
close_cb (gpointer data, sqlite3 *db)
{
  flow_sync_close (((FlowSyncEngine *) data)->sync);
}

/**
 * flow_sync_engine_new:
 * @store: a store that is not open yet, and whose other participants have been added; lives longer
 * @records: what syncs; lives longer
 * @calls: how other threads come to the hub thread
 * @clock: what time it is
 * @machine: what tells this computer and data directory from others
 *
 * Have a store's records synced once somebody turns that on.
 *
 * Returns: (transfer full): the engine, to be freed after flow_store_close()
 */
FlowSyncEngine *
flow_sync_engine_new (FlowStore *store, FlowRecordTables *records, FlowCallQueue *calls, const FlowClock *clock,
                      const char *machine)
{
  static const FlowStoreParticipant participant = {
    .open = open_cb,
    .before_commit = before_commit_cb,
    .after_commit = after_commit_cb,
    .rolled_back = rolled_back_cb,
    .close = close_cb,
  };
  FlowSyncEngine *self = g_new0 (FlowSyncEngine, 1);
  FlowSyncSetup setup = { .clock = clock, .machine = machine };

  ensure_sql ();
  self->store = store;
  self->records = records;
  self->calls = calls;
  self->machine = g_strdup (machine);
  setup.tables = flow_record_tables_get (records, &setup.n_tables);
  self->sync = flow_sync_new (&setup);
  flow_store_add_participant (store, &participant, self);
  return self;
}

/**
 * flow_sync_engine_free:
 * @self: (transfer full): the engine of a store that is closed, and whose calls have all run
 *
 * Free it.
 */
void
flow_sync_engine_free (FlowSyncEngine *self)
{
  flow_sync_free (self->sync);
  g_free (self->machine);
  g_free (self);
}

/** flow_sync_engine_get_machine: what tells this computer and data directory from others. */
const char *
flow_sync_engine_get_machine (FlowSyncEngine *self)
{
  return self->machine;
}

/** flow_sync_engine_get_records: what syncs. */
FlowRecordTables *
flow_sync_engine_get_records (FlowSyncEngine *self)
{
  return self->records;
}

/**
 * flow_sync_engine_set_changed:
 * @self: an engine
 * @changed: (nullable): hears that this device made operations
 * @data: for @changed
 *
 * On the hub thread.
 */
void
flow_sync_engine_set_changed (FlowSyncEngine *self, FlowSyncEngineChanged changed, gpointer data)
{
  self->changed = changed;
  self->data = data;
}

/**
 * flow_sync_engine_made:
 * @self: an engine
 *
 * Say that what is being done made operations of this device by itself: a decision, a merge. On the writer thread, in a
 * transaction.
 */
void
flow_sync_engine_made (FlowSyncEngine *self)
{
  self->made = TRUE;
}

static void
job_call (FlowCall *call)
{
  Job *job = (Job *) call;

  job->done (job->data, job->error);
  g_clear_error (&job->error);
  g_free (job);
}

static gboolean
job_run (sqlite3 *db, gpointer data, GError **error)
{
  Job *job = data;

  if (job->run (job->engine->sync, db, job->data, error))
    return TRUE;
  flow_sync_forget (job->engine->sync);
  return FALSE;
}

static void
job_done (gpointer data, const GError *error)
{
  Job *job = data;

  if (error != NULL)
    job->error = g_error_copy (error);
  flow_call_queue_push (job->engine->calls, &job->call);
}

/**
 * flow_sync_engine_run:
 * @self: an engine
 * @run: what to do on the writer thread, in a transaction
 * @done: hears how it ended, later and on the hub thread
 * @data: for both
 *
 * Have something done. On the hub thread. What makes operations says so with flow_sync_engine_made().
 */
void
flow_sync_engine_run (FlowSyncEngine *self, FlowSyncEngineRun run, FlowSyncEngineDone done, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  *job = (Job) { .call.run = job_call, .engine = self, .run = run, .done = done, .data = data };
  if (!flow_store_push (self->store, 0, job_run, job_done, job, NULL, &job->error))
    flow_call_queue_push (self->calls, &job->call);
}
