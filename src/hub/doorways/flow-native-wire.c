/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-native"

#include <string.h>

#include "hub/doorways/flow-native-answer.h"
#include "hub/doorways/flow-native-private.h"

/* The native doorway's side on the wire's thread: what can be done at once is done here, all else goes to the hub. */

typedef struct
{
  FlowNativeDoorway *doorway;
  FlowNativePeer *peer;
  FlowChannel *channel;
  GBytes *welcome;
} Join;

typedef struct
{
  FlowNativeDoorway *doorway;
  FlowNativePeer *peer;
  GBytes *bytes;
  FlowWireSendFlags flags;
} Send;

static void
push (FlowNativeDoorway *self, void (*run) (FlowCall *call), FlowNativePeer *peer, GBytes *bytes, guint64 number,
      const char *text)
{
  FlowNativeCall *call = g_new0 (FlowNativeCall, 1);

  call->call.run = run;
  call->doorway = self;
  call->peer = flow_native_peer_ref (peer);
  call->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  call->number = number;
  call->text = text;
  flow_call_queue_push (self->parts.calls, &call->call);
}

/** flow_native_call_free: free what was told. */
void
flow_native_call_free (FlowNativeCall *self)
{
  flow_native_peer_unref (self->peer);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

/* The hub thread goes on with it. A peer that has sent more than it can take waits. */
static void
route (FlowNativeDoorway *self, FlowWireConnection *connection, FlowNativePeer *peer, FlowWireMessage *message)
{
  gboolean full = flow_native_peer_begin (peer, message->length);

  push (self, flow_native_message_call, peer, flow_wire_message_get_bytes (message), 0, NULL);
  if (!full)
    return;
  flow_wire_connection_set_paused (connection, TRUE);
  g_atomic_int_set (&peer->paused, TRUE);
  /* It may have done all of them before it could know. */
  if (flow_native_peer_end (peer, 0) && g_atomic_int_compare_and_exchange (&peer->paused, TRUE, FALSE))
    flow_wire_connection_set_paused (connection, FALSE);
}

/* Tells whether it is done: a target that is not there, or takes no more, is the router's matter. */
static gboolean
forward (FlowNativeDoorway *self, FlowNativePeer *peer, const FlowEnvelope *envelope, FlowWireMessage *message)
{
  FlowWireConnection *target = flow_wire_names_find (self->names, envelope->target.text, envelope->target.length);
  gboolean droppable = peer->type != NULL && peer->type->droppable;
  FlowNativePeer *receiver;
  FlowWireSent sent;

  if (target == NULL)
    return FALSE;
  sent = flow_wire_connection_forward (target, message, droppable ? FLOW_WIRE_SEND_DROPPABLE : FLOW_WIRE_SEND_NORMAL);
  receiver = flow_wire_connection_get_data (target);
  if (sent == FLOW_WIRE_SENT)
    flow_channel_count (receiver->channel, 0, 1);
  else if (sent == FLOW_WIRE_FULL)
    g_atomic_int_set (&receiver->crowded, TRUE);
  return sent == FLOW_WIRE_SENT || sent == FLOW_WIRE_DROPPED;
}

static void
answer (FlowWireConnection *connection, FlowMessage *message)
{
  flow_wire_connection_send_bytes (connection, FLOW_WIRE_TEXT, flow_message_get_bytes (message), FLOW_WIRE_SEND_NORMAL);
}

/* The sender gets an error; the hub hears of one refused message of a peer at a time. */
static void
refuse (FlowNativeDoorway *self, FlowWireConnection *connection, FlowNativePeer *peer, const FlowEnvelope *envelope,
        const FlowNativeProblem *problem)
{
  g_autoptr (FlowMessage) error = flow_native_answer_error (peer->name, envelope, problem->error, problem->message);

  answer (connection, error);
  if (g_atomic_int_compare_and_exchange (&peer->noting, FALSE, TRUE))
    push (self, flow_native_refused_call, peer, NULL, problem->error, problem->message);
}

static void
pong (FlowWireConnection *connection, FlowNativePeer *peer, const FlowEnvelope *envelope, FlowWireMessage *message)
{
  g_autoptr (FlowMessage) reply = flow_native_answer_pong (peer->name, envelope, flow_wire_message_get_bytes (message));

  answer (connection, reply);
}

static void
greet (FlowNativeDoorway *self, FlowWireConnection *connection, FlowNativePeer *peer, FlowWireMessage *message)
{
  peer->phase = FLOW_NATIVE_GREETED;
  flow_wire_connection_set_paused (connection, TRUE);
  push (self, flow_native_hello_call, peer, flow_wire_message_get_bytes (message), 0, NULL);
}

/* The hot path. */
static void
message_cb (gpointer doorway, FlowWireConnection *connection, FlowWireMessage *message)
{
  FlowNativeDoorway *self = doorway;
  FlowNativePeer *peer = flow_wire_connection_get_data (connection);
  FlowNativeProblem problem = { FLOW_ERROR_BAD_REQUEST, "messages are text" };
  FlowNativeStep step = FLOW_NATIVE_REFUSE;
  FlowEnvelope envelope;
  gboolean readable;

  if (message->kind == FLOW_WIRE_TEXT)
    problem.message = flow_envelope_scan (&envelope, (const char *) message->data, message->length);
  readable = problem.message == NULL;
  if (readable)
    step = flow_native_peer_judge (peer, &envelope, peer->origin != NULL ? g_get_monotonic_time () : 0, &problem);
  if (peer->channel != NULL)
    flow_channel_count (peer->channel, 1, 0);
  switch (step)
    {
    case FLOW_NATIVE_FORWARD:
      if (!forward (self, peer, &envelope, message))
        route (self, connection, peer, message);
      break;
    case FLOW_NATIVE_ROUTE:
      route (self, connection, peer, message);
      break;
    case FLOW_NATIVE_HELLO:
      greet (self, connection, peer, message);
      break;
    case FLOW_NATIVE_PONG:
      pong (connection, peer, &envelope, message);
      break;
    case FLOW_NATIVE_REFUSE:
    default:
      refuse (self, connection, peer, readable ? &envelope : NULL, &problem);
      break;
    }
}

static FlowDoorwayGuest *
admit_cb (gpointer doorway, const FlowDoorwayVisitor *visitor)
{
  FlowNativePeer *peer = flow_native_peer_new (visitor->connection, visitor->origin, visitor->who);

  peer->welcome = visitor->has_token || visitor->origin != NULL;
  peer->client = g_strdup (visitor->client);
  return &peer->guest;
}

static void
opened_cb (gpointer doorway, FlowWireConnection *connection)
{
  push (doorway, flow_native_opened_call, flow_wire_connection_get_data (connection), NULL, 0, NULL);
}

/* The hub thread may send again, if it waits for that and nothing is in its way any more. */
static void
tell_drained (FlowNativeDoorway *self, FlowNativePeer *peer)
{
  if (!g_atomic_int_get (&peer->crowded) && g_atomic_int_get (&peer->posted) == 0 &&
      g_atomic_int_compare_and_exchange (&peer->held_up, TRUE, FALSE))
    push (self, flow_native_drained_call, peer, NULL, 0, NULL);
}

static void
drained_cb (gpointer doorway, FlowWireConnection *connection)
{
  FlowNativePeer *peer = flow_wire_connection_get_data (connection);

  g_atomic_int_set (&peer->crowded, FALSE);
  tell_drained (doorway, peer);
}

static void
pong_cb (gpointer doorway, FlowWireConnection *connection, guint64 round_trip_us)
{
  FlowNativePeer *peer = flow_wire_connection_get_data (connection);

  if (peer->channel != NULL)
    push (doorway, flow_native_pong_call, peer, NULL, round_trip_us, NULL);
}

static void
closed_cb (gpointer doorway, FlowWireConnection *connection, guint code)
{
  FlowNativeDoorway *self = doorway;
  g_autoptr (FlowNativePeer) peer = flow_wire_connection_get_data (connection);

  flow_wire_connection_set_data (connection, NULL);
  /* Another may have taken the name. */
  if (peer->name != NULL && flow_wire_names_find (self->names, peer->name, peer->name_length) == connection)
    flow_wire_names_remove (self->names, peer->name, peer->name_length);
  flow_native_peer_leave (peer);
  push (self, flow_native_closed_call, peer, NULL, code, NULL);
}

const FlowDoorwayClass flow_native_doorway_class = {
  .area = FLOW_GUARD_CHANNEL,
  .admit = admit_cb,
  .opened = opened_cb,
  .message = message_cb,
  .drained = drained_cb,
  .pong = pong_cb,
  .closed = closed_cb,
};

static void
join_free (gpointer data)
{
  Join *join = data;

  flow_native_peer_unref (join->peer);
  g_object_unref (join->channel);
  g_bytes_unref (join->welcome);
  g_free (join);
}

static void
join_run (gpointer data)
{
  Join *join = data;
  FlowNativePeer *peer = join->peer;
  FlowWireNames *names = join->doorway->names;
  FlowWireConnection *connection = flow_wire_find (join->doorway->parts.wire, peer->connection);

  if (connection == NULL)
    return;
  flow_native_peer_join (peer, join->channel);
  flow_wire_names_remove (names, peer->name, peer->name_length);
  flow_wire_names_add (names, peer->name, peer->name_length, connection);
  flow_wire_connection_send_bytes (connection, FLOW_WIRE_TEXT, join->welcome, FLOW_WIRE_SEND_NORMAL);
  flow_wire_connection_set_paused (connection, FALSE);
}

/**
 * flow_native_wire_join:
 * @self: a doorway
 * @peer: who said `hello`
 * @channel: what the router knows it as
 * @welcome: the answer
 *
 * Give a peer its name, send the answer and take its messages from then on. What is posted after this comes after it.
 *
 * Returns: %FALSE when the wire has too much to do, or has stopped
 */
gboolean
flow_native_wire_join (FlowNativeDoorway *self, FlowNativePeer *peer, FlowChannel *channel, GBytes *welcome)
{
  Join *join = g_new (Join, 1);

  *join = (Join) { self, flow_native_peer_ref (peer), g_object_ref (channel), g_bytes_ref (welcome) };
  return flow_wire_invoke (self->parts.wire, join_run, join, join_free);
}

static void
send_free (gpointer data)
{
  Send *send = data;

  __atomic_sub_fetch (&send->peer->posted_bytes, g_bytes_get_size (send->bytes), __ATOMIC_SEQ_CST);
  g_atomic_int_add (&send->peer->posted, -1);
  tell_drained (send->doorway, send->peer);
  flow_native_peer_unref (send->peer);
  g_bytes_unref (send->bytes);
  g_free (send);
}

static void
send_run (gpointer data)
{
  Send *send = data;
  FlowNativePeer *peer = send->peer;
  FlowWireConnection *connection = flow_wire_find (send->doorway->parts.wire, peer->connection);
  FlowWireSent sent = FLOW_WIRE_GONE;

  if (connection != NULL)
    sent = flow_wire_connection_send_bytes (connection, FLOW_WIRE_TEXT, send->bytes, send->flags);
  /* What was numbered must not be missing among what follows. */
  if (sent == FLOW_WIRE_FULL)
    flow_wire_connection_close (connection, 1013, "too slow");
  else if (sent != FLOW_WIRE_GONE && flow_wire_connection_is_slow (connection))
    g_atomic_int_set (&peer->crowded, TRUE);
}

/**
 * flow_native_wire_send:
 * @self: a doorway
 * @peer: who gets it
 * @bytes: a message
 * @flags: how
 *
 * Send a message. From the hub thread.
 *
 * Returns: %FALSE when the wire has too much to do, or has stopped
 */
gboolean
flow_native_wire_send (FlowNativeDoorway *self, FlowNativePeer *peer, GBytes *bytes, FlowWireSendFlags flags)
{
  Send *send = g_new (Send, 1);

  *send = (Send) { self, flow_native_peer_ref (peer), g_bytes_ref (bytes), flags };
  g_atomic_int_add (&peer->posted, 1);
  __atomic_add_fetch (&peer->posted_bytes, g_bytes_get_size (bytes), __ATOMIC_SEQ_CST);
  return flow_wire_invoke (self->parts.wire, send_run, send, send_free);
}
