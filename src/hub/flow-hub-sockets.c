/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-sockets.h"

#include "hub/doorways/flow-atomic-chrome.h"
#include "hub/doorways/flow-emacs-editor.h"
#include "hub/doorways/flow-ghost-text.h"
#include "hub/doorways/flow-web-sync-http.h"
#include "hub/flow-hub-private.h"

/* Where Atomic Chrome looks for an editor. */
#define ATOMIC_CHROME_PORT 64292

/**
 * FlowHubSockets:
 *
 * The doorways through which texts of pages come that are not native: web-dev-sync, GhostText and Atomic Chrome, each
 * at its own port and by its path at the hub's; and an Emacs that listens where Atomic Chrome looks. Belongs to the hub
 * thread.
 */
struct _FlowHubSockets
{
  FlowHub *hub;
  FlowWebSync *web_sync;
  FlowFieldDoorway *ghost_text;
  FlowFieldDoorway *atomic_chrome;
  FlowEmacsEditor *emacs;
};

static void
add (FlowHubSockets *self, FlowHubDoorway listener, const char *path, FlowSocketDoorway *doorway)
{
  flow_hub_wire_add (self->hub->wire, listener, path, &flow_socket_doorway_class, doorway);
}

static void
add_places (FlowHubSockets *self)
{
  FlowSocketDoorway *web_sync = flow_web_sync_get_sockets (self->web_sync);
  FlowSocketDoorway *ghost_text = flow_field_doorway_get_sockets (self->ghost_text);
  FlowSocketDoorway *atomic_chrome = flow_field_doorway_get_sockets (self->atomic_chrome);

  add (self, FLOW_HUB_DOORWAY_HUB, FLOW_WEB_SYNC_SOCKET, web_sync);
  add (self, FLOW_HUB_DOORWAY_WEB_DEV_SYNC, FLOW_WEB_SYNC_SOCKET, web_sync);
  add (self, FLOW_HUB_DOORWAY_WEB_DEV_SYNC, "/ws", web_sync);
  add (self, FLOW_HUB_DOORWAY_WEB_DEV_SYNC, "/", web_sync);
  if (self->hub->sync_path != NULL)
    add (self, FLOW_HUB_DOORWAY_WEB_DEV_SYNC, self->hub->sync_path, web_sync);
  add (self, FLOW_HUB_DOORWAY_HUB, FLOW_GHOST_TEXT_PATH, ghost_text);
  add (self, FLOW_HUB_DOORWAY_GHOSTTEXT, "/", ghost_text);
  add (self, FLOW_HUB_DOORWAY_HUB, FLOW_ATOMIC_CHROME_PATH, atomic_chrome);
  add (self, FLOW_HUB_DOORWAY_ATOMIC_CHROME, "/", atomic_chrome);
}

/* Whoever listens there when the hub does not. */
static guint
get_emacs_port (FlowHub *hub)
{
  const FlowHubPort *port = &hub->ports[FLOW_HUB_DOORWAY_ATOMIC_CHROME];
  guint number = port->wanted != 0 ? port->wanted : ATOMIC_CHROME_PORT;

  return port->on && port->port == number ? 0 : number;
}

/**
 * flow_hub_sockets_new:
 * @hub: a hub whose wire does not listen yet
 *
 * Make the doorways for the calling thread.
 *
 * Returns: (transfer full): the doorways
 */
FlowHubSockets *
flow_hub_sockets_new (FlowHub *hub)
{
  FlowHubSockets *self = g_new0 (FlowHubSockets, 1);
  FlowSocketParts parts = { flow_hub_wire_get_wire (hub->wire), hub->calls, hub->refusals };

  self->hub = hub;
  self->web_sync = flow_web_sync_new (&parts, hub->sync_heartbeat_ms);
  self->ghost_text = flow_field_doorway_new (&flow_ghost_text, &parts);
  self->atomic_chrome = flow_field_doorway_new (&flow_atomic_chrome, &parts);
  self->emacs = flow_emacs_editor_new (get_emacs_port (hub));
  add_places (self);
  return self;
}

/**
 * flow_hub_sockets_free:
 * @self: (transfer full): doorways whose wire has stopped, and has told everything
 *
 * Free them.
 */
void
flow_hub_sockets_free (FlowHubSockets *self)
{
  flow_emacs_editor_free (self->emacs);
  flow_field_doorway_free (self->atomic_chrome);
  flow_field_doorway_free (self->ghost_text);
  flow_web_sync_free (self->web_sync);
  g_free (self);
}

/**
 * flow_hub_sockets_open:
 * @self: doorways
 * @edits: the texts that are edited; live until the doorways are closed
 *
 * Let pages and editors in.
 */
void
flow_hub_sockets_open (FlowHubSockets *self, FlowHubEdits *edits)
{
  flow_web_sync_open (self->web_sync, edits);
  flow_field_doorway_open (self->ghost_text, edits);
  flow_field_doorway_open (self->atomic_chrome, edits);
  flow_emacs_editor_open (self->emacs, edits);
}

/** flow_hub_sockets_close: close all connections; the texts stay as they are. */
void
flow_hub_sockets_close (FlowHubSockets *self)
{
  flow_socket_doorway_close (flow_web_sync_get_sockets (self->web_sync));
  flow_socket_doorway_close (flow_field_doorway_get_sockets (self->ghost_text));
  flow_socket_doorway_close (flow_field_doorway_get_sockets (self->atomic_chrome));
  flow_emacs_editor_close (self->emacs);
}

/** flow_hub_sockets_close_client: close what a client has open that is paired no more. */
void
flow_hub_sockets_close_client (FlowHubSockets *self, const char *client)
{
  flow_socket_doorway_close_client (flow_web_sync_get_sockets (self->web_sync), client);
  flow_socket_doorway_close_client (flow_field_doorway_get_sockets (self->ghost_text), client);
  flow_socket_doorway_close_client (flow_field_doorway_get_sockets (self->atomic_chrome), client);
}

/** flow_hub_sockets_close_origin: close what pages have open that are not allowed any more. */
void
flow_hub_sockets_close_origin (FlowHubSockets *self, const char *origin)
{
  flow_socket_doorway_close_origin (flow_web_sync_get_sockets (self->web_sync), origin);
  flow_socket_doorway_close_origin (flow_field_doorway_get_sockets (self->ghost_text), origin);
  flow_socket_doorway_close_origin (flow_field_doorway_get_sockets (self->atomic_chrome), origin);
}

static FlowHttpRoute
route_ghost_text (FlowHub *hub)
{
  const FlowHubPort *port = &hub->ports[FLOW_HUB_DOORWAY_GHOSTTEXT];

  if (!port->on)
    port = &hub->ports[FLOW_HUB_DOORWAY_HUB];
  return (FlowHttpRoute) { &flow_ghost_text_handler, GUINT_TO_POINTER (port->port) };
}

/**
 * flow_hub_sockets_find_route:
 * @self: doorways
 * @listener: where a request came in
 * @path: its path
 * @route: (out): who answers it
 *
 * Find out whether a plain request is for one of them. Behind their own ports is nothing else.
 *
 * Returns: whether it is
 */
gboolean
flow_hub_sockets_find_route (FlowHubSockets *self, guint listener, const char *path, FlowHttpRoute *route)
{
  if (listener == FLOW_HUB_DOORWAY_GHOSTTEXT ||
      (listener == FLOW_HUB_DOORWAY_HUB && g_str_equal (path, FLOW_GHOST_TEXT_PATH)))
    *route = route_ghost_text (self->hub);
  else if (listener == FLOW_HUB_DOORWAY_WEB_DEV_SYNC || listener == FLOW_HUB_DOORWAY_ATOMIC_CHROME ||
           flow_web_sync_has_path (path))
    *route = flow_web_sync_route (self->web_sync, path);
  else
    return FALSE;
  return TRUE;
}

/**
 * flow_hub_sockets_count:
 * @self: doorways
 * @doorway: one of them
 *
 * Returns: how many connections it has
 */
guint
flow_hub_sockets_count (FlowHubSockets *self, FlowHubDoorway doorway)
{
  switch (doorway)
    {
    case FLOW_HUB_DOORWAY_WEB_DEV_SYNC:
      return flow_socket_doorway_get_peers (flow_web_sync_get_sockets (self->web_sync))->length;
    case FLOW_HUB_DOORWAY_GHOSTTEXT:
      return flow_socket_doorway_get_peers (flow_field_doorway_get_sockets (self->ghost_text))->length;
    case FLOW_HUB_DOORWAY_ATOMIC_CHROME:
      return flow_socket_doorway_get_peers (flow_field_doorway_get_sockets (self->atomic_chrome))->length;
    case FLOW_HUB_DOORWAY_HUB:
    case FLOW_HUB_DOORWAY_OTLP:
    case FLOW_HUB_N_DOORWAYS:
    default:
      return 0;
    }
}
