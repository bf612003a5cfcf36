/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-sqlite.h"

#include <glib/gstdio.h>

#include "cloud/flow-cloud-error.h"
#include "store/flow-database.h"
#include "store/flow-migration.h"
#include "store/flow-store.h"

#define READERS 2
#define MAX_READS 4096
#define MAX_JOBS 4096
#define MAX_JOB_BYTES (256 * 1024 * 1024)
/* How long overwriting what was deleted waits for readers. */
#define FORGET_MS 5000

/*
 * The cloud's database in one file: FlowStore's writer makes what waits one transaction, and two more threads read.
 */
typedef struct
{
  FlowCloudStorage parent;
  char *path;
  FlowStore *store;
  FlowCloudData *writing; /* the writer thread's */
  GAsyncQueue *reading;   /* of FlowCloudData: connections that nobody reads with */
  GPtrArray *readers;     /* of sqlite3 */
  GThreadPool *pool;
  gint forgetting; /* atomic: somebody has asked for it */
  gint open;       /* atomic */
} FlowCloudSqlite;

/* A job that writes, on its way; it comes with what the writer needs. */
typedef struct
{
  FlowCloudSqlite *sqlite;
  FlowCloudJob job;
} Work;

static gboolean
begin_cb (gpointer self, sqlite3 *db, GError **error)
{
  ((FlowCloudSqlite *) self)->writing = flow_cloud_sqlite_data_new (db);
  return TRUE;
}

static void
end_cb (gpointer self, sqlite3 *db)
{
  g_clear_pointer (&((FlowCloudSqlite *) self)->writing, flow_cloud_sqlite_data_free);
}

static gboolean
write_run (sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;

  return work->job.run (work->sqlite->writing, work->job.data, error);
}

static void
write_done (gpointer data, const GError *error)
{
  Work *work = data;

  if (work->job.done != NULL)
    work->job.done (work->job.data, error);
}

static void
run_read (FlowCloudData *data, const FlowCloudJob *job)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db = flow_cloud_sqlite_get_db (data);

  if (flow_sql_exec_text (db, "BEGIN", &error))
    {
      job->run (data, job->data, &error);
      flow_store_rollback (db);
    }
  if (job->done != NULL)
    job->done (job->data, error);
}

static void
forget_now (FlowCloudSqlite *self)
{
  g_autoptr (GError) error = NULL;

  g_atomic_int_set (&self->forgetting, FALSE);
  if (!flow_store_tidy (self->store, FORGET_MS, &error))
    g_message ("What was deleted is not overwritten yet: %s", error->message);
}

/* On a thread of the pool; a piece of work without a function is the wish that what was deleted is overwritten. */
static void
read_cb (gpointer data, gpointer user_data)
{
  FlowCloudSqlite *self = user_data;
  Work *work = data;

  if (work->job.run != NULL)
    {
      FlowCloudData *reading = g_async_queue_pop (self->reading);

      run_read (reading, &work->job);
      g_async_queue_push (self->reading, reading);
    }
  else
    forget_now (self);
  g_free (work);
}

static void
close_readers (FlowCloudSqlite *self)
{
  FlowCloudData *data;

  while ((data = g_async_queue_try_pop (self->reading)) != NULL)
    flow_cloud_sqlite_data_free (data);
  g_ptr_array_set_size (self->readers, 0);
}

static gboolean
open_readers (FlowCloudSqlite *self, GError **error)
{
  g_autoptr (GPtrArray) migrations = flow_migrations_load (FLOW_CLOUD_SQLITE_MIGRATIONS, error);

  for (guint i = 0; migrations != NULL && i < READERS; i++)
    {
      sqlite3 *db = flow_database_open_reader (self->path, flow_migrations_newest (migrations), error);

      if (db == NULL)
        return FALSE;
      g_ptr_array_add (self->readers, db);
      g_async_queue_push (self->reading, flow_cloud_sqlite_data_new (db));
    }
  return migrations != NULL;
}

static gboolean
sqlite_open (FlowCloudStorage *storage, GError **error)
{
  static const FlowStoreParticipant participant = { .open = begin_cb, .close = end_cb };
  FlowCloudSqlite *self = (FlowCloudSqlite *) storage;

  flow_cloud_sqlite_resources_ensure ();
  self->store = flow_store_new_at (self->path, FLOW_CLOUD_SQLITE_MIGRATIONS);
  flow_store_add_participant (self->store, &participant, self);
  flow_store_set_limits (self->store, MAX_JOBS, MAX_JOB_BYTES);
  if (!flow_store_open (self->store, error))
    return FALSE;
  self->pool = g_thread_pool_new (read_cb, self, READERS, FALSE, error);
  if (self->pool == NULL || !open_readers (self, error))
    return FALSE;
  g_atomic_int_set (&self->open, TRUE);
  return TRUE;
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BUSY, message);
  return FALSE;
}

static gboolean
sqlite_push (FlowCloudStorage *storage, const FlowCloudJob *job, GError **error)
{
  FlowCloudSqlite *self = (FlowCloudSqlite *) storage;
  Work *work;

  if (!g_atomic_int_get (&self->open))
    return refuse (error, "the cloud is starting or stopping");
  if (!job->writes && g_thread_pool_unprocessed (self->pool) >= MAX_READS)
    return refuse (error, "too many others wait for the database");
  work = g_new (Work, 1);
  *work = (Work) { self, *job };
  if (!job->writes)
    return g_thread_pool_push (self->pool, work, NULL);
  if (flow_store_push (self->store, job->bytes, write_run, write_done, work, g_free, error))
    return TRUE;
  g_free (work);
  return FALSE;
}

static void
sqlite_forget (FlowCloudStorage *storage)
{
  FlowCloudSqlite *self = (FlowCloudSqlite *) storage;

  if (g_atomic_int_get (&self->open) && g_atomic_int_compare_and_exchange (&self->forgetting, FALSE, TRUE))
    g_thread_pool_push (self->pool, g_new0 (Work, 1), NULL);
}

static void
sqlite_get_stats (FlowCloudStorage *storage, FlowCloudStorageStats *stats)
{
  FlowCloudSqlite *self = (FlowCloudSqlite *) storage;
  FlowStoreStats store;
  GStatBuf file;

  *stats = (FlowCloudStorageStats) { 0 };
  if (!g_atomic_int_get (&self->open))
    return;
  flow_store_get_stats (self->store, &store);
  stats->waiting = store.waiting + g_thread_pool_unprocessed (self->pool);
  stats->commits = store.commits;
  stats->jobs = store.jobs;
  stats->failed = store.failed;
  stats->bytes = (g_stat (self->path, &file) == 0 ? (guint64) file.st_size : 0) + store.wal_bytes;
}

static void
sqlite_close (FlowCloudStorage *storage)
{
  FlowCloudSqlite *self = (FlowCloudSqlite *) storage;

  g_atomic_int_set (&self->open, FALSE);
  if (self->pool != NULL)
    g_thread_pool_free (g_steal_pointer (&self->pool), FALSE, TRUE);
  close_readers (self);
  if (self->store != NULL)
    flow_store_close (self->store);
}

static void
sqlite_free (FlowCloudStorage *storage)
{
  FlowCloudSqlite *self = (FlowCloudSqlite *) storage;

  g_clear_object (&self->store);
  g_async_queue_unref (self->reading);
  g_ptr_array_unref (self->readers);
  g_free (self->path);
  g_free (self);
}

static void
close_cb (gpointer db)
{
  sqlite3_close_v2 (db);
}

/**
 * flow_cloud_sqlite_new:
 * @data_dir: the folder of the database; the caller holds its lock
 *
 * Make a storage that keeps everything in one SQLite file. It is not open.
 *
 * Returns: (transfer full): the storage
 */
FlowCloudStorage *
flow_cloud_sqlite_new (const char *data_dir)
{
  static const FlowCloudStorageClass klass = {
    .open = sqlite_open,
    .push = sqlite_push,
    .forget = sqlite_forget,
    .get_stats = sqlite_get_stats,
    .close = sqlite_close,
    .free = sqlite_free,
  };
  FlowCloudSqlite *self = g_new0 (FlowCloudSqlite, 1);

  self->parent.klass = &klass;
  self->path = g_build_filename (data_dir, FLOW_CLOUD_SQLITE_NAME, NULL);
  self->reading = g_async_queue_new ();
  self->readers = g_ptr_array_new_with_free_func (close_cb);
  return &self->parent;
}
