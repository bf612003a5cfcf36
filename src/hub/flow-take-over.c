/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-take-over"

#include "hub/flow-take-over.h"

#include "base/flow-error.h"
#include "hub/flow-discovery.h"
#include "hub/flow-hub-call.h"
#include "hub/flow-process.h"

/* A hub that hands over first answers what it has begun, and then seals and tidies. */
#define HANDOVER_US (30 * G_USEC_PER_SEC)
/* Who has the lock but is no hub is a command, and those are short. */
#define COMMAND_US (2 * G_USEC_PER_SEC)
#define LOOK_MS 20

/* Sleep, but wake up when cancelled. */
static void
wait_a_moment (GCancellable *cancellable)
{
  GPollFD poll = { 0 };
  gboolean has_fd = g_cancellable_make_pollfd (cancellable, &poll);

  g_poll (&poll, has_fd ? 1 : 0, LOOK_MS);
  if (has_fd)
    g_cancellable_release_fd (cancellable);
}

/* Returns FALSE and the error when it may not be waited for. */
static gboolean
wait_for_lock (FlowContext *context, gint64 until_us, FlowDataLock **lock, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) local = NULL;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (flow_data_lock_acquire (context, lock, &local))
        return TRUE;
      if (!g_error_matches (local, FLOW_ERROR, FLOW_ERROR_LOCKED) || g_get_monotonic_time () >= until_us)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      wait_a_moment (cancellable);
    }
}

/* The hub that has this data directory. `$FLOWSCOPE_HUB` may name another one. */
static FlowDiscovery *
find_holder (FlowContext *context)
{
  const char *data_dir = flow_context_get_data_dir (context);
  g_autoptr (FlowDiscovery) hub = flow_discovery_find (context, data_dir, NULL);

  return hub != NULL && g_strcmp0 (hub->data_dir, data_dir) == 0 ? g_steal_pointer (&hub) : NULL;
}

static gboolean
ask (const FlowDiscovery *hub, GCancellable *cancellable, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_hub_call_new (hub, "handover");
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) local = NULL;

  flow_hub_call_set_cancellable (call, cancellable);
  answer = flow_hub_call_run (call, NULL, &local);
  if (answer != NULL)
    return TRUE;
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_LOCKED,
                 "The hub with process id %" G_GINT64_FORMAT " does not hand over its data folder: %s", hub->pid,
                 local->message);
  return FALSE;
}

/**
 * flow_take_over:
 * @context: says which data directory
 * @waiting: (nullable): called once when another hub is asked and waited for
 * @data: for @waiting
 * @unit: (out) (optional) (nullable): the systemd user unit that the other hub was, so that it can be started again;
 *   also when this fails after the other hub was asked
 * @cancellable: (nullable): ends the waiting
 * @error: return location
 *
 * Take the lock of the data directory, from the hub that has it if there is one: it is asked by `/control/handover` to
 * answer what it has begun, close its files and end. Blocks until it has
 * answered, and then up to 30 s.
 *
 * Returns: (transfer full) (nullable): the lock; %NULL with %FLOW_ERROR_LOCKED when the holder refuses, is not a hub,
 *   or is still there after that time; `G_IO_ERROR_CANCELLED`; or the codes of flow_data_lock_acquire()
 */
FlowDataLock *
flow_take_over (FlowContext *context, void (*waiting) (gpointer data), gpointer data, char **unit,
                GCancellable *cancellable, GError **error)
{
  g_autoptr (FlowDiscovery) hub = NULL;
  g_autofree char *its_unit = NULL;
  FlowDataLock *lock = NULL;
  g_autoptr (GError) local = NULL;
  gboolean asked;

  if (flow_data_lock_acquire (context, &lock, &local))
    return lock;
  if (!g_error_matches (local, FLOW_ERROR, FLOW_ERROR_LOCKED))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  hub = find_holder (context);
  if (hub == NULL)
    return wait_for_lock (context, g_get_monotonic_time () + COMMAND_US, &lock, cancellable, error) ? lock : NULL;
  its_unit = flow_process_get_unit (hub->pid);
  if (waiting != NULL)
    waiting (data);
  asked = ask (hub, cancellable, error);
  /* It ends now, or may do so, whatever becomes of the waiting. */
  if (unit != NULL && (asked || g_cancellable_is_cancelled (cancellable)))
    *unit = g_steal_pointer (&its_unit);
  if (!asked)
    return NULL;
  if (!wait_for_lock (context, g_get_monotonic_time () + HANDOVER_US, &lock, cancellable, error))
    return NULL;
  g_message ("The hub with process id %" G_GINT64_FORMAT " has handed over", hub->pid);
  return lock;
}
