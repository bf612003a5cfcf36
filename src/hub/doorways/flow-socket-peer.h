/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/doorways/flow-doorway.h"

G_BEGIN_DECLS

/** FLOW_SOCKET_FLIGHT: most messages of one peer that the hub thread has not done. */
#define FLOW_SOCKET_FLIGHT 32
/** FLOW_SOCKET_FLIGHT_BYTES: bytes in them after which no more are taken. */
#define FLOW_SOCKET_FLIGHT_BYTES (8 * 1024 * 1024)
/** FLOW_SOCKET_POSTED_BYTES: bytes on their way to one peer after which it is slow. */
#define FLOW_SOCKET_POSTED_BYTES (8 * 1024 * 1024)

typedef struct _FlowSocketDoorway FlowSocketDoorway;

/**
 * FlowSocketPeer:
 * @guest: first: what the wire keeps about it
 * @doorway: where it came in
 * @connection: its number at the wire
 * @origin: (nullable): the web origin it came with
 * @who: who it is to the counters: the origin, or the user
 * @client: (nullable): the id of the paired client whose token it was
 * @link: among the open ones; the hub thread's
 * @state: (nullable): what its protocol keeps about it; the hub thread's
 * @present: it is among the doorway's; the hub thread's
 *
 * Who is at the other end of a WebSocket that is not native. Atomically counted.
 */
typedef struct
{
  FlowDoorwayGuest guest;
  FlowSocketDoorway *doorway;
  guint64 connection;
  char *origin;
  char *who;
  char *client;

  GList link;
  gpointer state;
  gboolean present;

  /*< private >*/
  gint in_flight;
  gsize bytes_in_flight;
  gint paused;
  gsize posted_bytes;
  gint crowded;
  gint held_up;
} FlowSocketPeer;

FlowSocketPeer *flow_socket_peer_ref (FlowSocketPeer *self);
void flow_socket_peer_unref (FlowSocketPeer *self);

/* On the hub thread. */
void flow_socket_peer_send (FlowSocketPeer *self, GBytes *bytes);
gboolean flow_socket_peer_is_slow (FlowSocketPeer *self);
void flow_socket_peer_close (FlowSocketPeer *self, guint code, const char *reason);
void flow_socket_peer_note (FlowSocketPeer *self, FlowError error, const char *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSocketPeer, flow_socket_peer_unref)

G_END_DECLS
