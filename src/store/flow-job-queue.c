/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-job-queue.h"

#include "base/flow-error.h"

#define DEFAULT_MAX_JOBS 16384
#define DEFAULT_MAX_BYTES (64 * 1024 * 1024)

struct _FlowJobQueue
{
  GMutex mutex;
  GCond wake;
  FlowJob *head;
  FlowJob **tail;
  guint jobs;
  gsize bytes;
  guint max_jobs;
  gsize max_bytes;
  guint64 refused;
  gboolean open;
  gboolean sleeping;
};

/**
 * flow_job_free:
 * @job: (transfer full): a job that is not queued
 *
 * Free a job, its error, and with `destroy` its data.
 */
void
flow_job_free (FlowJob *job)
{
  if (job->destroy != NULL)
    job->destroy (job->data);
  g_clear_error (&job->error);
  g_free (job);
}

/**
 * flow_job_queue_new:
 *
 * Returns: (transfer full): an empty queue that takes nothing yet
 */
FlowJobQueue *
flow_job_queue_new (void)
{
  FlowJobQueue *self = g_new0 (FlowJobQueue, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->wake);
  self->tail = &self->head;
  self->max_jobs = DEFAULT_MAX_JOBS;
  self->max_bytes = DEFAULT_MAX_BYTES;
  return self;
}

/**
 * flow_job_queue_free:
 * @self: (transfer full): a queue nobody uses any more
 *
 * Free the queue and what is left in it.
 */
void
flow_job_queue_free (FlowJobQueue *self)
{
  while (self->head != NULL)
    {
      FlowJob *job = self->head;

      self->head = job->next;
      flow_job_free (job);
    }
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->wake);
  g_free (self);
}

/**
 * flow_job_queue_set_limits:
 * @self: a queue
 * @max_jobs: jobs that may wait
 * @max_bytes: bytes they may count for together
 *
 * Set the limits of bounded pushes from now on.
 */
void
flow_job_queue_set_limits (FlowJobQueue *self, guint max_jobs, gsize max_bytes)
{
  g_mutex_lock (&self->mutex);
  self->max_jobs = max_jobs;
  self->max_bytes = max_bytes;
  g_mutex_unlock (&self->mutex);
}

static gboolean
has_room (const FlowJobQueue *self, gsize bytes)
{
  if (self->jobs == 0)
    return TRUE;
  return self->jobs < self->max_jobs && self->bytes <= self->max_bytes && bytes <= self->max_bytes - self->bytes;
}

static void
append (FlowJobQueue *self, FlowJob *job)
{
  job->next = NULL;
  *self->tail = job;
  self->tail = &job->next;
  self->jobs++;
  self->bytes += job->bytes;
  if (self->sleeping)
    {
      self->sleeping = FALSE;
      g_cond_signal (&self->wake);
    }
}

/**
 * flow_job_queue_push:
 * @self: a queue
 * @job: (transfer full): taken only when %TRUE is returned
 * @bounded: whether the limits count; one job alone is taken whatever its size
 * @error: return location
 *
 * Queue a job; never waits.
 *
 * Returns: %FALSE with `FLOW_ERROR_BUSY` (full) or `FLOW_ERROR_STOPPING` (not started, or stopped)
 */
gboolean
flow_job_queue_push (FlowJobQueue *self, FlowJob *job, gboolean bounded, GError **error)
{
  gboolean open;
  gboolean room;
  guint waiting;

  g_mutex_lock (&self->mutex);
  open = self->open;
  room = !bounded || has_room (self, job->bytes);
  waiting = self->jobs;
  if (open && room)
    append (self, job);
  else if (open)
    self->refused++;
  g_mutex_unlock (&self->mutex);

  if (open && room)
    return TRUE;
  if (open)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BUSY,
                 "The store is behind, %u requests wait to be written; try again "
                 "in a second",
                 waiting);
  else
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_STOPPING, "The store is not open");
  return FALSE;
}

/**
 * flow_job_queue_take_all:
 * @self: a queue
 * @until_us: monotonic time to wait for a job, %G_MAXINT64 for ever; a time in the past does not wait
 * @stopped: (out): whether nothing more will come
 *
 * Take everything that is queued, for the writer.
 *
 * Returns: (nullable) (transfer full): the jobs in order, linked by `next`
 */
FlowJob *
flow_job_queue_take_all (FlowJobQueue *self, gint64 until_us, gboolean *stopped)
{
  FlowJob *jobs;
  gboolean in_time = TRUE;

  g_mutex_lock (&self->mutex);
  while (self->head == NULL && self->open && in_time)
    {
      self->sleeping = TRUE;
      if (until_us == G_MAXINT64)
        g_cond_wait (&self->wake, &self->mutex);
      else
        in_time = g_cond_wait_until (&self->wake, &self->mutex, until_us);
    }
  self->sleeping = FALSE;
  jobs = self->head;
  self->head = NULL;
  self->tail = &self->head;
  *stopped = !self->open;
  g_mutex_unlock (&self->mutex);
  return jobs;
}

/**
 * flow_job_queue_settle:
 * @self: a queue
 * @jobs: jobs that are answered
 * @bytes: what they counted for
 *
 * Make room for as many others.
 */
void
flow_job_queue_settle (FlowJobQueue *self, guint jobs, gsize bytes)
{
  g_mutex_lock (&self->mutex);
  self->jobs -= jobs;
  self->bytes -= bytes;
  g_mutex_unlock (&self->mutex);
}

/**
 * flow_job_queue_start:
 * @self: a queue
 *
 * Take jobs from now on.
 */
void
flow_job_queue_start (FlowJobQueue *self)
{
  g_mutex_lock (&self->mutex);
  self->open = TRUE;
  g_mutex_unlock (&self->mutex);
}

/**
 * flow_job_queue_stop:
 * @self: a queue
 *
 * Take no more jobs; what is queued is still handed out.
 */
void
flow_job_queue_stop (FlowJobQueue *self)
{
  g_mutex_lock (&self->mutex);
  self->open = FALSE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->mutex);
}

/**
 * flow_job_queue_get_stats:
 * @self: a queue
 * @stats: whose `waiting`, `waiting_bytes` and `refused` are set
 *
 * Tell what waits now.
 */
void
flow_job_queue_get_stats (FlowJobQueue *self, FlowStoreStats *stats)
{
  g_mutex_lock (&self->mutex);
  stats->waiting = self->jobs;
  stats->waiting_bytes = self->bytes;
  stats->refused = self->refused;
  g_mutex_unlock (&self->mutex);
}
