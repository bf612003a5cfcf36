/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-private.h"
#include "hub/flow-json-read.h"
#include "secret/flow-digest.h"

/* A verb that the owner runs, on its way to the hub thread and back. Its arguments go as text: references of JSON are
   counted without a lock. */
typedef struct
{
  FlowHub *hub;
  const FlowControlVerb *verb;
  char *arguments;
  JsonObject *answer;
  GError *error;
} Verb;

static void
verb_free (gpointer data)
{
  Verb *verb = data;

  flow_digest_wipe (verb->arguments, strlen (verb->arguments));
  g_free (verb->arguments);
  g_clear_pointer (&verb->answer, json_object_unref);
  g_clear_error (&verb->error);
  g_free (verb);
}

static gboolean
deliver_cb (gpointer data)
{
  g_autoptr (GTask) task = data;
  Verb *verb = g_task_get_task_data (task);
  g_autoptr (FlowHub) hub = g_object_ref (verb->hub);

  hub->verbs--;
  if (verb->error != NULL)
    g_task_return_error (task, g_steal_pointer (&verb->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&verb->answer), (GDestroyNotify) json_object_unref);
  flow_hub_go_on_stopping (hub);
  return G_SOURCE_REMOVE;
}

/* On the hub thread. The last reference goes with the answer: the hub must not end on this thread. */
static void
done_cb (GBytes *answer, const GError *error, gpointer data)
{
  GTask *task = data;
  Verb *verb = g_task_get_task_data (task);
  gsize length;
  const char *text;

  if (error != NULL)
    verb->error = g_error_copy (error);
  else
    {
      text = g_bytes_get_data (answer, &length);
      verb->answer = flow_json_read_object (text, length, &verb->error);
    }
  flow_hub_run_on_owner (verb->hub, deliver_cb, task, NULL);
}

static char *
write_arguments (JsonObject *arguments)
{
  g_autoptr (JsonNode) node = json_node_alloc ();

  if (arguments == NULL)
    return g_strdup ("{}");
  json_node_init_object (node, arguments);
  return json_to_string (node, FALSE);
}

static void
run_call (gpointer data)
{
  Verb *verb = g_task_get_task_data (data);
  g_autoptr (JsonObject) arguments = flow_json_read_object (verb->arguments, strlen (verb->arguments), NULL);

  flow_control_run (verb->hub, verb->verb, arguments, done_cb, data);
}

/**
 * flow_hub_run_verb_async:
 * @self: a hub
 * @verb: a verb of `POST /control/VERB`
 * @arguments: (nullable): its arguments
 * @cancellable: (nullable): whether the answer is wanted; what has begun is done
 * @callback: called on this thread with the answer
 * @data: for @callback
 *
 * Do what a control verb says, as clients of the hub can. On the thread that owns the hub.
 */
void
flow_hub_run_verb_async (FlowHub *self, const char *verb, JsonObject *arguments, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data)
{
  const FlowControlVerb *found;
  GTask *task;
  Verb *call;

  g_return_if_fail (FLOW_IS_HUB (self) && verb != NULL);

  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, flow_hub_run_verb_async);
  found = flow_control_find_verb (verb);
  if (found == NULL || !flow_hub_is_running (self))
    {
      if (found == NULL)
        g_task_return_new_error (task, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "there is no such command");
      else
        g_task_return_new_error (task, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING, "the hub is not running");
      g_object_unref (task);
      return;
    }
  call = g_new0 (Verb, 1);
  call->hub = self;
  call->verb = found;
  call->arguments = write_arguments (arguments);
  g_task_set_task_data (task, call, verb_free);
  self->verbs++;
  flow_worker_invoke (self->worker, run_call, task, NULL);
}

/**
 * flow_hub_run_verb_finish:
 * @self: the hub
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the verb, %FLOW_ERROR_NOT_FOUND for a verb that there is not, %FLOW_ERROR_NOT_RUNNING.
 *
 * Returns: (transfer full): the answer, or %NULL with @error
 */
JsonObject *
flow_hub_run_verb_finish (FlowHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
