/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include <gio/gio.h>

#include "hub/flow-hub-private.h"
#include "wire/flow-listen.h"

#define DEFAULT_HUB_PORT 31847
/* 31848 stays free: it is the port that editor extensions of this family listen on. */
#define FIRST_FURTHER_PORT 31849
#define LAST_FURTHER_PORT 31856

static const char *const names[FLOW_HUB_N_DOORWAYS] = {
  [FLOW_HUB_DOORWAY_HUB] = "hub",
  [FLOW_HUB_DOORWAY_OTLP] = "otlp-http",
  [FLOW_HUB_DOORWAY_WEB_DEV_SYNC] = "web-dev-sync",
  [FLOW_HUB_DOORWAY_GHOSTTEXT] = "ghosttext",
  [FLOW_HUB_DOORWAY_ATOMIC_CHROME] = "atomic-chrome",
};

/* What the settings say of a doorway. */
typedef struct
{
  gboolean enabled;
  guint port;
} Setting;

/**
 * flow_hub_doorway_get_name:
 * @doorway: a doorway
 *
 * Returns: what it is called in settings, on command lines and in the status
 */
const char *
flow_hub_doorway_get_name (FlowHubDoorway doorway)
{
  g_return_val_if_fail (doorway < FLOW_HUB_N_DOORWAYS, NULL);

  return names[doorway];
}

static Setting
get_setting (const FlowSettingsSnapshot *settings, FlowHubDoorway doorway)
{
  switch (doorway)
    {
    case FLOW_HUB_DOORWAY_OTLP:
      return (Setting) { settings->otlp_http_enabled, settings->otlp_http_port };
    case FLOW_HUB_DOORWAY_WEB_DEV_SYNC:
      return (Setting) { settings->web_dev_sync_enabled, settings->web_dev_sync_port };
    case FLOW_HUB_DOORWAY_GHOSTTEXT:
      return (Setting) { settings->ghosttext_enabled, settings->ghosttext_port };
    case FLOW_HUB_DOORWAY_ATOMIC_CHROME:
      return (Setting) { settings->atomic_chrome_enabled, settings->atomic_chrome_port };
    case FLOW_HUB_DOORWAY_HUB:
    case FLOW_HUB_N_DOORWAYS:
    default:
      return (Setting) { TRUE, settings->hub_port };
    }
}

static GPtrArray *
try_port (FlowHubPort *port, guint number, GError **error)
{
  GPtrArray *sockets;

  g_clear_error (error);
  sockets = flow_listen_loopback (number, &port->port, error);
  port->on = sockets != NULL;
  /* Half of it may have been had. */
  if (!port->on)
    port->port = 0;
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
explain_elsewhere (FlowHubPort *port, FlowHubDoorway doorway)
{
  if (port->wanted == 0 || port->port == port->wanted)
    return;
  port->reason = g_strdup_printf ("port %u is taken by another program", port->wanted);
  if (doorway == FLOW_HUB_DOORWAY_OTLP)
    port->hint = g_strdup_printf ("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:%u", port->port);
  g_message ("%s listens on port %u, as port %u is taken by another program%s%s", port->name, port->port, port->wanted,
             port->hint != NULL ? "; tell programs with " : "", port->hint != NULL ? port->hint : "");
}

/* Whoever speaks this protocol looks for it at this port alone: another one would be of no use. */
static void
explain_off (FlowHubPort *port, const GError *problem)
{
  if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    {
      port->reason = g_strdup_printf ("port %u is taken by another program", port->wanted);
      port->hint = g_strdup_printf ("flowctl settings set ports.%s PORT", port->name);
    }
  else
    port->reason = g_strdup (problem->message);
  g_message ("%s is off: %s", port->name, port->reason);
}

static GPtrArray *
listen_one (FlowHubPort *port, FlowHubDoorway doorway, GError **error)
{
  switch (doorway)
    {
    case FLOW_HUB_DOORWAY_HUB:
      return find_hub_port (port, error);
    case FLOW_HUB_DOORWAY_OTLP:
      return find_otlp_port (port, error);
    case FLOW_HUB_DOORWAY_WEB_DEV_SYNC:
    case FLOW_HUB_DOORWAY_GHOSTTEXT:
    case FLOW_HUB_DOORWAY_ATOMIC_CHROME:
    case FLOW_HUB_N_DOORWAYS:
    default:
      return try_port (port, port->wanted, error);
    }
}

static GPtrArray *
open_port (FlowHub *self, const FlowSettingsSnapshot *settings, FlowHubDoorway doorway, GError **error)
{
  FlowHubPort *port = &self->ports[doorway];
  int option = self->wanted_ports[doorway];
  Setting setting = get_setting (settings, doorway);
  g_autoptr (GError) problem = NULL;
  GPtrArray *sockets;

  *port = (FlowHubPort) { .name = names[doorway] };
  if (option == FLOW_HUB_PORT_OFF || (option == FLOW_HUB_PORT_FROM_SETTINGS && !setting.enabled))
    {
      port->reason = g_strdup ("switched off");
      return NULL;
    }
  port->wanted = option >= 0 ? (guint) option : setting.port;
  sockets = listen_one (port, doorway, &problem);
  if (sockets != NULL)
    explain_elsewhere (port, doorway);
  else
    {
      explain_off (port, problem);
      g_propagate_error (error, g_steal_pointer (&problem));
    }
  return sockets;
}

/**
 * flow_hub_ports_listen:
 * @self: the hub
 * @settings: what the settings say
 * @sockets: (array fixed-size=5) (out): listening sockets by doorway, %NULL for a doorway that is off
 * @error: return location
 *
 * Listen on all ports. When one is taken, the hub itself and OTLP take a free one and the others are off; `ports` says
 * so.
 *
 * Returns: %FALSE when not even a free port can be had for the hub itself
 */
gboolean
flow_hub_ports_listen (FlowHub *self, FlowSettingsSnapshot *settings, GPtrArray **sockets, GError **error)
{
  sockets[FLOW_HUB_DOORWAY_HUB] = open_port (self, settings, FLOW_HUB_DOORWAY_HUB, error);
  if (sockets[FLOW_HUB_DOORWAY_HUB] == NULL)
    {
      g_prefix_error (error, "no port for the hub: ");
      return FALSE;
    }
  for (FlowHubDoorway i = FLOW_HUB_DOORWAY_OTLP; i < FLOW_HUB_N_DOORWAYS; i++)
    sockets[i] = open_port (self, settings, i, NULL);
  return TRUE;
}
