/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-socket"

#include "hub/doorways/flow-socket-doorway.h"

#include "hub/doorways/flow-socket-private.h"

#define GOING_AWAY 1001

/**
 * FlowSocketDoorway:
 *
 * A protocol of text messages over WebSockets that has no handshake of its own: whoever the guard lets in is there.
 * What comes goes to the hub thread, which does what the protocol says; a peer that sends more than can be done waits.
 */

/**
 * flow_socket_doorway_new:
 * @name: what it is called where refusals are listed; static
 * @parts: what it is built on; copied
 * @funcs: the protocol; copied
 * @data: for it
 *
 * Make a doorway for the calling thread.
 *
 * Returns: (transfer full): the doorway
 */
FlowSocketDoorway *
flow_socket_doorway_new (const char *name, const FlowSocketParts *parts, const FlowSocketFuncs *funcs, gpointer data)
{
  FlowSocketDoorway *self = g_new0 (FlowSocketDoorway, 1);

  self->name = name;
  self->parts = *parts;
  self->funcs = *funcs;
  self->data = data;
  g_queue_init (&self->peers);
  return self;
}

/* It is forgotten before it is told, so that nothing that is told leads back to it. */
static void
end_peer (FlowSocketDoorway *self, FlowSocketPeer *peer)
{
  if (!peer->present)
    return;
  peer->present = FALSE;
  g_queue_unlink (&self->peers, &peer->link);
  self->funcs.closed (peer, self->data);
  flow_socket_peer_unref (peer);
}

/**
 * flow_socket_doorway_free:
 * @self: (transfer full): a doorway whose wire has stopped, and has told everything
 *
 * Free it.
 */
void
flow_socket_doorway_free (FlowSocketDoorway *self)
{
  while (self->peers.length > 0)
    end_peer (self, g_queue_peek_head (&self->peers));
  g_free (self);
}

/** flow_socket_doorway_get_peers: (element-type FlowSocketPeer): who is there, the latest last. */
const GQueue *
flow_socket_doorway_get_peers (FlowSocketDoorway *self)
{
  return &self->peers;
}

/**
 * flow_socket_doorway_close:
 * @self: a doorway
 *
 * Close all connections with "going away", and those that were let in before everybody knew.
 */
void
flow_socket_doorway_close (FlowSocketDoorway *self)
{
  self->closed = TRUE;
  while (self->peers.length > 0)
    flow_socket_peer_close (g_queue_peek_head (&self->peers), GOING_AWAY, "going away");
}

static void
close_some (FlowSocketDoorway *self, const char *client, const char *origin, const char *reason)
{
  GList *next;

  for (GList *link = self->peers.head; link != NULL; link = next)
    {
      FlowSocketPeer *peer = link->data;

      next = link->next;
      if ((client != NULL && g_strcmp0 (peer->client, client) == 0) ||
          (origin != NULL && g_strcmp0 (peer->origin, origin) == 0))
        flow_socket_peer_close (peer, (guint) flow_error_info (FLOW_ERROR_FORBIDDEN)->close_code, reason);
    }
}

/**
 * flow_socket_doorway_close_client:
 * @self: a doorway
 * @client: the id of a paired client
 *
 * Close the connections of a client that is paired no more.
 */
void
flow_socket_doorway_close_client (FlowSocketDoorway *self, const char *client)
{
  close_some (self, client, NULL, "this client is not paired any more");
}

/**
 * flow_socket_doorway_close_origin:
 * @self: a doorway
 * @origin: a web origin
 *
 * Close the connections of pages that are not allowed any more.
 */
void
flow_socket_doorway_close_origin (FlowSocketDoorway *self, const char *origin)
{
  close_some (self, NULL, origin, "this web origin is not allowed any more");
}

/**
 * flow_socket_peer_send:
 * @self: a peer
 * @bytes: a text
 *
 * Tell it something. One that is gone hears nothing.
 */
void
flow_socket_peer_send (FlowSocketPeer *self, GBytes *bytes)
{
  if (self->present)
    flow_socket_wire_send (self, bytes);
}

/**
 * flow_socket_peer_is_slow:
 * @self: a peer
 *
 * Find out whether it has not taken what it was sent. Once it has, its doorway's protocol is told.
 *
 * Returns: whether what can wait should
 */
gboolean
flow_socket_peer_is_slow (FlowSocketPeer *self)
{
  if (!g_atomic_int_get (&self->crowded) &&
      __atomic_load_n (&self->posted_bytes, __ATOMIC_SEQ_CST) < FLOW_SOCKET_POSTED_BYTES)
    return FALSE;
  g_atomic_int_set (&self->held_up, TRUE);
  /* It may have taken all of it before it could be known. */
  if (g_atomic_int_get (&self->crowded) || __atomic_load_n (&self->posted_bytes, __ATOMIC_SEQ_CST) > 0)
    return TRUE;
  g_atomic_int_set (&self->held_up, FALSE);
  return FALSE;
}

/**
 * flow_socket_peer_close:
 * @self: a peer
 * @code: why
 * @reason: the same in words
 *
 * Close a connection after what it was sent. Nothing is heard of it any more but that it is closed.
 */
void
flow_socket_peer_close (FlowSocketPeer *self, guint code, const char *reason)
{
  if (!self->present)
    return;
  flow_wire_post_close (self->doorway->parts.wire, self->connection, code, reason);
  end_peer (self->doorway, self);
}

/**
 * flow_socket_peer_note:
 * @self: a peer
 * @error: why something of it was not taken
 * @message: what it was told
 *
 * Keep record of something that was refused.
 */
void
flow_socket_peer_note (FlowSocketPeer *self, FlowError error, const char *message)
{
  const FlowErrorInfo *info = flow_error_info (error);
  FlowRefusal refusal = {
    .status = (guint) info->http_status,
    .reason = info->code,
    .method = "WS",
    .path = self->doorway->name,
    .message = message,
    .peer = self->who,
  };

  flow_refusals_add (self->doorway->parts.refusals, &refusal);
}

/** flow_socket_opened_call: somebody is there. */
void
flow_socket_opened_call (FlowCall *call)
{
  FlowSocketCall *opened = (FlowSocketCall *) call;
  FlowSocketPeer *peer = opened->peer;
  FlowSocketDoorway *self = peer->doorway;

  if (self->closed)
    flow_wire_post_close (self->parts.wire, peer->connection, GOING_AWAY, "going away");
  else
    {
      peer->present = TRUE;
      g_queue_push_tail_link (&self->peers, &flow_socket_peer_ref (peer)->link);
      self->funcs.opened (peer, self->data);
    }
  flow_socket_call_free (opened);
}

/** flow_socket_message_call: a text has come. */
void
flow_socket_message_call (FlowCall *call)
{
  FlowSocketCall *sent = (FlowSocketCall *) call;
  FlowSocketPeer *peer = sent->peer;
  FlowSocketDoorway *self = peer->doorway;

  if (peer->present)
    self->funcs.message (peer, sent->bytes, self->data);
  if (flow_socket_peer_end (peer, g_bytes_get_size (sent->bytes)))
    flow_wire_post_paused (self->parts.wire, peer->connection, FALSE);
  flow_socket_call_free (sent);
}

/** flow_socket_drained_call: a peer that was slow has taken everything. */
void
flow_socket_drained_call (FlowCall *call)
{
  FlowSocketCall *drained = (FlowSocketCall *) call;
  FlowSocketDoorway *self = drained->peer->doorway;

  if (drained->peer->present && self->funcs.drained != NULL)
    self->funcs.drained (drained->peer, self->data);
  flow_socket_call_free (drained);
}

/** flow_socket_closed_call: a connection is gone. One that was never opened is none of ours. */
void
flow_socket_closed_call (FlowCall *call)
{
  FlowSocketCall *closed = (FlowSocketCall *) call;

  end_peer (closed->peer->doorway, closed->peer);
  flow_socket_call_free (closed);
}
