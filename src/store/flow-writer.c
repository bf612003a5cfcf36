/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-writer.h"

#include "base/flow-error.h"
#include "store/flow-database.h"
#include "store/flow-maintenance-private.h"
#include "store/flow-migration.h"
#include "store/flow-slow-query.h"
#include "store/flow-statement.h"
#include "store/flow-tidy.h"

#define DEFAULT_IDLE_US G_USEC_PER_SEC
/* Steps of SQLite's machine between two looks whether the opening was cancelled: well under a millisecond. */
#define STEPS_TO_CANCEL 10000

typedef struct
{
  FlowStoreParticipant vtable;
  gpointer data;
  gint64 due_us;
} Participant;

struct _FlowWriter
{
  char *path;
  sqlite3 *db;
  sqlite3_stmt *begin;
  sqlite3_stmt *savepoint;
  sqlite3_stmt *release;
  sqlite3_stmt *rollback_to;
  sqlite3_stmt *commit;
  GArray *participants;
  guint opened;
  FlowTidy tidy;
  GMutex mutex;
  FlowStoreStats stats;
};

/**
 * flow_writer_new:
 * @path: the database file
 * @reserve_path: the reserve file
 *
 * Returns: (transfer full): a writer that is not open
 */
FlowWriter *
flow_writer_new (const char *path, const char *reserve_path)
{
  FlowWriter *self = g_new0 (FlowWriter, 1);

  self->path = g_strdup (path);
  self->participants = g_array_new (FALSE, TRUE, sizeof (Participant));
  self->tidy.reserve_path = g_strdup (reserve_path);
  self->tidy.idle_us = DEFAULT_IDLE_US;
  g_mutex_init (&self->mutex);
  return self;
}

/**
 * flow_writer_free:
 * @self: (transfer full): a closed writer
 *
 * Free the writer.
 */
void
flow_writer_free (FlowWriter *self)
{
  g_assert (self->db == NULL);
  g_mutex_clear (&self->mutex);
  g_array_unref (self->participants);
  g_free (self->tidy.reserve_path);
  g_free (self->path);
  g_free (self);
}

/**
 * flow_writer_add_participant:
 * @self: a writer that is not open yet
 * @participant: what to call, copied
 * @data: passed to it
 *
 * Add somebody who keeps state that belongs to the database. They are called in the order they were added, but closed
 * the other way round.
 */
void
flow_writer_add_participant (FlowWriter *self, const FlowStoreParticipant *participant, gpointer data)
{
  Participant added = { .vtable = *participant, .data = data, .due_us = 0 };

  g_array_append_val (self->participants, added);
}

/**
 * flow_writer_set_idle_us:
 * @self: a writer that is not open yet
 * @idle_us: time without a commit, in us
 *
 * Set how long nothing must happen before the files are tidied.
 */
void
flow_writer_set_idle_us (FlowWriter *self, gint64 idle_us)
{
  self->tidy.idle_us = idle_us;
}

static gboolean
prepare_statements (FlowWriter *self, GError **error)
{
  return flow_sql_prepare_text (self->db, "BEGIN IMMEDIATE", &self->begin, error) &&
         flow_sql_prepare_text (self->db, "SAVEPOINT job", &self->savepoint, error) &&
         flow_sql_prepare_text (self->db, "RELEASE job", &self->release, error) &&
         flow_sql_prepare_text (self->db, "ROLLBACK TO job", &self->rollback_to, error) &&
         flow_sql_prepare_text (self->db, "COMMIT", &self->commit, error);
}

static gboolean
open_participants (FlowWriter *self, GError **error)
{
  for (; self->opened < self->participants->len; self->opened++)
    {
      Participant *participant = &g_array_index (self->participants, Participant, self->opened);

      participant->due_us = 0;
      if (participant->vtable.open != NULL && !participant->vtable.open (participant->data, self->db, error))
        return FALSE;
    }
  return TRUE;
}

/* SQLite asks this while a statement runs. */
static int
is_cancelled (void *cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

static gboolean
prepare (FlowWriter *self, GPtrArray *migrations, const FlowStoreWatch *watch, GError **error)
{
  if (!flow_maintenance_migrate (self->db, self->path, migrations, flow_migrations_newest (migrations), watch, error) ||
      !prepare_statements (self, error))
    return FALSE;
  if (watch != NULL && watch->stage != NULL)
    watch->stage (FLOW_STORE_STAGE_READING, 0, 0, watch->data);
  flow_tidy_start (&self->tidy, self->db);
  return open_participants (self, error);
}

/**
 * flow_writer_open:
 * @self: a writer
 * @migrations_path: resource folder of the migrations
 * @watch: (nullable): who waits
 * @error: return location
 *
 * Open the database, bring its schema up to date (after a backup), and open the participants.
 *
 * Returns: %FALSE with the codes of flow_store_open(); the writer is closed then
 */
gboolean
flow_writer_open (FlowWriter *self, const char *migrations_path, const FlowStoreWatch *watch, GError **error)
{
  g_autoptr (GPtrArray) migrations = flow_migrations_load (migrations_path, error);
  GCancellable *cancellable = watch != NULL ? watch->cancellable : NULL;
  g_autoptr (GError) local = NULL;
  gboolean ok;

  if (migrations == NULL)
    return FALSE;
  self->db = flow_database_open_writer (self->path, flow_migrations_newest (migrations), error);
  if (self->db == NULL)
    return FALSE;
  sqlite3_progress_handler (self->db, STEPS_TO_CANCEL, cancellable != NULL ? is_cancelled : NULL, cancellable);
  ok = prepare (self, migrations, watch, &local);
  sqlite3_progress_handler (self->db, 0, NULL, NULL);
  if (ok && !g_cancellable_is_cancelled (cancellable))
    return TRUE;
  flow_writer_close (self);
  if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * flow_writer_close:
 * @self: a writer
 *
 * Close the participants, tidy the files and close the connection.
 */
void
flow_writer_close (FlowWriter *self)
{
  g_autoptr (GError) error = NULL;

  if (self->db == NULL)
    return;
  while (self->opened > 0)
    {
      Participant *participant = &g_array_index (self->participants, Participant, --self->opened);

      if (participant->vtable.close != NULL)
        participant->vtable.close (participant->data, self->db);
    }
  if (self->tidy.db != NULL && !flow_tidy_everything (&self->tidy, 0, &error))
    g_message ("Closing without tidying: %s", error->message);
  g_clear_pointer (&self->begin, sqlite3_finalize);
  g_clear_pointer (&self->savepoint, sqlite3_finalize);
  g_clear_pointer (&self->release, sqlite3_finalize);
  g_clear_pointer (&self->rollback_to, sqlite3_finalize);
  g_clear_pointer (&self->commit, sqlite3_finalize);
  flow_database_close_writer (g_steal_pointer (&self->db));
  self->tidy.db = NULL;
}

/* These end a group: the disk or the file is the matter, or SQLite has already rolled back by itself. */
static gboolean
ends_group (FlowWriter *self, const GError *error)
{
  return g_error_matches (error, FLOW_ERROR, FLOW_ERROR_DISK_FULL) ||
         g_error_matches (error, FLOW_ERROR, FLOW_ERROR_CORRUPT) || sqlite3_get_autocommit (self->db);
}

static gboolean
run_job (FlowWriter *self, FlowJob *job, GError **error)
{
  if (!flow_sql_step_done (self->savepoint, error))
    return FALSE;
  if (job->run (self->db, job->data, &job->error))
    return flow_sql_step_done (self->release, error);
  if (job->error == NULL)
    job->error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_FAILED, "The job gave no reason");
  if (ends_group (self, job->error))
    {
      g_propagate_error (error, g_error_copy (job->error));
      return FALSE;
    }
  return flow_sql_step_done (self->rollback_to, error) && flow_sql_step_done (self->release, error);
}

static gboolean
run_jobs (FlowWriter *self, FlowJob *jobs, GError **error)
{
  for (FlowJob *job = jobs; job != NULL; job = job->next)
    if (!job->outside && !run_job (self, job, error))
      return FALSE;
  for (guint i = 0; i < self->participants->len; i++)
    {
      Participant *participant = &g_array_index (self->participants, Participant, i);

      if (participant->vtable.before_commit != NULL &&
          !participant->vtable.before_commit (participant->data, self->db, error))
        return FALSE;
    }
  return flow_sql_step_done (self->commit, error);
}

static void
tell_committed (FlowWriter *self)
{
  for (guint i = 0; i < self->participants->len; i++)
    {
      Participant *participant = &g_array_index (self->participants, Participant, i);

      participant->due_us = 0;
      if (participant->vtable.after_commit != NULL)
        participant->vtable.after_commit (participant->data, self->db);
    }
}

static void
roll_back (FlowWriter *self)
{
  flow_store_rollback (self->db);
  for (guint i = 0; i < self->participants->len; i++)
    {
      Participant *participant = &g_array_index (self->participants, Participant, i);

      if (participant->vtable.rolled_back != NULL)
        participant->vtable.rolled_back (participant->data, self->db);
    }
}

static gboolean
run_transaction (FlowWriter *self, FlowJob *jobs, GError **error)
{
  if (!flow_sql_step_done (self->begin, error))
    return FALSE;
  if (run_jobs (self, jobs, error))
    {
      tell_committed (self);
      return TRUE;
    }
  roll_back (self);
  return FALSE;
}

static void
run_outside (FlowWriter *self, FlowJob *jobs)
{
  for (FlowJob *job = jobs; job != NULL; job = job->next)
    if (job->outside)
      job->run (self->db, job->data, &job->error);
}

static void
count (FlowWriter *self, FlowJob *jobs, guint commits, guint rollbacks)
{
  g_mutex_lock (&self->mutex);
  self->stats.commits += commits;
  self->stats.rollbacks += rollbacks;
  for (FlowJob *job = jobs; job != NULL; job = job->next)
    {
      if (job->error == NULL)
        self->stats.jobs++;
      else
        {
          self->stats.failed++;
          g_strlcpy (self->stats.last_error, job->error->message, sizeof self->stats.last_error);
        }
    }
  g_mutex_unlock (&self->mutex);
}

static void
publish_tidy (FlowWriter *self)
{
  g_mutex_lock (&self->mutex);
  self->stats.checkpoints = self->tidy.checkpoints;
  self->stats.checkpoints_blocked = self->tidy.blocked;
  self->stats.wal_bytes = (guint64) self->tidy.wal_frames * FLOW_DATABASE_PAGE_SIZE;
  self->stats.tidied = self->tidy.rounds;
  self->stats.reserve_ready = self->tidy.reserve_ready;
  g_mutex_unlock (&self->mutex);
}

/*
 * Counts are there and the queue has room before anybody hears of it, so that whoever does finds both as they are.
 */
static void
answer (FlowJob *jobs, FlowJobQueue *queue)
{
  guint n_jobs = 0;
  gsize bytes = 0;

  for (FlowJob *job = jobs; job != NULL; job = job->next)
    {
      n_jobs++;
      bytes += job->bytes;
    }
  flow_job_queue_settle (queue, n_jobs, bytes);
  while (jobs != NULL)
    {
      FlowJob *job = jobs;

      jobs = job->next;
      if (job->done != NULL)
        job->done (job->data, job->error);
      flow_job_free (job);
    }
}

static gboolean
has_inside (const FlowJob *jobs)
{
  for (const FlowJob *job = jobs; job != NULL; job = job->next)
    if (!job->outside)
      return TRUE;
  return FALSE;
}

/**
 * flow_writer_run:
 * @self: an open writer
 * @jobs: (transfer full): a group
 * @queue: where they count
 *
 * Make a group durable in one transaction, and answer each job.
 *
 * A job that fails is undone alone. When the transaction can't be committed all of its jobs fail, and the writer is as
 * before them.
 */
void
flow_writer_run (FlowWriter *self, FlowJob *jobs, FlowJobQueue *queue)
{
  g_autoptr (GError) error = NULL;
  gboolean inside = has_inside (jobs);
  gboolean committed = inside && run_transaction (self, jobs, &error);

  for (FlowJob *job = jobs; job != NULL && error != NULL; job = job->next)
    if (!job->outside && job->error == NULL)
      job->error = g_error_copy (error);
  run_outside (self, jobs);
  count (self, jobs, committed ? 1 : 0, inside && !committed ? 1 : 0);
  publish_tidy (self);
  answer (jobs, queue);
  flow_tidy_after_commit (&self->tidy);
  publish_tidy (self);
}

/**
 * flow_writer_due:
 * @self: an open writer
 *
 * Tell when flow_writer_idle() has something to do.
 *
 * Returns: monotonic time in us, possibly in the past, %G_MAXINT64 for not before the next commit
 */
gint64
flow_writer_due (FlowWriter *self)
{
  gint64 due = self->tidy.due_us;

  for (guint i = 0; i < self->participants->len; i++)
    {
      const Participant *participant = &g_array_index (self->participants, Participant, i);

      if (participant->vtable.idle != NULL)
        due = MIN (due, participant->due_us);
    }
  return due;
}

/**
 * flow_writer_idle:
 * @self: an open writer
 *
 * Do one bounded step of what is due: participants first, then the files.
 */
void
flow_writer_idle (FlowWriter *self)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < self->participants->len; i++)
    {
      Participant *participant = &g_array_index (self->participants, Participant, i);
      gint64 next;

      if (participant->vtable.idle == NULL || participant->due_us > now)
        continue;
      next = participant->vtable.idle (participant->data, self->db, now);
      participant->due_us = next < 0 ? G_MAXINT64 : next;
      flow_tidy_after_commit (&self->tidy);
      publish_tidy (self);
      return;
    }
  if (self->tidy.due_us <= now)
    flow_tidy_step (&self->tidy);
  publish_tidy (self);
}

/**
 * flow_writer_tidy:
 * @self: an open writer, outside a transaction
 * @wait_ms: how long to wait for readers
 * @error: return location
 *
 * Give free pages back, empty the WAL and overwrite the remains of what was deleted, now.
 *
 * Returns: %FALSE with `FLOW_ERROR_BUSY` or the codes of [func@sql_error]
 */
gboolean
flow_writer_tidy (FlowWriter *self, guint wait_ms, GError **error)
{
  self->tidy.scrub_wanted = TRUE;
  return flow_tidy_everything (&self->tidy, wait_ms, error);
}

/**
 * flow_writer_get_stats:
 * @self: a writer; any thread
 * @stats: (out caller-allocates): what it has done so far; the queue's members are 0
 *
 * Take a snapshot of the counts.
 */
void
flow_writer_get_stats (FlowWriter *self, FlowStoreStats *stats)
{
  g_mutex_lock (&self->mutex);
  *stats = self->stats;
  g_mutex_unlock (&self->mutex);
  stats->slow_queries = flow_slow_query_count ();
}
