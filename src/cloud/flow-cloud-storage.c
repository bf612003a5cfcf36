/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-storage.h"

typedef struct
{
  FlowCloudFunc run;
  gpointer data;
  GMutex mutex;
  GCond cond;
  gboolean ended;
  GError *error;
} Call;

static gboolean
call_run (FlowCloudData *data, gpointer user_data, GError **error)
{
  Call *call = user_data;

  return call->run (data, call->data, error);
}

static void
call_done (gpointer user_data, const GError *error)
{
  Call *call = user_data;

  g_mutex_lock (&call->mutex);
  call->error = error != NULL ? g_error_copy (error) : NULL;
  call->ended = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->mutex);
}

/**
 * flow_cloud_storage_run:
 * @self: an open storage
 * @writes: whether the job writes
 * @run: the work
 * @data: for it
 * @error: return location
 *
 * Run a job and wait until it is durable. Not on a thread of the storage, nor on one that others wait for.
 *
 * Returns: %FALSE with the error of the job, or %FLOW_CLOUD_ERROR_BUSY
 */
gboolean
flow_cloud_storage_run (FlowCloudStorage *self, gboolean writes, FlowCloudFunc run, gpointer data, GError **error)
{
  Call call = { .run = run, .data = data };
  FlowCloudJob job = { writes, 0, call_run, call_done, &call };

  g_mutex_init (&call.mutex);
  g_cond_init (&call.cond);
  if (self->klass->push (self, &job, &call.error))
    {
      g_mutex_lock (&call.mutex);
      while (!call.ended)
        g_cond_wait (&call.cond, &call.mutex);
      g_mutex_unlock (&call.mutex);
    }
  g_mutex_clear (&call.mutex);
  g_cond_clear (&call.cond);
  if (call.error == NULL)
    return TRUE;
  g_propagate_error (error, call.error);
  return FALSE;
}

/**
 * flow_cloud_storage_free:
 * @self: (transfer full): a storage
 *
 * Close it if need be, and free it.
 */
void
flow_cloud_storage_free (FlowCloudStorage *self)
{
  self->klass->close (self);
  self->klass->free (self);
}
