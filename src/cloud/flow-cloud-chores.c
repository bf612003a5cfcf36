/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-admin-data.h"
#include "cloud/flow-cloud-private.h"
#include "cloud/flow-cloud-sync.h"

/* Everything that the cloud does from time to time begins here. */

#define TICK_MS 1000

static gboolean
end_sessions_run (FlowCloudData *data, gpointer user_data, GError **error)
{
  return data->accounts->end_sessions (data, flow_cloud_now_ms (user_data), error);
}

static const FlowCloudChore own_chores[] = {
  { "end old sessions", 3600, end_sessions_run },
  { NULL },
};

static const FlowCloudChore *const all[] = { own_chores, flow_cloud_sync_chores };

typedef struct
{
  FlowCloud *cloud;
  const FlowCloudChore *chore;
} Turn;

static gboolean
turn_run (FlowCloudData *data, gpointer user_data, GError **error)
{
  const Turn *turn = user_data;

  return turn->chore->run (data, turn->cloud, error);
}

static void
turn_done (gpointer user_data, const GError *error)
{
  Turn *turn = user_data;

  if (error != NULL)
    g_warning ("%s: %s", turn->chore->name, error->message);
  g_free (turn);
}

static void
do_chore (FlowCloud *self, const FlowCloudChore *chore)
{
  Turn *turn = g_new (Turn, 1);
  FlowCloudJob job = { TRUE, 0, turn_run, turn_done, turn };

  *turn = (Turn) { self, chore };
  if (!self->storage->klass->push (self->storage, &job, NULL))
    g_free (turn);
}

static guint
count_chores (void)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    for (const FlowCloudChore *chore = all[i]; chore->name != NULL; chore++)
      n++;
  return n;
}

static gboolean
tick_cb (gpointer data)
{
  FlowCloud *self = data;
  gint64 now = g_get_monotonic_time ();
  guint n = 0;

  flow_cloud_http_sweep (self->http, now);
  flow_cloud_wire_sweep (self->wire, now);
  if (flow_cloud_admin_data_wants_forget (self->options->data_dir))
    self->storage->klass->forget (self->storage);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    for (const FlowCloudChore *chore = all[i]; chore->name != NULL; chore++, n++)
      {
        if (now < self->chores_due_us[n])
          continue;
        self->chores_due_us[n] = now + (gint64) chore->every_s * G_USEC_PER_SEC;
        do_chore (self, chore);
      }
  return G_SOURCE_CONTINUE;
}

/** flow_cloud_chores_start: begin; each chore is done at once, and then every so often. On the cloud's thread. */
void
flow_cloud_chores_start (FlowCloud *self)
{
  self->chores_due_us = g_new0 (gint64, count_chores ());
  self->clockwork = g_timeout_source_new (TICK_MS);
  g_source_set_name (self->clockwork, "cloud-chores");
  g_source_set_callback (self->clockwork, tick_cb, self, NULL);
  g_source_attach (self->clockwork, flow_worker_get_context (self->worker));
}

/** flow_cloud_chores_stop: end. On the cloud's thread. */
void
flow_cloud_chores_stop (FlowCloud *self)
{
  if (self->clockwork != NULL)
    g_source_destroy (self->clockwork);
  g_clear_pointer (&self->clockwork, g_source_unref);
  g_clear_pointer (&self->chores_due_us, g_free);
}
