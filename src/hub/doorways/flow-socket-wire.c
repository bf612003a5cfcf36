/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-socket"

#include "hub/doorways/flow-socket-private.h"

/* What of a doorway happens on the wire's thread: all that comes goes to the hub's, but no more than that can do. */

#define NOT_TEXT 1003
#define TOO_LONG 1009
#define TOO_SLOW 1013

typedef struct
{
  FlowSocketPeer *peer;
  GBytes *bytes;
} Send;

static void
peer_clear (gpointer data)
{
  FlowSocketPeer *self = data;

  g_free (self->origin);
  g_free (self->who);
  g_free (self->client);
}

/**
 * flow_socket_peer_new:
 * @doorway: where it came in
 * @visitor: who it is
 *
 * Returns: (transfer full): a peer
 */
FlowSocketPeer *
flow_socket_peer_new (FlowSocketDoorway *doorway, const FlowDoorwayVisitor *visitor)
{
  FlowSocketPeer *self = g_atomic_rc_box_new0 (FlowSocketPeer);

  self->doorway = doorway;
  self->connection = visitor->connection;
  self->origin = g_strdup (visitor->origin);
  self->who = g_strdup (visitor->who);
  self->client = g_strdup (visitor->client);
  self->link.data = self;
  return self;
}

/**
 * flow_socket_peer_ref:
 * @self: a peer
 *
 * Returns: (transfer full): @self
 */
FlowSocketPeer *
flow_socket_peer_ref (FlowSocketPeer *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * flow_socket_peer_unref:
 * @self: (transfer full): a peer
 *
 * Give a reference back.
 */
void
flow_socket_peer_unref (FlowSocketPeer *self)
{
  g_atomic_rc_box_release_full (self, peer_clear);
}

/** flow_socket_call_free: free what was told. */
void
flow_socket_call_free (FlowSocketCall *self)
{
  flow_socket_peer_unref (self->peer);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

static void
push (FlowSocketPeer *peer, void (*run) (FlowCall *call), GBytes *bytes)
{
  FlowSocketCall *call = g_new0 (FlowSocketCall, 1);

  call->call.run = run;
  call->peer = flow_socket_peer_ref (peer);
  call->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  flow_call_queue_push (peer->doorway->parts.calls, &call->call);
}

/* Tells whether there are as many messages in flight now as there may be. */
static gboolean
peer_begin (FlowSocketPeer *self, gsize length)
{
  gint messages = g_atomic_int_add (&self->in_flight, 1) + 1;
  gsize bytes = __atomic_add_fetch (&self->bytes_in_flight, length, __ATOMIC_SEQ_CST);

  return messages >= FLOW_SOCKET_FLIGHT || bytes >= FLOW_SOCKET_FLIGHT_BYTES;
}

/* Tells whether half of what may be in flight is free. */
static gboolean
peer_has_room (FlowSocketPeer *self)
{
  return g_atomic_int_get (&self->in_flight) <= FLOW_SOCKET_FLIGHT / 2 &&
         __atomic_load_n (&self->bytes_in_flight, __ATOMIC_SEQ_CST) <= FLOW_SOCKET_FLIGHT_BYTES / 2;
}

/**
 * flow_socket_peer_end:
 * @self: a peer
 * @length: bytes of a message that the hub thread has done
 *
 * Count it as done. From the hub thread.
 *
 * Returns: whether the peer waits to send more, and may now
 */
gboolean
flow_socket_peer_end (FlowSocketPeer *self, gsize length)
{
  g_atomic_int_add (&self->in_flight, -1);
  __atomic_sub_fetch (&self->bytes_in_flight, length, __ATOMIC_SEQ_CST);
  return peer_has_room (self) && g_atomic_int_compare_and_exchange (&self->paused, TRUE, FALSE);
}

static FlowDoorwayGuest *
admit_cb (gpointer doorway, const FlowDoorwayVisitor *visitor)
{
  return &flow_socket_peer_new (doorway, visitor)->guest;
}

static void
opened_cb (gpointer doorway, FlowWireConnection *connection)
{
  push (flow_wire_connection_get_data (connection), flow_socket_opened_call, NULL);
}

static void
message_cb (gpointer doorway, FlowWireConnection *connection, FlowWireMessage *message)
{
  FlowSocketPeer *peer = flow_wire_connection_get_data (connection);
  gboolean full;

  if (message->kind != FLOW_WIRE_TEXT)
    {
      flow_wire_connection_close (connection, NOT_TEXT, "messages are text");
      return;
    }
  full = peer_begin (peer, message->length);
  push (peer, flow_socket_message_call, flow_wire_message_get_bytes (message));
  if (!full)
    return;
  flow_wire_connection_set_paused (connection, TRUE);
  g_atomic_int_set (&peer->paused, TRUE);
  /* All of them may have been done before it could be known. */
  if (peer_has_room (peer) && g_atomic_int_compare_and_exchange (&peer->paused, TRUE, FALSE))
    flow_wire_connection_set_paused (connection, FALSE);
}

/* The hub thread may send again, if it waits for that and nothing is in its way any more. */
static void
tell_drained (FlowSocketPeer *peer)
{
  if (!g_atomic_int_get (&peer->crowded) && __atomic_load_n (&peer->posted_bytes, __ATOMIC_SEQ_CST) == 0 &&
      g_atomic_int_compare_and_exchange (&peer->held_up, TRUE, FALSE))
    push (peer, flow_socket_drained_call, NULL);
}

static void
drained_cb (gpointer doorway, FlowWireConnection *connection)
{
  FlowSocketPeer *peer = flow_wire_connection_get_data (connection);

  g_atomic_int_set (&peer->crowded, FALSE);
  tell_drained (peer);
}

static void
closed_cb (gpointer doorway, FlowWireConnection *connection, guint code)
{
  g_autoptr (FlowSocketPeer) peer = flow_wire_connection_get_data (connection);

  flow_wire_connection_set_data (connection, NULL);
  push (peer, flow_socket_closed_call, NULL);
}

const FlowDoorwayClass flow_socket_doorway_class = {
  .area = FLOW_GUARD_OWN,
  .admit = admit_cb,
  .opened = opened_cb,
  .message = message_cb,
  .drained = drained_cb,
  .closed = closed_cb,
};

static void
send_free (gpointer data)
{
  Send *send = data;

  __atomic_sub_fetch (&send->peer->posted_bytes, g_bytes_get_size (send->bytes), __ATOMIC_SEQ_CST);
  tell_drained (send->peer);
  flow_socket_peer_unref (send->peer);
  g_bytes_unref (send->bytes);
  g_free (send);
}

static void
send_run (gpointer data)
{
  Send *send = data;
  FlowSocketPeer *peer = send->peer;
  FlowWireConnection *connection = flow_wire_find (peer->doorway->parts.wire, peer->connection);
  FlowWireSent sent = FLOW_WIRE_GONE;

  if (connection != NULL)
    sent = flow_wire_connection_send_bytes (connection, FLOW_WIRE_TEXT, send->bytes, FLOW_WIRE_SEND_NORMAL);
  /* Whoever missed one could not make sense of the next. */
  if (sent == FLOW_WIRE_FULL)
    flow_wire_connection_close (connection, TOO_SLOW, "too slow");
  else if (sent == FLOW_WIRE_TOO_LONG)
    flow_wire_connection_close (connection, TOO_LONG, "the text is too long for one message");
  else if (sent != FLOW_WIRE_GONE && flow_wire_connection_is_slow (connection))
    g_atomic_int_set (&peer->crowded, TRUE);
}

/**
 * flow_socket_wire_send:
 * @peer: who gets it
 * @bytes: a text
 *
 * Send a message. From the hub thread.
 */
void
flow_socket_wire_send (FlowSocketPeer *peer, GBytes *bytes)
{
  Send *send = g_new (Send, 1);

  *send = (Send) { flow_socket_peer_ref (peer), g_bytes_ref (bytes) };
  __atomic_add_fetch (&peer->posted_bytes, g_bytes_get_size (bytes), __ATOMIC_SEQ_CST);
  flow_wire_invoke (peer->doorway->parts.wire, send_run, send, send_free);
}
