/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-guard.h"
#include "hub/flow-hub-private.h"

#define ALLOWED_ORIGINS "allowed-origins"
#define DENIED_ORIGINS "denied-origins"

typedef struct
{
  FlowHub *hub;
  char *origin;
  FlowOriginAnswer answer;
} OriginCall;

/* Puts the origin into a list of the settings, or takes it out. */
static gboolean
set_listed (FlowHub *self, const char *key, const char *origin, gboolean listed, GError **error)
{
  g_autoptr (GVariant) before = flow_settings_get (self->live_settings, key, error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree const char **origins = NULL;
  g_auto (GStrv) after = NULL;

  if (before == NULL)
    return FALSE;
  origins = g_variant_get_strv (before, NULL);
  if (g_strv_contains (origins, origin) == listed)
    return TRUE;
  for (gsize i = 0; origins[i] != NULL; i++)
    {
      if (!g_str_equal (origins[i], origin))
        g_strv_builder_add (builder, origins[i]);
    }
  if (listed)
    g_strv_builder_add (builder, origin);
  after = g_strv_builder_end (builder);
  return flow_settings_set (self->live_settings, key, g_variant_new_strv ((const char *const *) after, -1), error);
}

static void
origin_call (gpointer data)
{
  OriginCall *call = data;

  if (call->answer == FLOW_ORIGIN_ALLOW_ONCE)
    flow_hub_allow_once (call->hub, call->origin);
  else if (call->answer == FLOW_ORIGIN_FORGET)
    flow_native_doorway_close_origin (flow_hub_wire_get_native (call->hub->wire), call->origin);
  /* What is allowed or denied is in the settings; here is who asked. */
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
 * @answer: what becomes of it
 * @error: return location
 *
 * Allow an origin, deny it, or forget about it. On the owner's thread, and without waiting for the hub's: what is
 * posted to that after this finds the change done.
 *
 * Returns: %FALSE with the error of the settings
 */
gboolean
flow_hub_change_origin (FlowHub *self, const char *origin, FlowOriginAnswer answer, GError **error)
{
  OriginCall *call;

  if (!set_listed (self, DENIED_ORIGINS, origin, answer == FLOW_ORIGIN_DENY, error) ||
      !set_listed (self, ALLOWED_ORIGINS, origin, answer == FLOW_ORIGIN_ALLOW, error))
    return FALSE;
  call = g_new (OriginCall, 1);
  *call = (OriginCall) { self, g_strdup (origin), answer };
  flow_worker_invoke (self->worker, origin_call, call, origin_call_free);
  return TRUE;
}

/**
 * flow_hub_answer_origin:
 * @self: a hub
 * @origin: an origin of [signal@FlowHub::origin-asked]
 * @answer: what becomes of it
 *
 * Answer who asked. Does nothing when the hub has stopped meanwhile.
 */
void
flow_hub_answer_origin (FlowHub *self, const char *origin, FlowOriginAnswer answer)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (FLOW_IS_HUB (self) && origin != NULL);

  if (self->state != FLOW_HUB_RUNNING)
    return;
  if (!flow_hub_change_origin (self, origin, answer, &error))
    g_warning ("The answer to %s is not kept: %s", origin, error->message);
}
