/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-address.h"

#include <string.h>
#include <sys/socket.h>

#include "base/flow-error.h"

/* Of an IPv6 address: who has one has all that begin so. */
#define GROUP_BYTES 8
#define MAX_HOPS 32

/**
 * FlowCloudAddresses:
 *
 * Who is at the other end of a connection: the peer; behind a proxy that is believed, who it says; behind our own TLS,
 * who spoke TLS with us. For any thread.
 */
struct _FlowCloudAddresses
{
  GPtrArray *proxies; /* of GInetAddressMask */
  GMutex mutex;
  GHashTable *passed_on; /* port of the inner connection -> GSocketAddress */
};

/**
 * flow_cloud_addresses_new:
 * @proxies: (nullable): addresses and networks whose X-Forwarded-For is believed
 * @error: return location
 *
 * Returns: (transfer full): addresses, or %NULL with %FLOW_ERROR_BAD_ARGUMENT
 */
FlowCloudAddresses *
flow_cloud_addresses_new (const char *const *proxies, GError **error)
{
  g_autoptr (FlowCloudAddresses) self = g_new0 (FlowCloudAddresses, 1);

  g_mutex_init (&self->mutex);
  self->proxies = g_ptr_array_new_with_free_func (g_object_unref);
  self->passed_on = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  for (gsize i = 0; proxies != NULL && proxies[i] != NULL; i++)
    {
      GInetAddressMask *mask = g_inet_address_mask_new_from_string (proxies[i], NULL);

      if (mask == NULL)
        {
          g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                       "“%s” is not an address or a network like 10.0.0.0/8", proxies[i]);
          return NULL;
        }
      g_ptr_array_add (self->proxies, mask);
    }
  return g_steal_pointer (&self);
}

/** flow_cloud_addresses_free: free it. */
void
flow_cloud_addresses_free (FlowCloudAddresses *self)
{
  g_ptr_array_unref (self->proxies);
  g_hash_table_unref (self->passed_on);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/**
 * flow_cloud_addresses_add:
 * @self: addresses
 * @port: the local port of a connection to ourselves
 * @peer: for whom it is
 *
 * Remember for whom what was TLS is passed on.
 */
void
flow_cloud_addresses_add (FlowCloudAddresses *self, guint port, GSocketAddress *peer)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_insert (self->passed_on, GUINT_TO_POINTER (port), g_object_ref (peer));
  g_mutex_unlock (&self->mutex);
}

/** flow_cloud_addresses_remove: forget it; the connection has ended. */
void
flow_cloud_addresses_remove (FlowCloudAddresses *self, guint port)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_remove (self->passed_on, GUINT_TO_POINTER (port));
  g_mutex_unlock (&self->mutex);
}

static GSocketAddress *
find_passed_on (FlowCloudAddresses *self, GSocketAddress *peer)
{
  GSocketAddress *outer = NULL;

  if (!G_IS_INET_SOCKET_ADDRESS (peer))
    return g_object_ref (peer);
  g_mutex_lock (&self->mutex);
  outer = g_hash_table_lookup (self->passed_on,
                               GUINT_TO_POINTER (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (peer))));
  g_object_ref (outer != NULL ? outer : peer);
  g_mutex_unlock (&self->mutex);
  return outer != NULL ? outer : peer;
}

static gboolean
is_proxy (FlowCloudAddresses *self, GInetAddress *address)
{
  for (guint i = 0; i < self->proxies->len; i++)
    if (g_inet_address_mask_matches (g_ptr_array_index (self->proxies, i), address))
      return TRUE;
  return FALSE;
}

/* Each proxy adds at the end whom it was asked by: the last that is no proxy of ours is who asks. */
static char *
read_forwarded (FlowCloudAddresses *self, const char *forwarded)
{
  g_auto (GStrv) hops = g_strsplit (forwarded, ",", MAX_HOPS);

  for (gsize i = g_strv_length (hops); i > 0; i--)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (g_strstrip (hops[i - 1]));

      if (address == NULL)
        return NULL;
      if (!is_proxy (self, address) || i == 1)
        return g_inet_address_to_string (address);
    }
  return NULL;
}

/**
 * flow_cloud_addresses_find:
 * @self: addresses
 * @peer: (nullable): the other end of a connection
 * @passed_on: whether it is one that passes on what was TLS
 * @forwarded: (nullable): the header X-Forwarded-For
 *
 * Find out who asks.
 *
 * Returns: (transfer full): an address; "unknown" if there is none
 */
char *
flow_cloud_addresses_find (FlowCloudAddresses *self, GSocketAddress *peer, gboolean passed_on, const char *forwarded)
{
  g_autoptr (GSocketAddress) end = NULL;
  GInetAddress *address;
  char *client;

  if (peer == NULL)
    return g_strdup ("unknown");
  end = passed_on ? find_passed_on (self, peer) : g_object_ref (peer);
  if (!G_IS_INET_SOCKET_ADDRESS (end))
    return g_strdup ("unknown");
  address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (end));
  client = forwarded != NULL && is_proxy (self, address) ? read_forwarded (self, forwarded) : NULL;
  return client != NULL ? client : g_inet_address_to_string (address);
}

/**
 * flow_cloud_addresses_is_proxy:
 * @self: addresses
 * @peer: the other end of a connection
 * @passed_on: whether it is one that passes on what was TLS
 *
 * Returns: whether a proxy that is believed is at the other end
 */
gboolean
flow_cloud_addresses_is_proxy (FlowCloudAddresses *self, GSocketAddress *peer, gboolean passed_on)
{
  g_autoptr (GSocketAddress) end = passed_on ? find_passed_on (self, peer) : g_object_ref (peer);

  return G_IS_INET_SOCKET_ADDRESS (end) &&
         is_proxy (self, g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (end)));
}

/**
 * flow_cloud_addresses_find_bounded:
 * @self: addresses
 * @peer: the other end of a connection
 * @passed_on: whether it is one that passes on what was TLS
 *
 * Find out by what connections are counted of which one address may have so many only.
 *
 * Returns: (nullable) (transfer full): a key as of flow_cloud_address_group(); %NULL for this machine and for a proxy
 *   that is believed, which has connections for many
 */
char *
flow_cloud_addresses_find_bounded (FlowCloudAddresses *self, GSocketAddress *peer, gboolean passed_on)
{
  g_autofree char *address = flow_cloud_addresses_find (self, peer, passed_on, NULL);

  if (flow_cloud_address_is_loopback (address) || flow_cloud_addresses_is_proxy (self, peer, passed_on))
    return NULL;
  return flow_cloud_address_group (address);
}

/**
 * flow_cloud_address_of_peer:
 * @fd: a connected socket
 *
 * Returns: (nullable) (transfer full): the other end of it
 */
GSocketAddress *
flow_cloud_address_of_peer (int fd)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;

  if (getpeername (fd, (struct sockaddr *) &address, &length) != 0)
    return NULL;
  return g_socket_address_new_from_native (&address, length);
}

/**
 * flow_cloud_address_group:
 * @address: an address
 *
 * Make what rates are limited by: an IPv4 address, or the network of an IPv6 address.
 *
 * Returns: (transfer full): a key
 */
char *
flow_cloud_address_group (const char *address)
{
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (address);
  g_autoptr (GInetAddress) network = NULL;
  guint8 bytes[16] = { 0 };

  if (parsed == NULL || g_inet_address_get_family (parsed) != G_SOCKET_FAMILY_IPV6)
    return g_strdup (address);
  memcpy (bytes, g_inet_address_to_bytes (parsed), GROUP_BYTES);
  network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (network);
}

/** flow_cloud_address_is_loopback: whether an address is this machine's own. */
gboolean
flow_cloud_address_is_loopback (const char *address)
{
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (address);

  return parsed != NULL && g_inet_address_get_is_loopback (parsed);
}
