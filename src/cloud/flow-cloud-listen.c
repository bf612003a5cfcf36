/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-listen.h"

#include "base/flow-error.h"
#include "wire/flow-listen.h"

#define BACKLOG 512

static gboolean
may_listen (const FlowCloudOptions *options, GInetAddress *address, const char *text, GError **error)
{
  if (address == NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                   "“%s” is not an address; --listen takes one like 0.0.0.0", text);
      return FALSE;
    }
  if (options->tls_cert != NULL || g_inet_address_get_is_loopback (address))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FORBIDDEN,
               "Without TLS the cloud listens on this machine only, and “%s” is for others too: everybody on the way "
               "could read passwords. Give --tls-cert and --tls-key, or put a proxy with TLS in front and leave "
               "--listen away",
               text);
  return FALSE;
}

static GSocket *
listen_on (GInetAddress *address, guint port, guint *chosen, GError **error)
{
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (address, (guint16) port);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket = g_socket_new (g_inet_address_get_family (address), G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_TCP, error);

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

/* Where a program on this machine finds it. */
static char *
make_url (const FlowCloudOptions *options, GInetAddress *address, guint port)
{
  gboolean is_six = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
  g_autofree char *text = g_inet_address_get_is_any (address) ? g_strdup (is_six ? "::1" : "127.0.0.1")
                                                              : g_inet_address_to_string (address);

  return g_strdup_printf (is_six ? "%s://[%s]:%u" : "%s://%s:%u", options->tls_cert != NULL ? "https" : "http", text,
                          port);
}

static GPtrArray *
listen_on_all (const FlowCloudOptions *options, char **url, GError **error)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  guint port = options->port;

  for (gsize i = 0; options->listen[i] != NULL; i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (options->listen[i]);
      GSocket *socket;

      if (!may_listen (options, address, options->listen[i], error))
        return NULL;
      socket = listen_on (address, port, &port, error);
      if (socket == NULL)
        return NULL;
      g_ptr_array_add (sockets, socket);
      if (i == 0)
        *url = make_url (options, address, port);
    }
  return g_steal_pointer (&sockets);
}

/**
 * flow_cloud_listen:
 * @options: how the cloud is to run
 * @url: (out): where it is
 * @error: return location
 *
 * Listen. Without TLS on loopback addresses only.
 *
 * Returns: (transfer full) (element-type GSocket): listening sockets, or %NULL with %FLOW_ERROR_BAD_ARGUMENT,
 *   %FLOW_ERROR_FORBIDDEN or a %G_IO_ERROR
 */
GPtrArray *
flow_cloud_listen (const FlowCloudOptions *options, char **url, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  GPtrArray *sockets;
  guint port = 0;

  if (options->listen != NULL && options->listen[0] != NULL)
    return listen_on_all (options, url, error);
  sockets = flow_listen_loopback (options->port, &port, error);
  if (sockets != NULL)
    *url = make_url (options, loopback, port);
  return sockets;
}
