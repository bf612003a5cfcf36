/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-native"

#include "hub/doorways/flow-native-channel.h"

#include "hub/doorways/flow-native-private.h"
#include "router/flow-router.h"

/* What may wait here for a peer that is slow: one commit can bring as many answers as the writer takes jobs. */
#define MAX_WAITING 16384
#define MAX_WAITING_BYTES (16 * 1024 * 1024)
/* The same for all channels together. */
#define MAX_WAITING_BYTES_OF_ALL (256 * 1024 * 1024)

/**
 * FlowNativeChannel:
 *
 * A WebSocket as the router sees it: what it sends goes to the wire's thread, which never makes it wait. Only so much
 * is on its way there that it fits into the connection's queue; the rest waits here, in order, with a bound. Counters
 * that both threads have tell when there is room.
 */
struct _FlowNativeChannel
{
  FlowChannel parent_instance;
  FlowNativeDoorway *doorway;
  FlowNativePeer *peer;
  GQueue waiting; /* of GBytes */
  gsize waiting_bytes;
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (FlowNativeChannel, flow_native_channel, FLOW_TYPE_CHANNEL)

static gsize
get_posted (FlowNativePeer *peer)
{
  return __atomic_load_n (&peer->posted_bytes, __ATOMIC_SEQ_CST);
}

/* When it must wait, the wire's thread tells when no more; unless all has gone meanwhile. */
static gboolean
must_wait (FlowNativePeer *peer)
{
  if (!g_atomic_int_get (&peer->crowded) && g_atomic_int_get (&peer->posted) < FLOW_NATIVE_POSTED &&
      get_posted (peer) < FLOW_NATIVE_POSTED_BYTES)
    return FALSE;
  g_atomic_int_set (&peer->held_up, TRUE);
  if (g_atomic_int_get (&peer->crowded) || g_atomic_int_get (&peer->posted) > 0)
    return TRUE;
  g_atomic_int_set (&peer->held_up, FALSE);
  return FALSE;
}

static FlowChannelSent
wait (FlowNativeChannel *self, GBytes *bytes)
{
  gsize length = g_bytes_get_size (bytes);

  if (self->waiting.length >= MAX_WAITING || self->waiting_bytes + length > MAX_WAITING_BYTES ||
      self->doorway->waiting_bytes + length > MAX_WAITING_BYTES_OF_ALL)
    return FLOW_CHANNEL_FULL;
  g_queue_push_tail (&self->waiting, g_bytes_ref (bytes));
  self->waiting_bytes += length;
  self->doorway->waiting_bytes += length;
  return FLOW_CHANNEL_SENT;
}

static GBytes *
pop (FlowNativeChannel *self)
{
  GBytes *bytes = g_queue_pop_head (&self->waiting);
  gsize length = bytes != NULL ? g_bytes_get_size (bytes) : 0;

  self->waiting_bytes -= length;
  self->doorway->waiting_bytes -= length;
  return bytes;
}

static FlowChannelSent
flow_native_channel_send (FlowChannel *channel, GBytes *bytes, gboolean droppable)
{
  FlowNativeChannel *self = FLOW_NATIVE_CHANNEL (channel);
  FlowWireSendFlags flags = droppable ? FLOW_WIRE_SEND_DROPPABLE : FLOW_WIRE_SEND_NORMAL;

  if (self->closed)
    return FLOW_CHANNEL_GONE;
  if (g_bytes_get_size (bytes) > FLOW_ROUTER_MAX_MESSAGE)
    return FLOW_CHANNEL_TOO_LONG;
  if (self->waiting.length > 0 || must_wait (self->peer))
    return droppable ? FLOW_CHANNEL_DROPPED : wait (self, bytes);
  return flow_native_wire_send (self->doorway, self->peer, bytes, flags) ? FLOW_CHANNEL_SENT : FLOW_CHANNEL_GONE;
}

static void
flow_native_channel_close (FlowChannel *channel, guint code, const char *reason)
{
  FlowNativeChannel *self = FLOW_NATIVE_CHANNEL (channel);

  if (self->closed)
    return;
  self->closed = TRUE;
  while (self->waiting.length > 0)
    g_bytes_unref (pop (self));
  flow_wire_post_close (self->doorway->parts.wire, self->peer->connection, code, reason);
}

static gsize
flow_native_channel_get_queued (FlowChannel *channel)
{
  FlowNativeChannel *self = FLOW_NATIVE_CHANNEL (channel);

  return self->waiting_bytes + get_posted (self->peer);
}

static void
flow_native_channel_finalize (GObject *object)
{
  FlowNativeChannel *self = FLOW_NATIVE_CHANNEL (object);

  g_clear_pointer (&self->peer, flow_native_peer_unref);
  G_OBJECT_CLASS (flow_native_channel_parent_class)->finalize (object);
}

static void
flow_native_channel_class_init (FlowNativeChannelClass *klass)
{
  FlowChannelClass *channel_class = FLOW_CHANNEL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = flow_native_channel_finalize;
  channel_class->send = flow_native_channel_send;
  channel_class->close = flow_native_channel_close;
  channel_class->get_queued = flow_native_channel_get_queued;
}

static void
flow_native_channel_init (FlowNativeChannel *self)
{
  g_queue_init (&self->waiting);
}

/**
 * flow_native_channel_new:
 * @doorway: whose
 * @peer: who is at the other end
 * @name: its full name
 *
 * Returns: (transfer full): a channel
 */
FlowNativeChannel *
flow_native_channel_new (FlowNativeDoorway *doorway, FlowNativePeer *peer, const char *name)
{
  FlowNativeChannel *self = g_object_new (FLOW_TYPE_NATIVE_CHANNEL, "name", name, NULL);

  self->doorway = doorway;
  self->peer = flow_native_peer_ref (peer);
  return self;
}

/** flow_native_channel_get_peer: who is at the other end. */
FlowNativePeer *
flow_native_channel_get_peer (FlowNativeChannel *self)
{
  return self->peer;
}

/**
 * flow_native_channel_go_on:
 * @self: a channel whose peer has taken what there was
 *
 * Send what waits, as far as there is room.
 *
 * Returns: whether nothing waits any more
 */
gboolean
flow_native_channel_go_on (FlowNativeChannel *self)
{
  while (self->waiting.length > 0 && !self->closed && !must_wait (self->peer))
    {
      g_autoptr (GBytes) bytes = pop (self);

      flow_native_wire_send (self->doorway, self->peer, bytes, FLOW_WIRE_SEND_NORMAL);
    }
  return self->waiting.length == 0;
}
