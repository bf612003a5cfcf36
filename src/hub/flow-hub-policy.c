/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include <unistd.h>

#include "hub/flow-hub-private.h"

/* Who may speak, put together from the settings, this run's options, the paired clients and the user's answers. */

/* For how long an origin is let in that is allowed once. What it has opened in that time stays open. */
#define ONCE_S 60

typedef struct
{
  FlowHub *hub;
  char *origin;
  GSource *end;
} Once;

static void
once_free (gpointer data)
{
  Once *once = data;

  g_source_destroy (once->end);
  g_source_unref (once->end);
  g_free (once->origin);
  g_free (once);
}

static gboolean
once_end_cb (gpointer data)
{
  Once *once = data;
  FlowHub *self = once->hub;

  g_ptr_array_remove (self->once, once);
  flow_hub_use_policy (self);
  return G_SOURCE_REMOVE;
}

/**
 * flow_hub_allow_once:
 * @self: a hub
 * @origin: a web origin
 *
 * Let an origin in for a minute; who waits is let in now. On the hub thread.
 */
void
flow_hub_allow_once (FlowHub *self, const char *origin)
{
  Once *once = g_new0 (Once, 1);

  once->hub = self;
  once->origin = g_strdup (origin);
  once->end = g_timeout_source_new_seconds (ONCE_S);
  g_source_set_name (once->end, "flow-hub-once");
  g_source_set_callback (once->end, once_end_cb, once, NULL);
  g_source_attach (once->end, g_main_context_get_thread_default ());
  if (self->once == NULL)
    self->once = g_ptr_array_new_with_free_func (once_free);
  g_ptr_array_add (self->once, once);
  flow_hub_use_policy (self);
}

static void
collect_origins (FlowHub *self)
{
  g_clear_pointer (&self->allowed_origins, g_ptr_array_unref);
  self->allowed_origins = g_ptr_array_new ();
  for (gsize i = 0; self->settings->allowed_origins[i] != NULL; i++)
    g_ptr_array_add (self->allowed_origins, (gpointer) self->settings->allowed_origins[i]);
  for (gsize i = 0; self->run_origins != NULL && self->run_origins[i] != NULL; i++)
    g_ptr_array_add (self->allowed_origins, self->run_origins[i]);
  for (guint i = 0; self->once != NULL && i < self->once->len; i++)
    g_ptr_array_add (self->allowed_origins, ((Once *) self->once->pdata[i])->origin);
  g_ptr_array_add (self->allowed_origins, NULL);
}

/* Pages that were let in before the user denied them. */
static void
close_denied (FlowHub *self)
{
  for (gsize i = 0; self->settings->denied_origins[i] != NULL; i++)
    {
      flow_native_doorway_close_origin (flow_hub_wire_get_native (self->wire), self->settings->denied_origins[i]);
      flow_hub_sockets_close_origin (self->sockets, self->settings->denied_origins[i]);
    }
}

/**
 * flow_hub_use_policy:
 * @self: a hub
 *
 * Have everybody who judges go by what is allowed now, and answer those who waited for it. On the hub thread.
 */
void
flow_hub_use_policy (FlowHub *self)
{
  FlowGuardPolicy policy = {
    .token = self->token,
    .port = self->ports[FLOW_HUB_DOORWAY_HUB].port,
    .pages_port = self->ports[FLOW_HUB_DOORWAY_WEB_DEV_SYNC].port,
    .own_uid = getuid (),
    .allow_other_users = self->settings->allow_other_users,
    .allowed_hosts = self->settings->allowed_hosts,
    .denied_origins = self->settings->denied_origins,
  };

  collect_origins (self);
  policy.allowed_origins = (const char *const *) self->allowed_origins->pdata;
  if (self->clients != NULL)
    policy.clients = flow_clients_get_guard (self->clients, &policy.n_clients);
  flow_http_server_set_policy (self->server, &policy);
  flow_gate_set_policy (flow_hub_wire_get_gate (self->wire), &policy);
  flow_hub_settle_origins (self);
  close_denied (self);
}

/**
 * flow_hub_settle_origins:
 * @self: a hub
 *
 * Answer the pages about which the user has decided. On the hub thread.
 */
void
flow_hub_settle_origins (FlowHub *self)
{
  flow_hub_waits_settle (flow_hub_wire_get_waits (self->wire), (const char *const *) self->allowed_origins->pdata,
                         self->settings->denied_origins);
}

/**
 * flow_hub_origin_asked:
 * @self: a hub
 * @origin: a web origin that is neither allowed nor denied
 *
 * Hear that a page wants in; the user is asked once for each origin. On the hub thread.
 */
void
flow_hub_origin_asked (FlowHub *self, const char *origin)
{
  if (flow_origins_asked (self->origins, origin))
    flow_hub_news_origin (self->news, origin);
}

/**
 * flow_hub_client_used:
 * @client: the id of a paired client
 * @kind: what it says that it is
 * @hub: a hub
 *
 * Judge a paired client that says `hello`. On the hub thread.
 *
 * Returns: whether it may be that
 */
gboolean
flow_hub_client_used (const char *client, FlowChannelKind kind, gpointer hub)
{
  return flow_clients_used (((FlowHub *) hub)->clients, client, flow_channel_kind_get_name (kind));
}

/**
 * flow_hub_forget_client:
 * @self: a hub
 * @client: the id of a paired client
 * @error: return location
 *
 * Take a client's token back, and close what it has open. On the hub thread.
 *
 * Returns: %FALSE with the errors of flow_clients_remove()
 */
gboolean
flow_hub_forget_client (FlowHub *self, const char *client, GError **error)
{
  if (!flow_clients_remove (self->clients, client, error))
    return FALSE;
  flow_hub_use_policy (self);
  flow_native_doorway_close_client (flow_hub_wire_get_native (self->wire), client);
  flow_hub_sockets_close_client (self->sockets, client);
  return TRUE;
}
