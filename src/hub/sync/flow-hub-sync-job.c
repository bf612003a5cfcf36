/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include <string.h>

#include "hub/sync/flow-hub-sync-private.h"

static void
job_free (FlowSyncJob *self)
{
  if (self->text != NULL)
    explicit_bzero (self->text, strlen (self->text));
  g_free (self->text);
  if (self->change != NULL)
    flow_sync_key_change_unref (self->change);
  g_free (self);
}

/**
 * flow_sync_job_new:
 * @self: syncing
 * @done: (nullable): who hears the end of it
 * @answer: (nullable): or who hears an answer
 * @data: for them
 *
 * Returns: (transfer none): something that somebody waits for, until flow_sync_job_end()
 */
FlowSyncJob *
flow_sync_job_new (FlowHubSync *self, FlowHubSyncDone done, FlowHubSyncAnswer answer, gpointer data)
{
  FlowSyncJob *job = g_new0 (FlowSyncJob, 1);

  job->sync = self;
  job->done = done;
  job->answer = answer;
  job->data = data;
  g_ptr_array_add (self->jobs, job);
  return job;
}

/** flow_sync_job_new_blob: the same, for who waits for a blob. */
FlowSyncJob *
flow_sync_job_new_blob (FlowHubSync *self, FlowTraceBlobDone blob, gpointer data)
{
  FlowSyncJob *job = flow_sync_job_new (self, NULL, NULL, data);

  job->blob = blob;
  return job;
}

static void
tell (FlowSyncJob *self, const char *answer, GBytes *blob, const GError *error)
{
  if (self->answer != NULL)
    self->answer (error == NULL ? answer : NULL, error, self->data);
  else if (self->blob != NULL)
    self->blob (error == NULL ? blob : NULL, error, self->data);
  else if (self->done != NULL)
    self->done (error, self->data);
}

/**
 * flow_sync_job_end:
 * @self: (transfer full): a job
 * @answer: (nullable): what is answered
 * @blob: (nullable): or the blob
 * @error: (nullable): why neither
 *
 * End it. Who waits for one that was given up has heard of that.
 */
void
flow_sync_job_end (FlowSyncJob *self, const char *answer, GBytes *blob, const GError *error)
{
  if (self->sync != NULL)
    {
      g_ptr_array_remove_fast (self->sync->jobs, self);
      tell (self, answer, blob, error);
    }
  job_free (self);
}

/**
 * flow_sync_job_is_well:
 * @self: a job
 * @answer: (nullable): what the cloud says
 * @error: (nullable): why it says nothing
 *
 * Returns: whether the cloud did it; if not, the job has ended
 */
gboolean
flow_sync_job_is_well (FlowSyncJob *self, const FlowRemoteAnswer *answer, const GError *error)
{
  g_autoptr (GError) problem = NULL;

  if (answer != NULL && SOUP_STATUS_IS_SUCCESSFUL (answer->status))
    return TRUE;
  problem = error != NULL ? g_error_copy (error) : flow_remote_read_error (answer);
  flow_sync_job_end (self, NULL, NULL, problem);
  return FALSE;
}

/**
 * flow_sync_job_send:
 * @self: a job
 * @method: `GET`
 * @path: behind the cloud's address
 * @content_type: (nullable): of @body
 * @body: (nullable): what is sent
 * @max_answer: bytes of an answer that are read
 * @done: hears what came, with the job
 *
 * Ask the cloud. Without a session the job ends by this.
 */
void
flow_sync_job_send (FlowSyncJob *self, const char *method, const char *path, const char *content_type, GBytes *body,
                    gsize max_answer, FlowRemoteDone done)
{
  const FlowRemoteCall call = {
    .method = method,
    .path = path,
    .content_type = content_type,
    .body = body,
    .max_answer = max_answer,
    .large = self->blob != NULL,
  };
  g_autoptr (GError) error = NULL;

  if (flow_hub_sync_check_signed_in (self->sync, &error))
    flow_remote_session_send (self->sync->session, &call, done, self);
  else
    flow_sync_job_end (self, NULL, NULL, error);
}

/**
 * flow_hub_sync_end_jobs:
 * @self: syncing whose session was freed
 * @error: why
 *
 * Give up what somebody waits for.
 */
void
flow_hub_sync_end_jobs (FlowHubSync *self, const GError *error)
{
  while (self->jobs->len > 0)
    {
      FlowSyncJob *job = g_ptr_array_steal_index_fast (self->jobs, self->jobs->len - 1);

      job->sync = NULL;
      tell (job, NULL, NULL, error);
      if (!job->busy)
        job_free (job);
    }
}
