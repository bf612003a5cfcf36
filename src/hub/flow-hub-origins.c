/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-guard.h"
#include "hub/flow-hub-private.h"

#define ALLOWED_ORIGINS "allowed-origins"

typedef struct
{
  FlowHub *hub;
  char *origin;
  FlowOriginChange change;
} OriginCall;

/* Puts the origin into the settings, or takes it out of them. */
static gboolean
set_allowed (FlowHub *self, const char *origin, gboolean allowed, GError **error)
{
  g_autoptr (GVariant) before = flow_settings_get (self->live_settings, ALLOWED_ORIGINS, error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree const char **origins = NULL;
  g_auto (GStrv) after = NULL;

  if (before == NULL)
    return FALSE;
  origins = g_variant_get_strv (before, NULL);
  for (gsize i = 0; origins[i] != NULL; i++)
    {
      if (!g_str_equal (origins[i], origin))
        g_strv_builder_add (builder, origins[i]);
    }
  if (allowed)
    g_strv_builder_add (builder, origin);
  after = g_strv_builder_end (builder);
  return flow_settings_set (self->live_settings, ALLOWED_ORIGINS, g_variant_new_strv ((const char *const *) after, -1),
                            error);
}

static void
origin_call (gpointer data)
{
  OriginCall *call = data;

  if (call->change == FLOW_ORIGIN_DENY)
    flow_origins_deny (call->hub->origins, call->origin);
  else
    flow_origins_forget (call->hub->origins, call->origin);
}

static void
origin_call_free (gpointer data)
{
  OriginCall *call = data;

  g_free (call->origin);
  g_free (call);
}

/**
 * flow_hub_change_origin:
 * @self: a running hub
 * @origin: a web origin
 * @change: what becomes of it
 * @error: return location
 *
 * Allow an origin, deny it for this run, or forget about it. On the owner's thread, and without waiting for the hub's:
 * what is posted to that after this finds the change done.
 *
 * Returns: %FALSE with the error of the settings
 */
gboolean
flow_hub_change_origin (FlowHub *self, const char *origin, FlowOriginChange change, GError **error)
{
  OriginCall *call;

  if (!set_allowed (self, origin, change == FLOW_ORIGIN_ALLOW, error))
    return FALSE;
  call = g_new (OriginCall, 1);
  *call = (OriginCall) { self, g_strdup (origin), change };
  flow_worker_invoke (self->worker, origin_call, call, origin_call_free);
  return TRUE;
}

/**
 * flow_hub_answer_origin:
 * @self: a hub
 * @origin: an origin of [signal@FlowHub::origin-asked]
 * @allow: whether its pages may speak with the hub, from now on; else they are refused without asking until the hub
 *   starts anew
 *
 * Answer who asked. Does nothing when the hub has stopped meanwhile.
 */
void
flow_hub_answer_origin (FlowHub *self, const char *origin, gboolean allow)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (FLOW_IS_HUB (self) && origin != NULL);

  if (self->state != FLOW_HUB_RUNNING)
    return;
  if (!flow_hub_change_origin (self, origin, allow ? FLOW_ORIGIN_ALLOW : FLOW_ORIGIN_DENY, &error))
    g_warning ("The answer to %s is not kept: %s", origin, error->message);
}
