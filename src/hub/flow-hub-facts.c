/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-facts.h"

#include "base/flow-error.h"
#include "hub/flow-hub-private.h"

/* How a change ended, on its way from the writer's thread to the asker's. */
typedef struct
{
  FlowTraceFacts *before;
  FlowTraceFacts *after;
  GError *error;
} Outcome;

static void
outcome_free (gpointer data)
{
  Outcome *self = data;

  g_clear_pointer (&self->before, flow_trace_facts_unref);
  g_clear_pointer (&self->after, flow_trace_facts_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static gboolean
deliver_cb (gpointer data)
{
  Outcome *outcome = g_task_get_task_data (data);

  if (outcome->error != NULL)
    g_task_return_error (data, g_steal_pointer (&outcome->error));
  else
    g_task_return_pointer (data, g_steal_pointer (&outcome->after), (GDestroyNotify) flow_trace_facts_unref);
  return G_SOURCE_REMOVE;
}

/* On the writer's thread. The last reference goes with the answer: the hub must not end on this thread. */
static void
changed_cb (FlowTraceFacts *before, FlowTraceFacts *after, const GError *error, gpointer data)
{
  GTask *task = data;
  Outcome *outcome = g_task_get_task_data (task);
  g_autoptr (GSource) source = g_idle_source_new ();

  outcome->before = before != NULL ? flow_trace_facts_ref (before) : NULL;
  outcome->after = after != NULL ? flow_trace_facts_ref (after) : NULL;
  outcome->error = error != NULL ? g_error_copy (error) : NULL;
  /* Not g_main_context_invoke(): that would deliver it here while nobody iterates the asker's context. */
  g_source_set_name (source, "flow-hub-facts");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver_cb, task, g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

/**
 * flow_hub_change_facts_async:
 * @self: a hub
 * @change: (transfer full): what is to become of the facts about a trace
 * @callback: called on the thread of the caller, when it is durable
 * @data: for @callback
 *
 * Change the title, note, tags or pin of a trace. Call it on the thread that owns the hub. Fails with
 * %FLOW_ERROR_NOT_RUNNING, %FLOW_ERROR_NOT_FOUND for a trace that is gone, %FLOW_ERROR_BUSY, %FLOW_ERROR_TOO_LARGE,
 * %FLOW_ERROR_DISK_FULL.
 */
void
flow_hub_change_facts_async (FlowHub *self, FlowFactChange *change, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  GError *error = NULL;

  g_task_set_source_tag (task, flow_hub_change_facts_async);
  g_task_set_task_data (task, g_new0 (Outcome, 1), outcome_free);
  if (self->traces == NULL || !flow_hub_is_running (self))
    {
      flow_fact_change_free (change);
      g_task_return_new_error (task, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING, "the hub is not running");
      g_object_unref (task);
    }
  else if (!flow_trace_store_change_facts (self->traces, change, changed_cb, task, NULL, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
    }
}

/**
 * flow_hub_change_facts_finish:
 * @self: a hub
 * @result: what the callback got
 * @before: (out) (optional) (nullable) (transfer full): what was said before, %NULL when nothing was
 * @error: return location
 *
 * Returns: (transfer full): what is said about the trace now, or %NULL with @error
 */
FlowTraceFacts *
flow_hub_change_facts_finish (FlowHub *self, GAsyncResult *result, FlowTraceFacts **before, GError **error)
{
  Outcome *outcome;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  outcome = g_task_get_task_data (G_TASK (result));
  if (before != NULL)
    *before = g_steal_pointer (&outcome->before);
  return g_task_propagate_pointer (G_TASK (result), error);
}
