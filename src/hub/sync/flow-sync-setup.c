/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-setup.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "hub/sync/flow-sync-account.h"
#include "hub/sync/flow-sync-backup.h"
#include "message/flow-json-member.h"

#define PIECE 1000
#define BACKUP_FOLDER "backups"
/* Measured: what a hub makes of records in a second, and what a usual line takes. */
#define RECORDS_A_SECOND 20000
#define BYTES_A_SECOND (1024 * 1024)

struct _FlowSyncSetupRun
{
  gatomicrefcount count;
  gboolean detached;
  FlowSyncEngine *engine;
  FlowContext *context;
  const FlowClock *clock;
  const FlowSyncSetupFuncs *funcs;
  gpointer data;

  FlowSyncSetupState state;
  gboolean cancelled;
  char *device;
  char *device_name;
  char *path; /* (nullable): the backup */
  gboolean whole;
  GError *error;
  gint64 started_us;
  guint64 done;
  guint64 total;
  guint64 bytes;
  guint64 pending; /* the most that waited to be sent */

  /* what is under way on the writer thread */
  FlowSyncBackup *backup;
  FlowSyncBackup *last; /* (nullable): of what is undone */
  FlowSyncSeed seed;
  gboolean finished;
  gboolean marked; /* @last knows when it was begun */
  guint64 counted;
  guint64 weighed;
};

static void
setup_unref (FlowSyncSetupRun *self)
{
  if (!g_atomic_ref_count_dec (&self->count))
    return;
  flow_context_unref (self->context);
  g_free (self->device);
  g_free (self->device_name);
  g_free (self->path);
  g_clear_error (&self->error);
  g_clear_pointer (&self->backup, flow_sync_backup_free);
  g_clear_pointer (&self->last, flow_sync_backup_free);
  flow_sync_seed_clear (&self->seed);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncSetupRun, setup_unref)

static void
run (FlowSyncSetupRun *self, FlowSyncEngineRun func, FlowSyncEngineDone done)
{
  g_atomic_ref_count_inc (&self->count);
  flow_sync_engine_run (self->engine, func, done, self);
}

static void
move (FlowSyncSetupRun *self, FlowSyncSetupState state)
{
  self->state = state;
  self->funcs->moved (self->data);
}

/* Whether no other step follows. */
static gboolean
is_over (FlowSyncSetupRun *self, const GError *error)
{
  if (self->detached)
    return TRUE;
  if (error != NULL)
    {
      g_clear_error (&self->error);
      self->error = g_error_copy (error);
      move (self, FLOW_SYNC_SETUP_FAILED);
      return TRUE;
    }
  if (self->cancelled)
    move (self, FLOW_SYNC_SETUP_PAUSED);
  return self->cancelled;
}

static gboolean
seed_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncSetupRun *self = data;

  if (!flow_sync_seed (sync, &self->seed, PIECE, error))
    return FALSE;
  self->counted = self->seed.rows;
  self->finished = self->seed.finished;
  return TRUE;
}

static void
seed_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncSetupRun) self = data;

  if (is_over (self, error))
    return;
  /* Half of the work is making operations, the other half sending them. */
  self->done = self->counted / 2;
  self->pending = 0;
  move (self, self->finished ? FLOW_SYNC_SETUP_SENDING : FLOW_SYNC_SETUP_RUNNING);
  if (!self->finished)
    run (self, seed_run, seed_done);
}

static gboolean
turn_on_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncSetupRun *self = data;
  g_autofree char *system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);

  if (!flow_sync_turn_on (sync, error))
    return FALSE;
  flow_record_tables_set_device (flow_sync_engine_get_records (self->engine), self->device);
  return flow_record_tables_write_device (db, self->device, self->device_name, system != NULL ? system : "",
                                          flow_clock_wall_ns (self->clock), error);
}

static void
turn_on_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncSetupRun) self = data;

  if (is_over (self, error))
    return;
  flow_sync_seed_clear (&self->seed);
  move (self, FLOW_SYNC_SETUP_RUNNING);
  run (self, seed_run, seed_done);
}

static gboolean
backup_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncSetupRun *self = data;
  guint n_tables;
  const FlowSyncTable *const *tables = flow_record_tables_get (flow_sync_engine_get_records (self->engine), &n_tables);

  return flow_sync_backup_save (self->backup, tables, n_tables, db, PIECE, &self->finished, error);
}

static void
backup_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncSetupRun) self = data;

  if (is_over (self, error))
    return;
  if (!self->finished)
    {
      run (self, backup_run, backup_done);
      return;
    }
  g_clear_pointer (&self->backup, flow_sync_backup_free);
  self->whole = TRUE;
  run (self, turn_on_run, turn_on_done);
}

/* (nullable): where a backup with this name and the time goes. */
static char *
make_path (FlowSyncSetupRun *self, const char *what, GError **error)
{
  g_autofree char *folder = flow_context_build_path (self->context, BACKUP_FOLDER);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree char *name = g_strdup_printf ("%s-%s.db", what, time);

  return flow_context_ensure_dir (folder, error) ? g_build_filename (folder, name, NULL) : NULL;
}

static gboolean
open_backup (FlowSyncSetupRun *self, GError **error)
{
  g_free (self->path);
  self->path = make_path (self, "before-sync", error);
  if (self->path == NULL)
    return FALSE;
  self->backup = flow_sync_backup_open (self->path, TRUE, error);
  return self->backup != NULL;
}

static gboolean
census_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncSetupRun *self = data;
  g_auto (FlowSyncCensus) census = { 0 };
  guint n_tables;

  flow_record_tables_get (flow_sync_engine_get_records (self->engine), &n_tables);
  if (!flow_sync_take_census (sync, &census, error))
    return FALSE;
  self->counted = 0;
  for (guint i = 0; i < n_tables; i++)
    self->counted += census.rows[i];
  self->weighed = census.bytes;
  return TRUE;
}

static void
census_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncSetupRun) self = data;
  g_autoptr (GError) problem = NULL;

  if (is_over (self, error))
    return;
  self->total = self->counted;
  self->bytes = self->weighed;
  if (self->path != NULL)
    {
      run (self, turn_on_run, turn_on_done);
      return;
    }
  open_backup (self, &problem);
  if (!is_over (self, problem))
    run (self, backup_run, backup_done);
}

/**
 * flow_sync_setup_new:
 * @engine: the engine; lives longer
 * @context: where files are
 * @clock: what time it is
 * @funcs: (scope notified): whom to tell
 * @data: for @funcs
 *
 * Returns: (transfer full): nothing is under way
 */
FlowSyncSetupRun *
flow_sync_setup_new (FlowSyncEngine *engine, FlowContext *context, const FlowClock *clock,
                     const FlowSyncSetupFuncs *funcs, gpointer data)
{
  FlowSyncSetupRun *self = g_new0 (FlowSyncSetupRun, 1);

  g_atomic_ref_count_init (&self->count);
  self->engine = engine;
  self->context = flow_context_ref (context);
  self->clock = clock;
  self->funcs = funcs;
  self->data = data;
  return self;
}

/** flow_sync_setup_free: nobody wants to know any more; a step that is under way ends by itself. */
void
flow_sync_setup_free (FlowSyncSetupRun *self)
{
  self->detached = TRUE;
  setup_unref (self);
}

/**
 * flow_sync_setup_start:
 * @self: nothing is under way, or it was stopped
 * @device: this device's id
 * @device_name: what the user calls it
 * @backup: (nullable): the backup that was made before, when it goes on
 *
 * Turn syncing on, or go on with it.
 */
void
flow_sync_setup_start (FlowSyncSetupRun *self, const char *device, const char *device_name, const char *backup)
{
  flow_sync_account_set (&self->path, backup);
  flow_sync_account_set (&self->device, device);
  flow_sync_account_set (&self->device_name, device_name);
  self->whole = backup != NULL;
  self->cancelled = FALSE;
  self->done = self->total = 0;
  self->started_us = flow_clock_monotonic_us (self->clock);
  g_clear_error (&self->error);
  g_clear_pointer (&self->backup, flow_sync_backup_free);
  move (self, FLOW_SYNC_SETUP_BACKING_UP);
  run (self, census_run, census_done);
}

/**
 * flow_sync_setup_stand:
 * @self: nothing is under way
 * @state: %FLOW_SYNC_SETUP_PAUSED or %FLOW_SYNC_SETUP_FAILED
 * @backup: (nullable): the backup that was made before
 *
 * Say that it stopped before the program was started. It goes on when somebody says so.
 */
void
flow_sync_setup_stand (FlowSyncSetupRun *self, FlowSyncSetupState state, const char *backup)
{
  if (self->state != FLOW_SYNC_SETUP_NONE)
    return;
  g_free (self->path);
  self->path = g_strdup (backup);
  self->state = state;
}

/** flow_sync_setup_reset: nobody is signed in any more; what is under way ends. */
void
flow_sync_setup_reset (FlowSyncSetupRun *self)
{
  self->cancelled = TRUE;
  if (self->state != FLOW_SYNC_SETUP_ROLLING_BACK && self->state != FLOW_SYNC_SETUP_ROLLED_BACK)
    self->state = FLOW_SYNC_SETUP_NONE;
}

/** flow_sync_setup_cancel: stop after the piece that is under way. */
void
flow_sync_setup_cancel (FlowSyncSetupRun *self)
{
  self->cancelled = TRUE;
  if (self->state == FLOW_SYNC_SETUP_SENDING)
    move (self, FLOW_SYNC_SETUP_PAUSED);
}

/**
 * flow_sync_setup_sent:
 * @self: turning it on
 * @pending: operations that the cloud has not got
 *
 * Say how much is left to be sent.
 */
void
flow_sync_setup_sent (FlowSyncSetupRun *self, guint64 pending)
{
  if (self->state != FLOW_SYNC_SETUP_SENDING)
    return;
  self->pending = MAX (self->pending, pending);
  self->done = self->total;
  if (self->pending > 0)
    self->done = self->total - (guint64) ((double) self->total / 2 * (double) pending / (double) self->pending);
  move (self, pending == 0 ? FLOW_SYNC_SETUP_DONE : FLOW_SYNC_SETUP_SENDING);
}

static gboolean
roll_back_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncSetupRun *self = data;
  guint n_tables;
  const FlowSyncTable *const *tables = flow_record_tables_get (flow_sync_engine_get_records (self->engine), &n_tables);

  if (!flow_sync_backup_save_changed (self->last, tables, n_tables, db, error) || !flow_sync_reset (sync, error) ||
      !flow_sync_backup_restore (self->backup, tables, n_tables, db, error))
    return FALSE;
  flow_record_tables_set_device (flow_sync_engine_get_records (self->engine), NULL);
  return TRUE;
}

static void
end_roll_back (FlowSyncSetupRun *self, const GError *error)
{
  g_clear_pointer (&self->backup, flow_sync_backup_free);
  g_clear_pointer (&self->last, flow_sync_backup_free);
  if (self->detached)
    return;
  g_clear_error (&self->error);
  if (error != NULL)
    self->error = g_error_copy (error);
  move (self, error == NULL ? FLOW_SYNC_SETUP_ROLLED_BACK : FLOW_SYNC_SETUP_FAILED);
  self->funcs->ended (error, self->data);
}

static void
roll_back_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncSetupRun) self = data;

  end_roll_back (self, error);
}

/* What was made since then can be had again too. */
static gboolean
save_last_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncSetupRun *self = data;
  guint n_tables;
  const FlowSyncTable *const *tables = flow_record_tables_get (flow_sync_engine_get_records (self->engine), &n_tables);

  if (!self->marked && !flow_sync_backup_mark (self->last, db, error))
    return FALSE;
  self->marked = TRUE;
  return flow_sync_backup_save (self->last, tables, n_tables, db, PIECE, &self->finished, error);
}

static void
save_last_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncSetupRun) self = data;

  if (error == NULL && !self->detached)
    run (self, self->finished ? roll_back_run : save_last_run, self->finished ? roll_back_done : save_last_done);
  else
    end_roll_back (self, error);
}

/**
 * flow_sync_setup_roll_back:
 * @self: nothing is under way but sending
 * @backup: the file that was made at the start
 * @error: return location
 *
 * Make the records what they were, and turn syncing off. The file stays, and what was there until then goes into
 * another one beside it.
 *
 * Returns: whether it was begun; %FALSE with %FLOW_ERROR_BUSY while it is being done, and with the codes of
 *   flow_sql_error()
 */
gboolean
flow_sync_setup_roll_back (FlowSyncSetupRun *self, const char *backup, GError **error)
{
  g_autofree char *path = NULL;

  if (self->state == FLOW_SYNC_SETUP_ROLLING_BACK)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BUSY, _ ("It is being undone already"));
      return FALSE;
    }
  path = make_path (self, "before-undoing-sync", error);
  if (path == NULL)
    return FALSE;
  g_clear_pointer (&self->backup, flow_sync_backup_free);
  g_clear_pointer (&self->last, flow_sync_backup_free);
  self->backup = flow_sync_backup_open (backup, FALSE, error);
  self->last = self->backup != NULL ? flow_sync_backup_open (path, TRUE, error) : NULL;
  if (self->last == NULL)
    return FALSE;
  /* From here on the files belong to the writer thread. */
  self->marked = FALSE;
  move (self, FLOW_SYNC_SETUP_ROLLING_BACK);
  run (self, save_last_run, save_last_done);
  return TRUE;
}

/** flow_sync_setup_get_state: how far it is. */
FlowSyncSetupState
flow_sync_setup_get_state (FlowSyncSetupRun *self)
{
  return self->state;
}

/** flow_sync_setup_get_backup: (nullable): the file with the records as they were, when it is whole. */
const char *
flow_sync_setup_get_backup (FlowSyncSetupRun *self)
{
  return self->whole ? self->path : NULL;
}

/** flow_sync_setup_get_error: (nullable): why it stopped. */
const GError *
flow_sync_setup_get_error (FlowSyncSetupRun *self)
{
  return self->error;
}

/* From how long the part took that is done. */
static gint64
seconds_left (FlowSyncSetupRun *self)
{
  gint64 spent = flow_clock_monotonic_us (self->clock) - self->started_us;

  if (self->done == 0 || self->done >= self->total)
    return self->done == 0 ? (gint64) (self->total / RECORDS_A_SECOND + self->bytes / BYTES_A_SECOND) : 0;
  return spent * (gint64) (self->total - self->done) / (gint64) self->done / G_USEC_PER_SEC;
}

/**
 * flow_sync_setup_write:
 * @self: turning it on
 * @writer: inside of an object
 *
 * Write how far it is.
 */
void
flow_sync_setup_write (FlowSyncSetupRun *self, FlowJsonWriter *writer)
{
  static const char *const names[] = {
    [FLOW_SYNC_SETUP_NONE] = "none",
    [FLOW_SYNC_SETUP_BACKING_UP] = "backing_up",
    [FLOW_SYNC_SETUP_RUNNING] = "running",
    [FLOW_SYNC_SETUP_SENDING] = "running",
    [FLOW_SYNC_SETUP_PAUSED] = "paused",
    [FLOW_SYNC_SETUP_DONE] = "done",
    [FLOW_SYNC_SETUP_FAILED] = "failed",
    [FLOW_SYNC_SETUP_ROLLING_BACK] = "rolling_back",
    [FLOW_SYNC_SETUP_ROLLED_BACK] = "rolled_back",
  };

  flow_json_member_text (writer, "state", names[self->state], -1);
  flow_json_member_uint (writer, "done", self->done);
  flow_json_member_uint (writer, "total", self->total);
  flow_json_member_uint (writer, "bytes", self->bytes);
  flow_json_member_int (writer, "seconds_left", seconds_left (self));
  flow_json_writer_key (writer, "backup");
  flow_json_writer_string (writer, flow_sync_setup_get_backup (self), -1);
}

/**
 * flow_sync_setup_write_estimate:
 * @sync: the engine
 * @records: what syncs
 * @writer: inside of an object
 * @error: return location
 *
 * Write what turning syncing on would send. On the writer thread.
 *
 * Returns: whether it could be counted
 */
gboolean
flow_sync_setup_write_estimate (FlowSync *sync, FlowRecordTables *records, FlowJsonWriter *writer, GError **error)
{
  g_auto (FlowSyncCensus) census = { 0 };
  guint n_tables;
  const FlowSyncTable *const *tables = flow_record_tables_get (records, &n_tables);
  guint64 total = 0;

  if (!flow_sync_take_census (sync, &census, error))
    return FALSE;
  flow_json_member_text (writer, "state", "estimated", -1);
  flow_json_writer_key (writer, "counts");
  flow_json_writer_begin_object (writer);
  for (guint i = 0; i < n_tables; i++)
    {
      flow_json_member_uint (writer, tables[i]->name, census.rows[i]);
      total += census.rows[i];
    }
  flow_json_writer_end_object (writer);
  flow_json_member_uint (writer, "records", total);
  flow_json_member_uint (writer, "bytes", census.bytes);
  flow_json_member_uint (writer, "seconds", 1 + total / RECORDS_A_SECOND + census.bytes / BYTES_A_SECOND);
  flow_json_member_uint (writer, "backup_bytes", census.bytes);
  return TRUE;
}
