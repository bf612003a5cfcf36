/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-listen"

#include "wire/flow-listen.h"

#define BACKLOG 512
#define ATTEMPTS 64

static GSocket *
listen_on (GSocketFamily family, guint port, guint *chosen, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (family);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, (guint16) port);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket = NULL;

  socket = g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return NULL;
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, wanted, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  bound = g_socket_get_local_address (socket, error);
  if (bound == NULL)
    return NULL;
  *chosen = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return g_steal_pointer (&socket);
}

/* Both families on one port. Without IPv6 on the machine, IPv4 alone; a port taken on one side is taken. */
static GPtrArray *
listen_on_both (guint port, guint *chosen, GError **error)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) problem = NULL;
  GSocket *socket = listen_on (G_SOCKET_FAMILY_IPV4, port, chosen, error);

  if (socket == NULL)
    return NULL;
  g_ptr_array_add (sockets, socket);

  socket = listen_on (G_SOCKET_FAMILY_IPV6, *chosen, chosen, &problem);
  if (socket != NULL)
    g_ptr_array_add (sockets, socket);
  else if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  else
    g_debug ("not listening on ::1: %s", problem->message);
  return g_steal_pointer (&sockets);
}

/**
 * flow_listen_loopback:
 * @port: a port, 0 for one that is free
 * @chosen: (out): the port
 * @error: return location
 *
 * Listen on 127.0.0.1 and ::1, both on the same port; a machine without ::1 has the first alone.
 *
 * Errors: %G_IO_ERROR_ADDRESS_IN_USE when the port is taken on either, or another of %G_IO_ERROR.
 *
 * Returns: (transfer full) (element-type GSocket): the listening sockets
 */
GPtrArray *
flow_listen_loopback (guint port, guint *chosen, GError **error)
{
  g_return_val_if_fail (port <= 65535 && chosen != NULL, NULL);

  for (guint attempt = 1; port == 0 && attempt < ATTEMPTS; attempt++)
    {
      g_autoptr (GError) problem = NULL;
      GPtrArray *sockets = listen_on_both (0, chosen, &problem);

      if (sockets != NULL)
        return sockets;
      if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
    }
  return listen_on_both (port, chosen, error);
}
