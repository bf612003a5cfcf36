/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-emacs"

#include "hub/doorways/flow-emacs-editor.h"

#include <libsoup/soup.h>

#include "base/flow-error.h"
#include "edit/flow-edit-session.h"
#include "hub/doorways/flow-atomic-chrome.h"
#include "hub/edits/flow-edit-read.h"
#include "wire/flow-listen.h"

/* JSON makes a text of 4 MiB longer. */
#define MAX_PAYLOAD (32 * 1024 * 1024)

/**
 * FlowEmacsEditor:
 *
 * An editor that listens where Atomic Chrome looks for one, as Emacs with its package atomic-chrome does: the hub is to
 * it what a browser is, one connection for each text. Belongs to the hub thread.
 */
struct _FlowEmacsEditor
{
  guint port; /* 0: the hub itself listens there */
  SoupSession *session;
  GQueue texts; /* of Text */
};

/* One text in it; lives until the session has let go of it. */
typedef struct
{
  FlowEmacsEditor *editor; /* (nullable): when that is closed */
  FlowEditEndpoint *endpoint;
  SoupWebsocketConnection *socket; /* (nullable): until it is open */
  GCancellable *cancellable;
  GList link;
} Text;

static void
drop_socket (Text *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->socket == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->socket, self);
  if (soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (self->socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  g_clear_object (&self->socket);
}

static void
detached_cb (FlowEditEndpoint *endpoint, gpointer data)
{
  Text *self = data;

  drop_socket (self);
  if (self->editor != NULL)
    g_queue_unlink (&self->editor->texts, &self->link);
  g_object_unref (self->cancellable);
  flow_edit_endpoint_unref (self->endpoint);
  g_free (self);
}

static void
send (Text *self, GBytes *bytes)
{
  if (soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_message (self->socket, SOUP_WEBSOCKET_DATA_TEXT, bytes);
}

/* What comes before it is open is in the text that it is opened with. */
static void
push_cb (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data)
{
  Text *self = data;

  if (push->kind == FLOW_EDIT_PUSH_TEXT && self->socket != NULL)
    {
      g_autoptr (GBytes) bytes = flow_field_write (&flow_atomic_chrome, push->text, push->cursor);

      send (self, bytes);
    }
  else if (push->kind == FLOW_EDIT_PUSH_CLOSED)
    drop_socket (self);
}

static void
message_cb (SoupWebsocketConnection *socket, SoupWebsocketDataType type, GBytes *bytes, Text *self)
{
  FlowEditSession *session = flow_edit_endpoint_get_session (self->endpoint);
  g_auto (FlowFieldMessage) message = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = NULL;

  if (type != SOUP_WEBSOCKET_DATA_TEXT || session == NULL)
    return;
  object = flow_edit_json_read (bytes, &error);
  if (object != NULL && flow_atomic_chrome.read (object, &message, &error) && message.text != NULL)
    flow_edit_session_take_text (session, self->endpoint, message.text, message.has_cursor ? &message.cursor : NULL,
                                 &error);
  if (error != NULL)
    g_message ("what the editor sent is not taken: %s", error->message);
}

/* Its buffer is closed, or it is. */
static void
closed_cb (SoupWebsocketConnection *socket, Text *self)
{
  FlowEditSession *session = flow_edit_endpoint_get_session (self->endpoint);
  gboolean closed = soup_websocket_connection_get_close_code (socket) != 0;

  if (session != NULL)
    flow_edit_session_detach (session, self->endpoint, closed ? FLOW_EDIT_LEFT : FLOW_EDIT_LOST);
}

static void
begin (Text *self, SoupWebsocketConnection *socket)
{
  FlowEditSession *session = flow_edit_endpoint_get_session (self->endpoint);
  g_autoptr (GBytes) bytes = flow_atomic_chrome_write_register (session);

  self->socket = socket;
  soup_websocket_connection_set_max_incoming_payload_size (socket, MAX_PAYLOAD);
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), self);
  send (self, bytes);
  flow_edit_session_opened (session, self->endpoint);
}

/* A text that is gone has cancelled this, and is not there any more. */
static void
connected_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *socket = soup_session_websocket_connect_finish (SOUP_SESSION (object), result, &error);
  Text *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (socket != NULL)
    begin (self, socket);
  else
    {
      FlowEditSession *session = flow_edit_endpoint_get_session (self->endpoint);

      flow_edit_session_failed (session, self->endpoint, FLOW_ERROR_EDITOR_NOT_FOUND, error->message);
    }
}

/* Whether somebody listens: his port cannot be had. Connecting would be told to the user as a page that comes. */
static gboolean
is_connected (gpointer data)
{
  FlowEmacsEditor *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sockets = NULL;
  guint port;

  if (self->port == 0)
    return FALSE;
  sockets = flow_listen_loopback (self->port, &port, &error);
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

static Text *
text_new (FlowEmacsEditor *editor)
{
  static const FlowEditEndpointFuncs funcs = { push_cb, detached_cb };
  Text *self = g_new0 (Text, 1);

  self->editor = editor;
  self->cancellable = g_cancellable_new ();
  self->link.data = self;
  self->endpoint = flow_edit_endpoint_new (FLOW_EDIT_EDITOR, FLOW_EDIT_WHOLE, NULL, "emacs", "Emacs", &funcs, self);
  return self;
}

static gboolean
open_text (FlowEditSession *session, gpointer data, GError **error)
{
  FlowEmacsEditor *self = data;
  g_autofree char *url = g_strdup_printf ("ws://127.0.0.1:%u/", self->port);
  g_autoptr (SoupMessage) request = NULL;
  Text *text;

  if (!is_connected (self))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_EDITOR_NOT_FOUND,
                           "no Emacs listens; atomic-chrome-start-server makes it");
      return FALSE;
    }
  text = text_new (self);
  g_queue_push_tail_link (&self->texts, &text->link);
  if (!flow_edit_session_attach (session, text->endpoint, error))
    {
      detached_cb (text->endpoint, text);
      return FALSE;
    }
  request = soup_message_new (SOUP_METHOD_GET, url);
  soup_message_disable_feature (request, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  soup_session_websocket_connect_async (self->session, request, NULL, NULL, G_PRIORITY_DEFAULT, text->cancellable,
                                        connected_cb, text);
  return TRUE;
}

/**
 * flow_emacs_editor_new:
 * @port: where an editor may listen; 0 when the hub itself does
 *
 * Make it for the calling thread.
 *
 * Returns: (transfer full): the editor
 */
FlowEmacsEditor *
flow_emacs_editor_new (guint port)
{
  FlowEmacsEditor *self = g_new0 (FlowEmacsEditor, 1);

  self->port = port;
  g_queue_init (&self->texts);
  self->session = soup_session_new ();
  /* It is on this machine, whatever proxy leads to others. */
  soup_session_set_proxy_resolver (self->session, NULL);
  return self;
}

/** flow_emacs_editor_close: let go of all texts. */
void
flow_emacs_editor_close (FlowEmacsEditor *self)
{
  while (self->texts.length > 0)
    {
      GList *link = g_queue_pop_head_link (&self->texts);
      Text *text = link->data;
      FlowEditSession *session = flow_edit_endpoint_get_session (text->endpoint);

      text->editor = NULL;
      drop_socket (text);
      if (session != NULL)
        flow_edit_session_detach (session, text->endpoint, FLOW_EDIT_LOST);
    }
}

/**
 * flow_emacs_editor_free:
 * @self: (transfer full): an editor
 *
 * Free it.
 */
void
flow_emacs_editor_free (FlowEmacsEditor *self)
{
  flow_emacs_editor_close (self);
  soup_session_abort (self->session);
  g_object_unref (self->session);
  g_free (self);
}

/**
 * flow_emacs_editor_open:
 * @self: an editor
 * @edits: the texts that are edited
 *
 * Have it chosen.
 */
void
flow_emacs_editor_open (FlowEmacsEditor *self, FlowHubEdits *edits)
{
  static const FlowHubEditor editor = {
    .choice = "atomic-chrome",
    .name = "Emacs",
    .is_connected = is_connected,
    .open = open_text,
  };

  flow_hub_edits_add_editor (edits, &editor, self);
}
