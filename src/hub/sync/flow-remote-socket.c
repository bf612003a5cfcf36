/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-remote"

#include "hub/sync/flow-remote-socket.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "hub/flow-json-read.h"

/* An operation that travels alone, with what is around it. */
#define MAX_PAYLOAD (2 * 1024 * 1024)
#define KEEPALIVE_S 30

struct _FlowRemoteSocket
{
  const FlowRemoteSocketFuncs *funcs;
  gpointer data;
  SoupMessage *request;
  SoupWebsocketConnection *connection; /* (nullable): until it is open */
  GCancellable *cancellable;
};

static void
tell (FlowRemoteSocket *self, GBytes *bytes)
{
  g_autoptr (JsonObject) message = NULL;
  const char *type;

  message = flow_json_read_object (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
  type = message != NULL ? flow_json_get_string (message, "type") : NULL;
  if (type != NULL)
    self->funcs->told (type, message, self->data);
  else
    g_debug ("The cloud said something that is no message");
}

static void
message_cb (SoupWebsocketConnection *connection, SoupWebsocketDataType type, GBytes *bytes, FlowRemoteSocket *self)
{
  if (type == SOUP_WEBSOCKET_DATA_BINARY)
    self->funcs->batch (bytes, self->data);
  else
    tell (self, bytes);
}

static FlowRemoteSocketEnd
end_of_code (guint code)
{
  switch (code)
    {
    case 4401:
      return FLOW_REMOTE_SOCKET_EXPIRED;
    case 4403:
      return FLOW_REMOTE_SOCKET_REMOVED;
    case 4409:
      return FLOW_REMOTE_SOCKET_CLONED;
    default:
      return FLOW_REMOTE_SOCKET_LOST;
    }
}

static void
closed_cb (SoupWebsocketConnection *connection, FlowRemoteSocket *self)
{
  guint code = soup_websocket_connection_get_close_code (connection);

  self->funcs->ended (end_of_code (code), _ ("The connection to the cloud was lost"), self->data);
}

/* What a device has to know of itself the cloud says behind the handshake: statuses may be those of a proxy. */
static FlowRemoteSocketEnd
end_of_status (guint status)
{
  return status == SOUP_STATUS_UNAUTHORIZED ? FLOW_REMOTE_SOCKET_EXPIRED : FLOW_REMOTE_SOCKET_LOST;
}

/* After flow_remote_socket_free() this gets the error of a cancelled task, and there is no socket any more. */
static void
connected_cb (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  FlowRemoteSocket *self = data;

  connection = soup_session_websocket_connect_finish (SOUP_SESSION (session), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (connection == NULL)
    {
      self->funcs->ended (end_of_status (soup_message_get_status (self->request)), error->message, self->data);
      return;
    }
  self->connection = g_steal_pointer (&connection);
  soup_websocket_connection_set_max_incoming_payload_size (self->connection, MAX_PAYLOAD);
  soup_websocket_connection_set_keepalive_interval (self->connection, KEEPALIVE_S);
  g_signal_connect (self->connection, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->connection, "closed", G_CALLBACK (closed_cb), self);
  self->funcs->opened (self->data);
}

/**
 * flow_remote_socket_open:
 * @remote: a cloud that may be spoken with; lives longer
 * @access: an access token
 * @instance: what tells this run of the program from others with the same device
 * @funcs: (scope notified): whom to tell; lives longer
 * @data: for @funcs
 *
 * Begin to connect. Nothing is told before this returns.
 *
 * Returns: (transfer full): the socket
 */
FlowRemoteSocket *
flow_remote_socket_open (FlowRemote *remote, const char *access, const char *instance,
                         const FlowRemoteSocketFuncs *funcs, gpointer data)
{
  FlowRemoteSocket *self = g_new0 (FlowRemoteSocket, 1);

  self->funcs = funcs;
  self->data = data;
  self->cancellable = g_cancellable_new ();
  self->request = flow_remote_new_message (remote, SOUP_METHOD_GET, "/ws", access);
  soup_message_headers_replace (soup_message_get_request_headers (self->request), "X-FlowScope-Instance", instance);
  soup_session_websocket_connect_async (flow_remote_get_session (remote), self->request, NULL, NULL, G_PRIORITY_DEFAULT,
                                        self->cancellable, connected_cb, self);
  return self;
}

/**
 * flow_remote_socket_free:
 * @self: (transfer full): a socket
 *
 * Close it. Nothing is told any more.
 */
void
flow_remote_socket_free (FlowRemoteSocket *self)
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
  g_free (self);
}

/** flow_remote_socket_is_open: whether the cloud has let us in. */
gboolean
flow_remote_socket_is_open (FlowRemoteSocket *self)
{
  return self->connection != NULL &&
         soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN;
}

/** flow_remote_socket_send: send JSON; nobody gets it when the connection was lost. */
void
flow_remote_socket_send (FlowRemoteSocket *self, const char *text)
{
  if (flow_remote_socket_is_open (self))
    soup_websocket_connection_send_text (self->connection, text);
}
