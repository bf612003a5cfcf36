/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-http"

#include <string.h>

#include "hub/flow-http-private.h"

#define LINGER_BYTES (1024 * 1024)
#define LINGER_US G_USEC_PER_SEC
#define WRITE_S 30

static GQuark
connection_quark (void)
{
  return g_quark_from_static_string ("flow-http-connection");
}

/* The socket is gone. */
static void
connection_free (gpointer data)
{
  FlowHttpConnection *self = data;

  if (self->server != NULL)
    {
      g_queue_unlink (&self->server->connections, &self->link);
      self->server->stats.connections--;
    }
  g_free (self);
}

static guint
find_doorway (FlowHttpServer *server, GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);
  guint port = G_IS_INET_SOCKET_ADDRESS (address) ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;

  for (guint i = 0; i < server->listeners->len; i += 2)
    {
      if (g_array_index (server->listeners, guint, i) == port)
        return g_array_index (server->listeners, guint, i + 1);
    }
  return 0;
}

/**
 * flow_http_connection_for_socket:
 * @server: a server
 * @socket: the socket of one of its connections
 *
 * Get what is known of a connection. The first time it is looked at, which is when it was accepted: who is
 * at its other end is asked then, before it can be gone.
 *
 * Returns: (transfer none): the connection; it lives as long as the socket
 */
FlowHttpConnection *
flow_http_connection_for_socket (FlowHttpServer *server, GSocket *socket)
{
  FlowHttpConnection *self = g_object_get_qdata (G_OBJECT (socket), connection_quark ());

  if (self != NULL)
    return self;

  self = g_new0 (FlowHttpConnection, 1);
  self->server = server;
  self->socket = socket;
  self->link.data = self;
  self->doorway = find_doorway (server, socket);
  self->peer = flow_peer_uid_lookup (server->peers, socket, &self->uid);
  g_queue_push_tail_link (&server->connections, &self->link);
  server->stats.connections++;
  g_object_set_qdata_full (G_OBJECT (socket), connection_quark (), self, connection_free);
  return self;
}

static void
set_deadline (FlowHttpConnection *self, gint64 deadline_us)
{
  self->deadline_us = deadline_us;
  if (deadline_us != 0)
    flow_http_server_arm (self->server, deadline_us);
}

/**
 * flow_http_connection_set_state:
 * @self: a connection
 * @state: what it waits for from now on
 *
 * Note what a connection waits for and until when it may.
 */
void
flow_http_connection_set_state (FlowHttpConnection *self, FlowHttpState state)
{
  const FlowHttpLimits *limits = &self->server->limits;
  gint64 now = g_get_monotonic_time ();

  self->state = state;
  switch (state)
    {
    case FLOW_HTTP_HEAD:
      set_deadline (self, now + (gint64) limits->head_ms * 1000);
      break;
    case FLOW_HTTP_BODY:
      self->body_end_us = now + (gint64) limits->body_ms * 1000;
      set_deadline (self, now + (gint64) MIN (limits->stall_ms, limits->body_ms) * 1000);
      break;
    case FLOW_HTTP_WAITING:
      set_deadline (self, 0);
      break;
    case FLOW_HTTP_WRITING:
      set_deadline (self, now + WRITE_S * G_USEC_PER_SEC);
      break;
    case FLOW_HTTP_IDLE:
      g_queue_unlink (&self->server->connections, &self->link);
      g_queue_push_tail_link (&self->server->connections, &self->link);
      set_deadline (self, now + (gint64) limits->idle_ms * 1000);
      break;
    case FLOW_HTTP_LINGER:
      set_deadline (self, now + LINGER_US);
      break;
    default:
      g_assert_not_reached ();
    }
}

/**
 * flow_http_connection_progress:
 * @self: a connection in %FLOW_HTTP_BODY
 *
 * Some of the body came, so it gets more time, but never more than a body may take in all.
 */
void
flow_http_connection_progress (FlowHttpConnection *self)
{
  gint64 wanted = g_get_monotonic_time () + (gint64) self->server->limits.stall_ms * 1000;

  self->deadline_us = MIN (wanted, self->body_end_us);
}

/**
 * flow_http_connection_close:
 * @self: a connection
 *
 * End a connection. libsoup finds it at its end and cleans up.
 */
void
flow_http_connection_close (FlowHttpConnection *self)
{
  self->state = FLOW_HTTP_LINGER;
  self->deadline_us = 0;
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
}

static void
append_head (GString *out, SoupServerMessage *msg, gsize length)
{
  SoupMessageHeadersIter iter;
  const char *name, *value;
  guint status = soup_server_message_get_status (msg);

  g_string_append_printf (out, "HTTP/1.1 %u %s\r\n", status, soup_status_get_phrase (status));
  soup_message_headers_iter_init (&iter, soup_server_message_get_response_headers (msg));
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      if (g_ascii_strcasecmp (name, "Content-Length") != 0 && g_ascii_strcasecmp (name, "Connection") != 0)
        g_string_append_printf (out, "%s: %s\r\n", name, value);
    }
  g_string_append_printf (out, "Content-Length: %" G_GSIZE_FORMAT "\r\nConnection: close\r\n\r\n", length);
}

/**
 * flow_http_connection_answer_and_close:
 * @self: a connection
 * @msg: its message, with status, headers and body of the answer set
 *
 * Answer while the request is still coming in. libsoup answers only after the end of a body, which may be
 * 8 GiB away, so the answer is written to the socket here. What is on its way is then thrown away for a second
 * or a megabyte: closing at once would reset the connection and could take the answer with it.
 */
void
flow_http_connection_answer_and_close (FlowHttpConnection *self, SoupServerMessage *msg)
{
  SoupMessageBody *body = soup_server_message_get_response_body (msg);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autoptr (GString) out = g_string_new (NULL);

  append_head (out, msg, g_bytes_get_size (bytes));
  if (soup_server_message_get_method (msg) != SOUP_METHOD_HEAD)
    g_string_append_len (out, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));

  /* Nothing else is being written, so all of it fits into the socket's buffer, or the peer is gone. */
  g_socket_send_with_blocking (self->socket, out->str, out->len, FALSE, NULL, NULL);
  g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  self->drain_left = LINGER_BYTES;
  flow_http_connection_set_state (self, FLOW_HTTP_LINGER);
}

static void
expire (FlowHttpConnection *self)
{
  if (self->state == FLOW_HTTP_BODY && self->exchange != NULL)
    flow_http_exchange_stalled (self->exchange);
  else
    flow_http_connection_close (self);
}

/**
 * flow_http_connections_sweep:
 * @server: a server
 * @now_us: monotonic time
 *
 * End the connections whose time is over, and arm the server for the next one.
 */
void
flow_http_connections_sweep (FlowHttpServer *server, gint64 now_us)
{
  GList *link = server->connections.head;

  while (link != NULL)
    {
      FlowHttpConnection *self = link->data;

      link = link->next;
      if (self->deadline_us != 0 && self->deadline_us <= now_us)
        expire (self);
      if (self->deadline_us != 0)
        flow_http_server_arm (server, self->deadline_us);
    }
}

/**
 * flow_http_connections_make_room:
 * @server: a server
 *
 * When there are more connections than allowed, close the one that has waited longest, an idle one if there
 * is one, else one that has not sent its head yet. Requests that are under way are never dropped for a new one.
 */
void
flow_http_connections_make_room (FlowHttpServer *server)
{
  static const FlowHttpState victims[] = { FLOW_HTTP_IDLE, FLOW_HTTP_HEAD };

  if (server->stats.connections <= server->limits.connections)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (victims); i++)
    {
      for (GList *link = server->connections.head; link != NULL; link = link->next)
        {
          FlowHttpConnection *self = link->data;

          if (self->state == victims[i] && self->deadline_us != 0)
            {
              flow_http_connection_close (self);
              return;
            }
        }
    }
}
