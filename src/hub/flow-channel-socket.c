/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-channel"

#include "hub/flow-channel-socket.h"

#include <libsoup/soup.h>

#include "base/flow-error.h"

/* A message of 16 MiB, and the number of its delivery. */
#define MAX_PAYLOAD (16 * 1024 * 1024 + 1024)
/* Close codes from here on say that it is no use to come back (RFC 6455, section 7.4.2, private use). */
#define FINAL_CLOSE 4400

/**
 * FlowChannelSocket:
 *
 * A WebSocket to the hub, from the upgrade to the end, for messages of the native protocol.
 */
struct _FlowChannelSocket
{
  const FlowChannelSocketFuncs *funcs;
  gpointer data;
  SoupSession *session;
  SoupMessage *request;
  SoupWebsocketConnection *connection; /* (nullable): until it is open */
  GCancellable *cancellable;
};

static void
message_cb (SoupWebsocketConnection *connection, SoupWebsocketDataType type, GBytes *bytes, FlowChannelSocket *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowMessage) message = NULL;

  if (type != SOUP_WEBSOCKET_DATA_TEXT)
    return;
  message = flow_message_new_from_bytes (bytes, &error);
  if (message != NULL)
    self->funcs->message (message, self->data);
  else
    g_debug ("What came is no message: %s", error->message);
}

static FlowError
error_of_close (guint code)
{
  for (guint i = 0; i < FLOW_N_ERRORS; i++)
    {
      if (flow_error_table[i].close_code == (int) code)
        return (FlowError) i;
    }
  return FLOW_ERROR_FAILED;
}

static void
closed_cb (SoupWebsocketConnection *connection, FlowChannelSocket *self)
{
  guint code = soup_websocket_connection_get_close_code (connection);
  const char *reason = soup_websocket_connection_get_close_data (connection);
  g_autoptr (GError) error = NULL;

  if (code < FINAL_CLOSE)
    error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_NOT_RUNNING, "the connection to the hub was lost");
  else
    error = g_error_new (FLOW_ERROR, (int) error_of_close (code), "the hub closed the connection: %s",
                         reason != NULL && *reason != '\0' ? reason : flow_error_table[error_of_close (code)].code);
  self->funcs->closed (error, code >= FINAL_CLOSE, self->data);
}

/* What the hub's HTTP status says. Its token is another after each start, so even 401 is no reason to give up. */
static GError *
upgrade_error (SoupMessage *request, const GError *cause)
{
  switch (soup_message_get_status (request))
    {
    case SOUP_STATUS_UNAUTHORIZED:
      return g_error_new_literal (FLOW_ERROR, FLOW_ERROR_UNAUTHORIZED, "the hub does not know our token");
    case SOUP_STATUS_FORBIDDEN:
      return g_error_new_literal (FLOW_ERROR, FLOW_ERROR_FORBIDDEN, "the hub does not let us in");
    default:
      return g_error_new (FLOW_ERROR, FLOW_ERROR_NOT_RUNNING, "the hub cannot be reached: %s", cause->message);
    }
}

/* After flow_channel_socket_free() this gets the error of a cancelled task, and there is no socket any more. */
static void
connected_cb (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *connection;
  FlowChannelSocket *self = data;

  connection = soup_session_websocket_connect_finish (SOUP_SESSION (session), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (connection == NULL)
    {
      g_autoptr (GError) problem = upgrade_error (self->request, error);

      self->funcs->closed (problem, FALSE, self->data);
      return;
    }
  self->connection = connection;
  soup_websocket_connection_set_max_incoming_payload_size (connection, MAX_PAYLOAD);
  g_signal_connect (connection, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), self);
  self->funcs->opened (self->data);
}

/**
 * flow_channel_socket_open:
 * @url: `ws://127.0.0.1:PORT/ws`
 * @token: what the discovery file says
 * @funcs: (scope notified): whom to tell; lives longer than the socket
 * @data: for @funcs
 *
 * Begin to connect, on the thread-default main context. Nothing is told before this returns.
 *
 * Returns: (transfer full) (nullable): the socket, %NULL when @url is none
 */
FlowChannelSocket *
flow_channel_socket_open (const char *url, const char *token, const FlowChannelSocketFuncs *funcs, gpointer data)
{
  g_autofree char *authorization = g_strconcat ("Bearer ", token, NULL);
  SoupMessage *request = soup_message_new (SOUP_METHOD_GET, url);
  FlowChannelSocket *self;

  if (request == NULL)
    return NULL;
  self = g_new0 (FlowChannelSocket, 1);
  self->funcs = funcs;
  self->data = data;
  self->request = request;
  self->cancellable = g_cancellable_new ();
  self->session = soup_session_new ();
  /* The hub is on this machine, whatever proxy leads to others. */
  soup_session_set_proxy_resolver (self->session, NULL);
  soup_message_headers_replace (soup_message_get_request_headers (request), "Authorization", authorization);
  soup_session_websocket_connect_async (self->session, request, NULL, NULL, G_PRIORITY_DEFAULT, self->cancellable,
                                        connected_cb, self);
  return self;
}

/**
 * flow_channel_socket_free:
 * @self: (transfer full): a socket
 *
 * Close it. Nothing is told any more.
 */
void
flow_channel_socket_free (FlowChannelSocket *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->connection != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->connection, self);
      if (soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
    }
  g_clear_object (&self->connection);
  g_object_unref (self->cancellable);
  g_object_unref (self->request);
  g_object_unref (self->session);
  g_free (self);
}

/**
 * flow_channel_socket_close:
 * @self: a socket that is open
 *
 * Say goodbye behind what was sent; the owner is told when the hub has answered.
 */
void
flow_channel_socket_close (FlowChannelSocket *self)
{
  if (soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

/**
 * flow_channel_socket_send:
 * @self: a socket that is open
 * @message: what to send
 *
 * Send a message. It is lost when the connection was lost before.
 */
void
flow_channel_socket_send (FlowChannelSocket *self, FlowMessage *message)
{
  if (self->connection != NULL && soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_message (self->connection, SOUP_WEBSOCKET_DATA_TEXT,
                                            flow_message_get_bytes (message));
}
