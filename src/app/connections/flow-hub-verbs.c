/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-verbs"

#include "app/connections/flow-hub-verbs.h"

/**
 * FlowHubVerbs:
 *
 * The verbs of the hub of this process.
 */
struct _FlowHubVerbs
{
  GObject parent_instance;

  FlowHub *hub;
};

static void verbs_init (FlowVerbsInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FlowHubVerbs, flow_hub_verbs, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FLOW_TYPE_VERBS, verbs_init))

static void
ran_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  JsonObject *answer = flow_hub_run_verb_finish (FLOW_HUB (source), result, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify) json_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
run_async (FlowVerbs *verbs, const char *verb, JsonObject *arguments, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer data)
{
  FlowHubVerbs *self = FLOW_HUB_VERBS (verbs);
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, run_async);
  flow_hub_run_verb_async (self->hub, verb, arguments, cancellable, ran_cb, task);
}

static JsonObject *
run_finish (FlowVerbs *verbs, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
verbs_init (FlowVerbsInterface *iface)
{
  iface->run_async = run_async;
  iface->run_finish = run_finish;
}

static void
flow_hub_verbs_dispose (GObject *object)
{
  g_clear_object (&FLOW_HUB_VERBS (object)->hub);

  G_OBJECT_CLASS (flow_hub_verbs_parent_class)->dispose (object);
}

static void
flow_hub_verbs_class_init (FlowHubVerbsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_hub_verbs_dispose;
}

static void
flow_hub_verbs_init (FlowHubVerbs *self)
{
}

/**
 * flow_hub_verbs_new:
 * @hub: a hub that runs
 *
 * Returns: (transfer full): what runs its verbs
 */
FlowHubVerbs *
flow_hub_verbs_new (FlowHub *hub)
{
  FlowHubVerbs *self = g_object_new (FLOW_TYPE_HUB_VERBS, NULL);

  self->hub = g_object_ref (hub);
  return self;
}
