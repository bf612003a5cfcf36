/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-private.h"

static gboolean
drained_on_main (gpointer data)
{
  FlowHub *self = data;

  self->drained = TRUE;
  flow_hub_go_on_stopping (self);
  return G_SOURCE_REMOVE;
}

/* On the hub thread. */
static void
drained_cb (gpointer data)
{
  FlowHub *self = data;

  flow_hub_run_on_owner (self, drained_on_main, g_object_ref (self), g_object_unref);
}

static gboolean
tear_down_run (FlowHub *self, gpointer data, FlowReport *report, GCancellable *cancellable, GError **error)
{
  flow_hub_tear_down (self);
  return TRUE;
}

static void
tear_down_done (FlowHub *self, gpointer data, const GError *error)
{
  self->state = FLOW_HUB_STOPPED;
}

static void
tear_down (FlowHub *self)
{
  static const FlowHubTaskClass klass = { "flow-stop", tear_down_run, tear_down_done };

  flow_hub_task_start (g_task_new (self, NULL, NULL, NULL), &klass, NULL, NULL);
}

static void
answer (FlowHub *self)
{
  g_autoptr (GPtrArray) stops = g_steal_pointer (&self->stops);

  self->stops = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < stops->len; i++)
    g_task_return_boolean (stops->pdata[i], TRUE);
}

static void
begin (FlowHub *self)
{
  self->state = FLOW_HUB_STOPPING;
  g_clear_signal_handler (&self->settings_handler, self->live_settings);
  flow_hub_records_rest (self->records);
  flow_hub_thread_drain (self, drained_cb);
}

/**
 * flow_hub_go_on_stopping:
 * @self: a hub of which something has ended
 *
 * Do the next step of a stop, if somebody waits for one and nothing else does: cancel what is under way; have the hub
 * thread answer its requests; end everything; tell who waits. On the owner's thread.
 */
void
flow_hub_go_on_stopping (FlowHub *self)
{
  if (self->stops->len == 0 || self->tasks->len > 0 || self->verbs > 0)
    return;
  if (self->state == FLOW_HUB_RUNNING)
    begin (self);
  else if (self->state == FLOW_HUB_STOPPING && self->drained)
    tear_down (self);
  else if (self->state == FLOW_HUB_NEW || self->state == FLOW_HUB_STOPPED)
    answer (self);
}

/**
 * flow_hub_stop_async:
 * @self: a hub
 * @callback: called on this thread when it has stopped
 * @data: for @callback
 *
 * Stop without blocking this thread: new requests are refused, those under way are answered, imports and other long
 * work are cancelled, the store is sealed and closed, the discovery file removed and the data directory released. A
 * start under way is cancelled. A hub that does not run has stopped already.
 */
void
flow_hub_stop_async (FlowHub *self, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task;

  g_return_if_fail (FLOW_IS_HUB (self));

  task = g_task_new (self, NULL, callback, data);
  g_task_set_source_tag (task, flow_hub_stop_async);
  g_ptr_array_add (self->stops, task);
  if (self->state == FLOW_HUB_STARTING || self->state == FLOW_HUB_RUNNING)
    for (guint i = 0; i < self->tasks->len; i++)
      flow_hub_task_cancel (self->tasks->pdata[i]);
  flow_hub_go_on_stopping (self);
}

/**
 * flow_hub_stop_finish:
 * @self: the hub
 * @result: what the callback got
 * @error: return location; nothing can fail today
 *
 * Returns: %TRUE
 */
gboolean
flow_hub_stop_finish (FlowHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
stopped_cb (GObject *object, GAsyncResult *result, gpointer stopped)
{
  *(gboolean *) stopped = TRUE;
}

/**
 * flow_hub_stop:
 * @self: a hub
 *
 * flow_hub_stop_async(), and wait until it has stopped. Runs the owner's main context meanwhile. Does nothing when the
 * hub does not run.
 */
void
flow_hub_stop (FlowHub *self)
{
  gboolean stopped = FALSE;

  g_return_if_fail (FLOW_IS_HUB (self));

  if (self->state == FLOW_HUB_NEW || self->state == FLOW_HUB_STOPPED)
    return;
  flow_hub_stop_async (self, stopped_cb, &stopped);
  while (!stopped)
    g_main_context_iteration (self->main, TRUE);
}
