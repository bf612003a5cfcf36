/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "wire/flow-wire-private.h"

/* Connections that are taken before others get their turn. */
#define TURN_CONNECTIONS 64
/* How long nothing is accepted when there are no descriptors left. */
#define PAUSE_MS 100

static void
listener_free_cb (uv_handle_t *handle)
{
  FlowWireListener *listener = (FlowWireListener *) handle;

  g_clear_object (&listener->socket);
  g_free (listener);
}

/* Without a descriptor for it the connection stays in the kernel's queue, and would wake us for ever. */
static void
pause_listeners (FlowWire *self)
{
  if (!self->warned)
    g_warning ("no connection can be accepted: %s", g_strerror (errno));
  self->warned = TRUE;
  for (guint i = 0; i < self->listeners->len; i++)
    uv_poll_stop (&((FlowWireListener *) g_ptr_array_index (self->listeners, i))->poll);
  self->accept_again_ms = flow_wire_now (self) + PAUSE_MS;
  flow_wire_due_arm (self);
}

static void
accept_cb (uv_poll_t *poll, int status, int events)
{
  FlowWireListener *listener = (FlowWireListener *) poll;
  FlowWire *self = listener->wire;
  int on = 1;

  for (guint i = 0; i < TURN_CONNECTIONS; i++)
    {
      int fd = accept4 (g_socket_get_fd (listener->socket), NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd < 0)
        {
          if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            pause_listeners (self);
          if (errno == ECONNABORTED || errno == EINTR)
            continue;
          return;
        }
      self->warned = FALSE;
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      flow_wire_connection_new (self, fd, listener->doorway);
    }
}

/**
 * flow_wire_listeners_add:
 * @self: a wire
 * @doorway: the number of the doorway
 * @sockets: (element-type GSocket): listening sockets
 *
 * Accept connections. On the wire's thread.
 */
void
flow_wire_listeners_add (FlowWire *self, guint doorway, GPtrArray *sockets)
{
  for (guint i = 0; i < sockets->len && self->stop_ms == 0; i++)
    {
      FlowWireListener *listener = g_new0 (FlowWireListener, 1);
      int code;

      listener->wire = self;
      listener->doorway = doorway;
      listener->socket = g_object_ref (g_ptr_array_index (sockets, i));
      code = uv_poll_init (&self->loop, &listener->poll, g_socket_get_fd (listener->socket));
      if (code != 0)
        {
          g_warning ("a socket cannot be listened to: %s", uv_strerror (code));
          listener_free_cb ((uv_handle_t *) listener);
          continue;
        }
      g_ptr_array_add (self->listeners, listener);
      uv_poll_start (&listener->poll, UV_READABLE, accept_cb);
    }
}

/** flow_wire_listeners_resume: accept again, after there were no descriptors. */
void
flow_wire_listeners_resume (FlowWire *self)
{
  self->accept_again_ms = 0;
  for (guint i = 0; i < self->listeners->len; i++)
    uv_poll_start (&((FlowWireListener *) g_ptr_array_index (self->listeners, i))->poll, UV_READABLE, accept_cb);
}

/** flow_wire_listeners_close: accept nothing any more. */
void
flow_wire_listeners_close (FlowWire *self)
{
  self->accept_again_ms = 0;
  for (guint i = 0; i < self->listeners->len; i++)
    uv_close (g_ptr_array_index (self->listeners, i), listener_free_cb);
  g_ptr_array_set_size (self->listeners, 0);
}
