/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-fetcher"

#include "app/traces/flow-trace-fetcher.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"

/* A trace that is opened. */
typedef struct
{
  guint8 trace_id[16];
  char *device; /* (nullable): where its spans are */
  gboolean fetched;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  g_free (opening->device);
  g_free (opening);
}

static void load (GTask *task);

static void
pulled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_hub_run_verb_finish (FLOW_HUB (source), result, &error);

  opening->fetched = TRUE;
  if (g_task_return_error_if_cancelled (task))
    return;
  if (answer != NULL)
    load (g_steal_pointer (&task));
  else
    g_task_return_new_error (task, FLOW_ERROR, FLOW_ERROR_FAILED, _ ("The spans of this trace are on %s. %s"),
                             opening->device != NULL ? opening->device : _ ("another device"), error->message);
}

static void
pull (GTask *task)
{
  FlowServices *services = g_task_get_source_object (task);
  Opening *opening = g_task_get_task_data (task);
  g_autoptr (JsonObject) arguments = json_object_new ();
  char hex[33];

  flow_id_to_hex (opening->trace_id, sizeof opening->trace_id, hex);
  json_object_set_string_member (arguments, "trace_id", hex);
  flow_hub_run_verb_async (flow_services_get_hub (services), "trace-pull", arguments, g_task_get_cancellable (task),
                           pulled_cb, task);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (FlowLoadedTrace) loaded = flow_trace_loader_load_finish (FLOW_TRACE_QUERIES (source), result, &error);

  if (loaded == NULL)
    {
      g_task_return_error (task, error);
    }
  else if (loaded->info->elsewhere && !opening->fetched &&
           flow_services_get_hub (g_task_get_source_object (task)) != NULL)
    {
      opening->device = g_strdup (loaded->info->device);
      pull (g_steal_pointer (&task));
    }
  else
    {
      g_task_return_pointer (task, g_steal_pointer (&loaded), (GDestroyNotify) flow_loaded_trace_free);
    }
}

static void
load (GTask *task)
{
  FlowServices *services = g_task_get_source_object (task);
  Opening *opening = g_task_get_task_data (task);

  flow_trace_loader_load_async (flow_services_get_queries (services), opening->trace_id, g_task_get_cancellable (task),
                                loaded_cb, task);
}

/**
 * flow_trace_fetcher_load_async:
 * @services: what it works with
 * @trace_id: (array fixed-size=16): the trace's id
 * @cancellable: (nullable): stops it
 * @callback: called when it is done
 * @user_data: for @callback
 *
 * Load a trace as flow_trace_loader_load_async() does. One whose spans are on another device is fetched from there
 * before.
 */
void
flow_trace_fetcher_load_async (FlowServices *services, const guint8 trace_id[16], GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (services, cancellable, callback, user_data);
  Opening *opening = g_new0 (Opening, 1);

  g_task_set_source_tag (task, flow_trace_fetcher_load_async);
  memcpy (opening->trace_id, trace_id, sizeof opening->trace_id);
  g_task_set_task_data (task, opening, opening_free);
  load (task);
}

/**
 * flow_trace_fetcher_load_finish:
 * @services: what it works with
 * @result: what the callback got
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the trace, or %NULL with %FLOW_ERROR_NOT_FOUND when it is there no more,
 *   %FLOW_ERROR_FAILED when its spans cannot be fetched
 */
FlowLoadedTrace *
flow_trace_fetcher_load_finish (FlowServices *services, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, services), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
