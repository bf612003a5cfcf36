/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include "wire/flow-wire-private.h"

/* What other threads want: a list that the wire takes as a whole once a turn. Messages have a bound; the rest is
 * small, and there can be as much again of it, so that a close is possible when no message is. */

/** flow_wire_post_clear: free what a post holds. */
void
flow_wire_post_clear (gpointer data)
{
  FlowWirePost *post = data;

  g_clear_pointer (&post->bytes, g_bytes_unref);
  g_clear_pointer (&post->reason, g_free);
  g_clear_pointer (&post->sockets, g_ptr_array_unref);
  if (post->destroy != NULL)
    post->destroy (post->data);
  post->destroy = NULL;
}

static gboolean
has_room (FlowWire *self, const FlowWirePost *post)
{
  gsize length = post->bytes != NULL ? g_bytes_get_size (post->bytes) : 0;

  if (post->kind == FLOW_WIRE_POST_STOP)
    return TRUE;
  if (post->kind != FLOW_WIRE_POST_MESSAGE)
    return self->posts->len < 2 * self->limits.posts;
  return self->posts->len < self->limits.posts && self->post_bytes + length <= self->limits.post_bytes;
}

/* Takes what the post holds, also when it is refused. */
static gboolean
push (FlowWire *self, FlowWirePost *post)
{
  gboolean taken;

  g_mutex_lock (&self->mutex);
  taken = !self->no_posts && has_room (self, post);
  if (taken)
    {
      g_array_append_val (self->posts, *post);
      self->post_bytes += post->bytes != NULL ? g_bytes_get_size (post->bytes) : 0;
      if (self->posts->len == 1)
        uv_async_send (&self->async);
    }
  g_mutex_unlock (&self->mutex);
  if (!taken)
    flow_wire_post_clear (post);
  return taken;
}

static void
post_message (FlowWire *self, FlowWireConnection *connection, FlowWirePost *post)
{
  FlowWireSent sent = flow_wire_connection_send_bytes (connection, (FlowWireKind) post->number, post->bytes,
                                                       post->flags);

  if (sent != FLOW_WIRE_FULL)
    return;
  if (self->hooks.overflow != NULL &&
      self->hooks.overflow (connection, (FlowWireKind) post->number, post->bytes, self->data))
    return;
  flow_wire_connection_close (connection, 1013, "too slow");
}

static void
run (FlowWire *self, FlowWirePost *post)
{
  FlowWireConnection *connection;

  switch (post->kind)
    {
    case FLOW_WIRE_POST_INVOKE:
      post->func (post->data);
      return;
    case FLOW_WIRE_POST_LISTEN:
      flow_wire_listeners_add (self, post->number, post->sockets);
      return;
    case FLOW_WIRE_POST_STOP:
      flow_wire_stop_now (self);
      return;
    default:
      break;
    }

  connection = flow_wire_find (self, post->connection);
  if (connection == NULL)
    return;
  if (post->kind == FLOW_WIRE_POST_MESSAGE)
    post_message (self, connection, post);
  else if (post->kind == FLOW_WIRE_POST_CLOSE)
    flow_wire_connection_close (connection, post->number, post->reason);
  else if (post->kind == FLOW_WIRE_POST_PAUSED)
    flow_wire_connection_set_paused (connection, post->number != 0);
  else
    flow_wire_handshake_decide (connection, &post->verdict);
}

/** flow_wire_posts_cb: do what other threads have posted, in its order. */
void
flow_wire_posts_cb (uv_async_t *async)
{
  FlowWire *self = async->data;
  GArray *posts;

  g_mutex_lock (&self->mutex);
  posts = self->posts;
  self->posts = self->spare_posts;
  self->spare_posts = posts;
  self->post_bytes = 0;
  g_mutex_unlock (&self->mutex);

  for (guint i = 0; i < posts->len; i++)
    run (self, &g_array_index (posts, FlowWirePost, i));
  g_array_set_size (posts, 0);
}

/** flow_wire_posts_close: refuse whatever is posted from now on. On the wire's thread. */
void
flow_wire_posts_close (FlowWire *self)
{
  g_mutex_lock (&self->mutex);
  self->no_posts = TRUE;
  g_mutex_unlock (&self->mutex);
  g_array_set_size (self->posts, 0);
}

/**
 * flow_wire_listen:
 * @self: a wire
 * @doorway: a number by which the hooks tell listeners from each other
 * @sockets: (element-type GSocket): listening sockets, see flow_listen_loopback()
 *
 * Accept connections.
 *
 * Returns: %FALSE when the wire is stopping
 */
gboolean
flow_wire_listen (FlowWire *self, guint doorway, GPtrArray *sockets)
{
  FlowWirePost post = { .kind = FLOW_WIRE_POST_LISTEN, .number = doorway };

  g_return_val_if_fail (self != NULL && sockets != NULL, FALSE);

  for (guint i = 0; i < sockets->len; i++)
    g_socket_set_blocking (g_ptr_array_index (sockets, i), FALSE);
  post.sockets = g_ptr_array_ref (sockets);
  return push (self, &post);
}

/**
 * flow_wire_post_message:
 * @self: a wire
 * @connection: id of a connection; when it is gone nothing happens
 * @kind: what the message is; a text must be UTF-8
 * @bytes: the message; kept by reference
 * @flags: how
 *
 * Have a message sent, from any thread. Never blocks. When it does not fit into the connection's queue the
 * overflow hook hears of it.
 *
 * Returns: %FALSE when too much is posted already, or the wire is stopping: the message will not be sent
 */
gboolean
flow_wire_post_message (FlowWire *self, guint64 connection, FlowWireKind kind, GBytes *bytes, FlowWireSendFlags flags)
{
  FlowWirePost post = { .kind = FLOW_WIRE_POST_MESSAGE, .connection = connection, .number = kind, .flags = flags };

  g_return_val_if_fail (self != NULL && bytes != NULL, FALSE);

  post.bytes = g_bytes_ref (bytes);
  return push (self, &post);
}

/**
 * flow_wire_post_close:
 * @self: a wire
 * @connection: id of a connection; when it is gone nothing happens
 * @code: close code
 * @reason: (nullable): why, in at most 123 bytes
 *
 * Have a connection closed after what waits for it has been sent, from any thread. Never blocks.
 *
 * Returns: %FALSE when too much is posted already, or the wire is stopping
 */
gboolean
flow_wire_post_close (FlowWire *self, guint64 connection, guint code, const char *reason)
{
  FlowWirePost post = { .kind = FLOW_WIRE_POST_CLOSE, .connection = connection, .number = code };

  g_return_val_if_fail (self != NULL && flow_wire_is_close_code (code), FALSE);

  post.reason = g_strdup (reason);
  return push (self, &post);
}

/**
 * flow_wire_post_verdict:
 * @self: a wire
 * @connection: id of a connection about which %FLOW_WIRE_WAIT was said; when it is gone nothing happens
 * @verdict: what becomes of it
 *
 * Decide about a connection that waits, from any thread. Never blocks.
 *
 * Returns: %FALSE when too much is posted already, or the wire is stopping
 */
gboolean
flow_wire_post_verdict (FlowWire *self, guint64 connection, const FlowWireVerdict *verdict)
{
  FlowWirePost post = { .kind = FLOW_WIRE_POST_VERDICT, .connection = connection };

  g_return_val_if_fail (self != NULL && verdict != NULL && verdict->answer != FLOW_WIRE_WAIT, FALSE);

  post.verdict = *verdict;
  return push (self, &post);
}

/**
 * flow_wire_post_paused:
 * @self: a wire
 * @connection: id of a connection; when it is gone nothing happens
 * @paused: whether it is paused
 *
 * As flow_wire_connection_set_paused(), from any thread. Never blocks.
 *
 * Returns: %FALSE when too much is posted already, or the wire is stopping
 */
gboolean
flow_wire_post_paused (FlowWire *self, guint64 connection, gboolean paused)
{
  FlowWirePost post = { .kind = FLOW_WIRE_POST_PAUSED, .connection = connection, .number = paused != FALSE };

  g_return_val_if_fail (self != NULL, FALSE);

  return push (self, &post);
}

/**
 * flow_wire_invoke:
 * @self: a wire
 * @func: what to run on the wire's thread; must not block
 * @data: for @func
 * @destroy: (nullable): frees @data, also when @func will not run
 *
 * Have a function run on the wire's thread, in the order of what is posted. Never blocks.
 *
 * Returns: %FALSE when too much is posted already, or the wire is stopping: @func will not run
 */
gboolean
flow_wire_invoke (FlowWire *self, void (*func) (gpointer data), gpointer data, GDestroyNotify destroy)
{
  FlowWirePost post = { .kind = FLOW_WIRE_POST_INVOKE, .func = func, .data = data, .destroy = destroy };

  g_return_val_if_fail (self != NULL && func != NULL, FALSE);

  return push (self, &post);
}

/**
 * flow_wire_stop:
 * @self: a wire
 *
 * Have the wire stop, without waiting for it: no more connections, "going away" (1001) to those that are open,
 * and who has not answered after the time that closing may take is cut off. Then the stopped hook is called.
 */
void
flow_wire_stop (FlowWire *self)
{
  FlowWirePost post = { .kind = FLOW_WIRE_POST_STOP };

  g_return_if_fail (self != NULL);

  push (self, &post);
}
