/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-task.h"

#include "hub/flow-hub-private.h"

/**
 * FlowHubTask:
 *
 * Long work for the owner of a hub, on a thread of its own. The hub knows all that are under way: to stop it cancels
 * them and waits. Belongs to the owner's thread; the work itself sees only what it is given.
 */
struct _FlowHubTask
{
  const FlowHubTaskClass *klass;
  FlowHub *hub;
  GTask *task;
  FlowReport *report;
  GCancellable *cancellable; /* the hub's; follows the caller's */
  gulong follows;
  FlowWorker *worker;
  GError *error; /* set by the thread */
};

static gboolean
ended_cb (gpointer data)
{
  FlowHubTask *self = data;
  g_autoptr (FlowHub) hub = g_object_ref (self->hub);
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  g_autoptr (GError) error = NULL;

  flow_worker_free (self->worker);
  g_cancellable_disconnect (g_task_get_cancellable (task), self->follows);
  flow_report_free (self->report);
  g_object_unref (self->cancellable);
  error = g_steal_pointer (&self->error);
  g_ptr_array_remove_fast (hub->tasks, self);
  if (self->klass->done != NULL)
    self->klass->done (hub, g_task_get_task_data (task), error);
  g_free (self);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
  flow_hub_go_on_stopping (hub);
  return G_SOURCE_REMOVE;
}

/* On the task's own thread. */
static void
run (gpointer data)
{
  FlowHubTask *self = data;

  self->klass->run (self->hub, g_task_get_task_data (self->task), self->report, self->cancellable, &self->error);
  flow_hub_run_on_owner (self->hub, ended_cb, self, NULL);
}

static void
cancelled_cb (GCancellable *caller, GCancellable *own)
{
  g_cancellable_cancel (own);
}

/**
 * flow_hub_task_start:
 * @task: (transfer full): of a hub, with the work's data as its own; returns a boolean
 * @klass: what to do; static
 * @report: (nullable): hears how far it is
 * @report_data: for @report
 *
 * Begin. On the owner's thread.
 */
void
flow_hub_task_start (GTask *task, const FlowHubTaskClass *klass, FlowReportFunc report, gpointer report_data)
{
  FlowHubTask *self = g_new0 (FlowHubTask, 1);

  g_task_set_check_cancellable (task, FALSE);
  self->klass = klass;
  self->hub = g_task_get_source_object (task);
  self->task = task;
  self->cancellable = g_cancellable_new ();
  self->report = flow_report_new (self->hub->main, report, report_data);
  if (g_task_get_cancellable (task) != NULL)
    self->follows = g_cancellable_connect (g_task_get_cancellable (task), G_CALLBACK (cancelled_cb), self->cancellable,
                                           NULL);
  g_ptr_array_add (self->hub->tasks, self);
  self->worker = flow_worker_new (klass->name);
  flow_worker_invoke (self->worker, run, self, NULL);
}

/**
 * flow_hub_task_cancel:
 * @self: a task under way
 *
 * Have it end as soon as it can. On the owner's thread.
 */
void
flow_hub_task_cancel (FlowHubTask *self)
{
  g_cancellable_cancel (self->cancellable);
}
