/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <unistd.h>

#include "wire/flow-listen.h"
#include "hub/flow-peer-uid.h"

typedef struct
{
  GSocket *client;
  GSocket *server;
} Pair;

static gboolean
pair_init (Pair *pair, GSocketFamily family)
{
  guint port;
  g_autoptr (GPtrArray) sockets = flow_listen_loopback (0, &port, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (family);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, (guint16) port);

  g_assert_nonnull (sockets);
  if (family == G_SOCKET_FAMILY_IPV6 && sockets->len < 2)
    return FALSE;
  pair->client = g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_assert_true (g_socket_connect (pair->client, address, NULL, NULL));
  pair->server = g_socket_accept (sockets->pdata[family == G_SOCKET_FAMILY_IPV6], NULL, NULL);
  g_assert_nonnull (pair->server);
  return TRUE;
}

static void
check_family (GSocketFamily family)
{
  g_autoptr (FlowPeerUid) lookup = flow_peer_uid_new ();
  guint32 uid = G_MAXUINT32;
  Pair pair;

  if (!pair_init (&pair, family))
    {
      g_test_skip ("no IPv6 here");
      return;
    }
  switch (flow_peer_uid_lookup (lookup, g_socket_get_fd (pair.server), &uid))
    {
    case FLOW_PEER_KNOWN:
      g_assert_cmpuint (uid, ==, getuid ());
      break;
    case FLOW_PEER_UNSUPPORTED:
      g_test_skip ("the kernel does not tell");
      break;
    case FLOW_PEER_GONE:
    default:
      g_assert_not_reached ();
    }
  g_object_unref (pair.client);
  g_object_unref (pair.server);
}

static void
test_ipv4 (void)
{
  check_family (G_SOCKET_FAMILY_IPV4);
}

static void
test_ipv6 (void)
{
  check_family (G_SOCKET_FAMILY_IPV6);
}

/* A socket that nobody owns any more has user 0 in the kernel's answer, which must not read as root. */
static void
test_closed_peer_is_nobody (void)
{
  g_autoptr (FlowPeerUid) lookup = flow_peer_uid_new ();
  guint32 uid = G_MAXUINT32;
  Pair pair;

  g_assert_true (pair_init (&pair, G_SOCKET_FAMILY_IPV4));
  g_socket_close (pair.client, NULL);
  g_assert_cmpint (flow_peer_uid_lookup (lookup, g_socket_get_fd (pair.server), &uid), !=, FLOW_PEER_KNOWN);
  g_assert_cmpuint (uid, ==, G_MAXUINT32);
  g_object_unref (pair.client);
  g_object_unref (pair.server);
}

/* What has sent all it has to say is still somebody. */
static void
test_half_closed_peer_is_known (void)
{
  g_autoptr (FlowPeerUid) lookup = flow_peer_uid_new ();
  guint32 uid = G_MAXUINT32;
  Pair pair;

  g_assert_true (pair_init (&pair, G_SOCKET_FAMILY_IPV4));
  g_socket_shutdown (pair.client, FALSE, TRUE, NULL);
  if (flow_peer_uid_lookup (lookup, g_socket_get_fd (pair.server), &uid) == FLOW_PEER_UNSUPPORTED)
    g_test_skip ("the kernel does not tell");
  else
    g_assert_cmpuint (uid, ==, getuid ());
  g_object_unref (pair.client);
  g_object_unref (pair.server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/peer-uid/ipv4", test_ipv4);
  g_test_add_func ("/peer-uid/ipv6", test_ipv6);
  g_test_add_func ("/peer-uid/closed-peer-is-nobody", test_closed_peer_is_nobody);
  g_test_add_func ("/peer-uid/half-closed-peer-is-known", test_half_closed_peer_is_known);

  return g_test_run ();
}
