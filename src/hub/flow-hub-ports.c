/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include <gio/gio.h>

#include "hub/flow-hub-private.h"
#include "wire/flow-listen.h"

#define DEFAULT_HUB_PORT 31847
/* 31848 stays free: it is the port that editor extensions of this family listen on. */
#define FIRST_FURTHER_PORT 31849
#define LAST_FURTHER_PORT 31856

static GPtrArray *
try_port (FlowHubPort *port, guint number, GError **error)
{
  GPtrArray *sockets;

  g_clear_error (error);
  sockets = flow_listen_loopback (number, &port->port, error);
  port->on = sockets != NULL;
  return sockets;
}

/* The next free one of the range that clients look through, else any. */
static GPtrArray *
find_hub_port (FlowHubPort *port, GError **error)
{
  GPtrArray *sockets = try_port (port, port->wanted, error);

  if (sockets != NULL || port->wanted == 0)
    return sockets;
  sockets = port->wanted != DEFAULT_HUB_PORT ? try_port (port, DEFAULT_HUB_PORT, error) : NULL;
  for (guint number = FIRST_FURTHER_PORT; sockets == NULL && number <= LAST_FURTHER_PORT; number++)
    sockets = try_port (port, number, error);
  return sockets != NULL ? sockets : try_port (port, 0, error);
}

static GPtrArray *
find_otlp_port (FlowHubPort *port, GError **error)
{
  GPtrArray *sockets = try_port (port, port->wanted, error);

  return sockets != NULL || port->wanted == 0 ? sockets : try_port (port, 0, error);
}

static void
explain (FlowHubPort *port)
{
  if (!port->on || port->wanted == 0 || port->port == port->wanted)
    return;
  port->reason = g_strdup_printf ("port %u is taken by another program", port->wanted);
  if (g_str_equal (port->name, "otlp-http"))
    port->hint = g_strdup_printf ("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:%u", port->port);
  g_message ("%s listens on port %u, as port %u is taken by another program%s%s", port->name, port->port, port->wanted,
             port->hint != NULL ? "; tell programs with " : "", port->hint != NULL ? port->hint : "");
}

static guint
choose_port (int option, guint setting)
{
  return option >= 0 ? (guint) option : setting;
}

/**
 * flow_hub_ports_listen:
 * @self: the hub
 * @settings: what the settings say
 * @sockets: (array fixed-size=2) (out): listening sockets by doorway, %NULL for a doorway that is off
 * @error: return location
 *
 * Listen on all ports. One that is taken is replaced by a free one, and `ports` says so.
 *
 * Returns: %FALSE when not even a free port can be had for the hub itself
 */
gboolean
flow_hub_ports_listen (FlowHub *self, FlowSettingsSnapshot *settings, GPtrArray **sockets, GError **error)
{
  FlowHubPort *hub = &self->ports[FLOW_HUB_DOORWAY_HUB];
  FlowHubPort *otlp = &self->ports[FLOW_HUB_DOORWAY_OTLP];
  int option = self->wanted_ports[FLOW_HUB_DOORWAY_OTLP];
  g_autoptr (GError) problem = NULL;

  *hub = (FlowHubPort) { .name = "hub" };
  hub->wanted = choose_port (self->wanted_ports[FLOW_HUB_DOORWAY_HUB], settings->hub_port);
  sockets[FLOW_HUB_DOORWAY_HUB] = find_hub_port (hub, &problem);
  if (sockets[FLOW_HUB_DOORWAY_HUB] == NULL)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&problem), "no port for the hub: ");
      return FALSE;
    }
  g_clear_error (&problem);
  explain (hub);

  *otlp = (FlowHubPort) { .name = "otlp-http" };
  if (option == FLOW_HUB_PORT_OFF || (option == FLOW_HUB_PORT_FROM_SETTINGS && !settings->otlp_http_enabled))
    {
      otlp->reason = g_strdup ("switched off");
      return TRUE;
    }
  otlp->wanted = choose_port (option, settings->otlp_http_port);
  sockets[FLOW_HUB_DOORWAY_OTLP] = find_otlp_port (otlp, &problem);
  if (!otlp->on)
    {
      otlp->reason = g_strdup (problem->message);
      g_warning ("OTLP over HTTP has no port: %s", problem->message);
    }
  g_clear_error (&problem);
  explain (otlp);
  return TRUE;
}
