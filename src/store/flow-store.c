/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-store.h"

#include "base/flow-error.h"
#include "store/flow-job-queue.h"
#include "store/flow-reserve.h"
#include "store/flow-statement.h"
#include "store/flow-store-private.h"
#include "store/flow-store-resources.h"
#include "store/flow-writer.h"

#define RESERVE_NAME "reserve"

/**
 * FlowStore:
 *
 * The SQLite file of a data directory, and the only connection in the world that writes it. Whoever wants something
 * kept pushes a job from any thread; the store's own thread takes all that wait the moment it is free, makes them one
 * transaction, and answers each after the COMMIT. There is no timer: a single job is durable at once, and under load
 * the groups grow by themselves. Readers have connections of their own (flow_store_open_reader()).
 */
struct _FlowStore
{
  GObject parent_instance;

  char *reserve_path;
  char *migrations_path;
  FlowJobQueue *queue;
  FlowWriter *writer;
  GThread *thread;
  GMutex mutex;
  GCond opened;
  gboolean answered;
  const FlowStoreWatch *watch; /* (nullable): while it opens */
  GError *open_error;
};

G_DEFINE_FINAL_TYPE (FlowStore, flow_store, G_TYPE_OBJECT)

/* The store whose thread this is. */
static GPrivate own_store = G_PRIVATE_INIT (NULL);

static void
flow_store_finalize (GObject *object)
{
  FlowStore *self = FLOW_STORE (object);

  flow_store_close (self);
  g_clear_error (&self->open_error);
  g_clear_pointer (&self->writer, flow_writer_free);
  g_clear_pointer (&self->queue, flow_job_queue_free);
  g_clear_pointer (&self->reserve_path, g_free);
  g_clear_pointer (&self->migrations_path, g_free);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->opened);
  G_OBJECT_CLASS (flow_store_parent_class)->finalize (object);
}

static void
flow_store_class_init (FlowStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_store_finalize;
}

static void
flow_store_init (FlowStore *self)
{
  self->queue = flow_job_queue_new ();
  self->migrations_path = g_strdup (FLOW_STORE_MIGRATIONS_PATH);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->opened);
}

/**
 * flow_store_new:
 * @context: says where the database is
 *
 * Make a store that is not open.
 *
 * Returns: (transfer full): the store. It must not be released on its own thread
 */
FlowStore *
flow_store_new (FlowContext *context)
{
  FlowStore *self = g_object_new (FLOW_TYPE_STORE, NULL);

  self->reserve_path = flow_context_build_path (context, RESERVE_NAME);
  self->writer = flow_writer_new (flow_context_get_database_path (context), self->reserve_path);
  return self;
}

/**
 * flow_store_new_at:
 * @path: the database
 * @migrations_path: resource folder of its migrations, see [func@migrations_load]
 *
 * Make a store of another database than the hub's. It is not open.
 *
 * Returns: (transfer full): the store. It must not be released on its own thread
 */
FlowStore *
flow_store_new_at (const char *path, const char *migrations_path)
{
  FlowStore *self = g_object_new (FLOW_TYPE_STORE, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  self->reserve_path = g_build_filename (folder, RESERVE_NAME, NULL);
  self->writer = flow_writer_new (path, self->reserve_path);
  g_free (self->migrations_path);
  self->migrations_path = g_strdup (migrations_path);
  return self;
}

/**
 * flow_store_add_participant:
 * @self: a store that is not open
 * @participant: what to call; copied
 * @data: passed to it; must live until flow_store_close()
 *
 * Add somebody who keeps state in memory that belongs to the database.
 */
void
flow_store_add_participant (FlowStore *self, const FlowStoreParticipant *participant, gpointer data)
{
  g_return_if_fail (FLOW_IS_STORE (self) && self->thread == NULL);

  flow_writer_add_participant (self->writer, participant, data);
}

/**
 * flow_store_set_limits:
 * @self: a store
 * @max_jobs: jobs that may wait or be at work
 * @max_bytes: bytes they may count for together
 *
 * Bound the queue; 16,384 jobs and 64 MiB at first. Any thread may call it.
 */
void
flow_store_set_limits (FlowStore *self, guint max_jobs, gsize max_bytes)
{
  g_return_if_fail (FLOW_IS_STORE (self));

  flow_job_queue_set_limits (self->queue, max_jobs, max_bytes);
}

/*
 * flow_store_set_migrations_path:
 *
 * For tests: other migrations than the program's.
 */
void
flow_store_set_migrations_path (FlowStore *self, const char *resource_path)
{
  g_free (self->migrations_path);
  self->migrations_path = g_strdup (resource_path);
}

/*
 * flow_store_set_idle_us:
 *
 * For tests: how long nothing must be committed before the files are tidied, 1 s at first.
 */
void
flow_store_set_idle_us (FlowStore *self, gint64 idle_us)
{
  flow_writer_set_idle_us (self->writer, idle_us);
}

static gboolean
open_on_thread (FlowStore *self)
{
  GError *error = NULL;
  gboolean open = flow_writer_open (self->writer, self->migrations_path, self->watch, &error);

  if (open)
    flow_job_queue_start (self->queue);
  g_mutex_lock (&self->mutex);
  self->open_error = error;
  self->answered = TRUE;
  g_cond_signal (&self->opened);
  g_mutex_unlock (&self->mutex);
  return open;
}

static gpointer
writer_thread (gpointer data)
{
  FlowStore *self = data;
  gboolean stopped = FALSE;

  g_private_set (&own_store, self);
  if (!open_on_thread (self))
    return NULL;
  for (;;)
    {
      FlowJob *jobs = flow_job_queue_take_all (self->queue, flow_writer_due (self->writer), &stopped);

      if (jobs != NULL)
        flow_writer_run (self->writer, jobs, self->queue);
      else if (stopped)
        break;
      else
        flow_writer_idle (self->writer);
    }
  flow_writer_close (self->writer);
  return NULL;
}

/**
 * flow_store_open:
 * @self: a store that is not open
 * @error: return location
 *
 * Open the database, making it when it is not there; migrate it, after a backup; start the writer.
 *
 * The caller holds the data lock (flow_data_lock_acquire()).
 *
 * Returns: %FALSE with `FLOW_ERROR_FOREIGN_DATABASE`, `FLOW_ERROR_NEWER_DATABASE`, `FLOW_ERROR_CORRUPT`,
 *   `FLOW_ERROR_DISK_FULL`, `FLOW_ERROR_FORBIDDEN`, `FLOW_ERROR_FAILED`, or what a participant's open gave
 */
gboolean
flow_store_open (FlowStore *self, GError **error)
{
  return flow_store_open_watched (self, NULL, error);
}

/**
 * flow_store_open_watched:
 * @self: a store that is not open
 * @watch: (nullable): who waits for it, and may stop it
 * @error: return location
 *
 * flow_store_open() for a store that may be large or of an older program. What is cancelled is as it was before.
 *
 * Returns: %FALSE with the codes of flow_store_open() or `G_IO_ERROR_CANCELLED`
 */
gboolean
flow_store_open_watched (FlowStore *self, const FlowStoreWatch *watch, GError **error)
{
  g_return_val_if_fail (FLOW_IS_STORE (self) && self->thread == NULL, FALSE);

  self->watch = watch;
  self->answered = FALSE;
  self->thread = g_thread_new ("flow-store", writer_thread, self);
  g_mutex_lock (&self->mutex);
  while (!self->answered)
    g_cond_wait (&self->opened, &self->mutex);
  g_mutex_unlock (&self->mutex);
  self->watch = NULL;
  if (self->open_error == NULL)
    return TRUE;
  g_thread_join (g_steal_pointer (&self->thread));
  g_propagate_error (error, g_steal_pointer (&self->open_error));
  return FALSE;
}

/**
 * flow_store_push:
 * @self: a store
 * @bytes: what the job counts for in the queue's limit, usually the size of @data
 * @run: the work
 * @done: (nullable): hears how it ended
 * @data: for both
 * @destroy: (nullable): frees @data on the writer thread after @done
 * @error: return location
 *
 * Queue a job from any thread, without waiting. When it is not taken, @data stays the caller's.
 *
 * Returns: %FALSE with `FLOW_ERROR_BUSY` when too much waits already, `FLOW_ERROR_STOPPING` when the store is not open
 */
gboolean
flow_store_push (FlowStore *self, gsize bytes, FlowStoreFunc run, FlowStoreDoneFunc done, gpointer data,
                 GDestroyNotify destroy, GError **error)
{
  FlowJob *job = g_new0 (FlowJob, 1);

  job->bytes = bytes;
  job->run = run;
  job->done = done;
  job->data = data;
  job->destroy = destroy;
  if (flow_job_queue_push (self->queue, job, TRUE, error))
    return TRUE;
  g_free (job);
  return FALSE;
}

typedef struct
{
  FlowStoreFunc run;
  gpointer data;
  GMutex mutex;
  GCond cond;
  gboolean ended;
  GError *error;
} Call;

static gboolean
call_run (sqlite3 *db, gpointer data, GError **error)
{
  Call *call = data;

  return call->run (db, call->data, error);
}

static void
call_done (gpointer data, const GError *error)
{
  Call *call = data;

  g_mutex_lock (&call->mutex);
  call->error = error != NULL ? g_error_copy (error) : NULL;
  call->ended = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->mutex);
}

static gboolean
run_and_wait (FlowStore *self, FlowStoreFunc run, gpointer data, gboolean outside, GError **error)
{
  Call call = { .run = run, .data = data };
  FlowJob *job;

  if (g_private_get (&own_store) == self)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_FAILED, "The store's thread can't wait for itself");
      return FALSE;
    }
  job = g_new0 (FlowJob, 1);
  job->outside = outside;
  job->run = call_run;
  job->done = call_done;
  job->data = &call;
  /* Before the push: the writer may be done with the job before this goes on. */
  g_mutex_init (&call.mutex);
  g_cond_init (&call.cond);
  if (flow_job_queue_push (self->queue, job, FALSE, &call.error))
    {
      g_mutex_lock (&call.mutex);
      while (!call.ended)
        g_cond_wait (&call.cond, &call.mutex);
      g_mutex_unlock (&call.mutex);
    }
  else
    g_free (job);
  g_mutex_clear (&call.mutex);
  g_cond_clear (&call.cond);
  if (call.error == NULL)
    return TRUE;
  g_propagate_error (error, call.error);
  return FALSE;
}

/**
 * flow_store_run:
 * @self: a store
 * @run: the work
 * @data: for it
 * @error: return location
 *
 * Run a job with the others of its moment and wait until it is durable. The queue's limits don't count.
 *
 * Returns: %FALSE with `FLOW_ERROR_STOPPING`, `FLOW_ERROR_FAILED` when called on the store's own thread, or why the job
 *   failed
 */
gboolean
flow_store_run (FlowStore *self, FlowStoreFunc run, gpointer data, GError **error)
{
  return run_and_wait (self, run, data, FALSE, error);
}

typedef struct
{
  FlowStore *store;
  guint wait_ms;
} Tidying;

static gboolean
tidy_run (sqlite3 *db, gpointer data, GError **error)
{
  Tidying *tidying = data;

  return flow_writer_tidy (tidying->store->writer, tidying->wait_ms, error);
}

/**
 * flow_store_tidy:
 * @self: a store
 * @wait_ms: how long to wait for readers of an old state
 * @error: return location
 *
 * Give free pages back to the disk, empty the WAL and overwrite the remains between the rows, and wait until it is
 * done: what was deleted before is in no file of the database any more. Commits wait meanwhile.
 *
 * Returns: %FALSE with `FLOW_ERROR_BUSY` and a message that names the readers, `FLOW_ERROR_STOPPING`, or the codes of
 *   [func@sql_error]
 */
gboolean
flow_store_tidy (FlowStore *self, guint wait_ms, GError **error)
{
  Tidying tidying = { .store = self, .wait_ms = wait_ms };

  return run_and_wait (self, tidy_run, &tidying, TRUE, error);
}

/**
 * flow_store_close:
 * @self: a store
 *
 * Take no more jobs, finish those that wait, close participants and database, and join the thread. What it leaves is
 * one file without a WAL. Closing a closed store does nothing; the store's own thread must not call it.
 */
void
flow_store_close (FlowStore *self)
{
  g_return_if_fail (FLOW_IS_STORE (self) && g_private_get (&own_store) != self);

  if (self->thread == NULL)
    return;
  flow_job_queue_stop (self->queue);
  g_thread_join (g_steal_pointer (&self->thread));
}

/**
 * flow_store_get_stats:
 * @self: a store
 * @stats: (out caller-allocates): what it has done so far
 *
 * Take a snapshot of the counts. Any thread may call it.
 */
void
flow_store_get_stats (FlowStore *self, FlowStoreStats *stats)
{
  flow_writer_get_stats (self->writer, stats);
  flow_job_queue_get_stats (self->queue, stats);
}

/**
 * flow_store_release_reserve:
 * @self: a store
 * @error: return location
 *
 * Give up the 16 MB kept in reserve, so that an erase works on a full disk. They are taken again when there is room and
 * nothing else to do. Any thread may call it.
 *
 * Returns: %FALSE with `FLOW_ERROR_FAILED`
 */
gboolean
flow_store_release_reserve (FlowStore *self, GError **error)
{
  return flow_reserve_release (self->reserve_path, error);
}

/**
 * flow_store_has_room:
 * @self: a store
 * @error: return location
 *
 * Look whether more may be stored. After an erase on a full disk the reserve is gone; what is free then is first taken
 * for it again. Any thread may call it.
 *
 * Returns: %FALSE with `FLOW_ERROR_DISK_FULL`
 */
gboolean
flow_store_has_room (FlowStore *self, GError **error)
{
  if (flow_reserve_is_safe (self->reserve_path))
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_DISK_FULL, "The disk is full; free some space or erase traces");
  return FALSE;
}

/**
 * flow_store_begin:
 * @db: the writing connection, outside a transaction
 * @error: return location
 *
 * Begin a transaction that writes, for a participant's housekeeping.
 *
 * Returns: %FALSE with the codes of [func@sql_error]
 */
gboolean
flow_store_begin (sqlite3 *db, GError **error)
{
  return flow_sql_exec_text (db, "BEGIN IMMEDIATE", error);
}

/**
 * flow_store_commit:
 * @db: the writing connection, in a transaction of flow_store_begin()
 * @error: return location
 *
 * Make the transaction durable.
 *
 * Returns: %FALSE with the codes of [func@sql_error]; the caller then rolls back
 */
gboolean
flow_store_commit (sqlite3 *db, GError **error)
{
  return flow_sql_exec_text (db, "COMMIT", error);
}

/**
 * flow_store_rollback:
 * @db: the writing connection
 *
 * Undo the transaction if there still is one: SQLite ends it by itself after some errors.
 */
void
flow_store_rollback (sqlite3 *db)
{
  if (!sqlite3_get_autocommit (db))
    flow_sql_exec_text (db, "ROLLBACK", NULL);
}
