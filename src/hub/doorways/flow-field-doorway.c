/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-field"

#include "hub/doorways/flow-field-doorway.h"

#include <string.h>

#include "edit/flow-edit-session.h"
#include "hub/edits/flow-edit-read.h"
#include "hub/flow-json-read.h"

#define NORMAL 1000
#define POLICY 1008

/**
 * FlowFieldDoorway:
 *
 * A doorway for the extensions of browsers that have a field's text edited elsewhere: each connection is a field, its
 * first message says which, and all of them have its whole text. There are no words for errors: a connection that says
 * something wrong is closed with a reason. The page does not come back by itself; when it does, the session is found by
 * what the field is.
 */
struct _FlowFieldDoorway
{
  const FlowFieldProtocol *protocol;
  FlowSocketDoorway *sockets;
  FlowEdits *edits; /* (nullable): until it is opened */
};

/* A field: the peer and the session each have a reference. */
typedef struct
{
  FlowFieldDoorway *doorway;
  FlowSocketPeer *peer;       /* (nullable): when the connection is gone */
  FlowEditEndpoint *endpoint; /* (nullable): before the first message */
  FlowText *later;            /* (nullable): for a peer that is slow */
  guint refs;
} Field;

static void
field_unref (Field *self)
{
  if (--self->refs > 0)
    return;
  g_clear_pointer (&self->endpoint, flow_edit_endpoint_unref);
  g_clear_pointer (&self->later, flow_text_unref);
  g_free (self);
}

static void
opened_cb (FlowSocketPeer *peer, gpointer data)
{
  Field *field = g_new0 (Field, 1);

  field->doorway = data;
  field->peer = peer;
  field->refs = 1;
  peer->state = field;
}

static void
closed_cb (FlowSocketPeer *peer, gpointer data)
{
  Field *field = g_steal_pointer (&peer->state);
  FlowEditSession *session = field->endpoint != NULL ? flow_edit_endpoint_get_session (field->endpoint) : NULL;

  field->peer = NULL;
  if (session != NULL)
    flow_edit_session_detach (session, field->endpoint, FLOW_EDIT_LOST);
  field_unref (field);
}

/* Where the page's cursor is now, when nobody says where it should be: it must not jump. */
static void
send_text (Field *self, FlowText *text, const FlowEditCursor *cursor)
{
  FlowEditSession *session = flow_edit_endpoint_get_session (self->endpoint);
  g_autoptr (GBytes) bytes = NULL;
  FlowEditCursor own;

  g_clear_pointer (&self->later, flow_text_unref);
  if (cursor == NULL && session != NULL && flow_edit_session_get_cursor (session, FLOW_EDIT_PAGE, &own))
    cursor = &own;
  bytes = flow_field_write (self->doorway->protocol, text, cursor);
  flow_socket_peer_send (self->peer, bytes);
}

static void
drained_cb (FlowSocketPeer *peer, gpointer data)
{
  Field *field = peer->state;
  g_autoptr (FlowText) text = g_steal_pointer (&field->later);

  if (text != NULL)
    send_text (field, text, NULL);
}

static void
push_cb (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data)
{
  Field *field = data;

  if (field->peer == NULL)
    return;
  if (push->kind == FLOW_EDIT_PUSH_CLOSED)
    flow_socket_peer_close (field->peer, NORMAL, flow_edit_reason_name (push->reason));
  else if (push->kind != FLOW_EDIT_PUSH_TEXT)
    return;
  else if (!flow_socket_peer_is_slow (field->peer))
    send_text (field, push->text, push->cursor);
  else
    {
      g_clear_pointer (&field->later, flow_text_unref);
      field->later = flow_text_ref (push->text);
    }
}

static void
detached_cb (FlowEditEndpoint *endpoint, gpointer data)
{
  field_unref (data);
}

static gboolean
open_field (Field *self, const FlowFieldMessage *message, GError **error)
{
  static const FlowEditEndpointFuncs funcs = { push_cb, detached_cb };
  g_autofree char *url = flow_edit_bind_url (message->url, self->peer->origin);
  g_autofree char *name = g_strdup_printf ("%s/%" G_GUINT64_FORMAT, self->doorway->protocol->name,
                                           self->peer->connection);
  FlowEditOpening opening = {
    .title = message->title,
    .url = url,
    .type = message->type,
    .origin = self->peer->who,
    .text = message->text,
    .cursor = message->has_cursor ? &message->cursor : NULL,
    .focus = TRUE,
  };
  g_auto (FlowEditOpened) opened = { 0 };

  self->endpoint = flow_edit_endpoint_new (FLOW_EDIT_PAGE, FLOW_EDIT_WHOLE, NULL, self->doorway->protocol->name, name,
                                           &funcs, self);
  self->refs++;
  if (flow_edits_open (self->doorway->edits, &opening, self->endpoint, &opened, error))
    return TRUE;
  self->refs--;
  g_clear_pointer (&self->endpoint, flow_edit_endpoint_unref);
  return FALSE;
}

static gboolean
take (Field *self, const FlowFieldMessage *message, GError **error)
{
  FlowEditSession *session = self->endpoint != NULL ? flow_edit_endpoint_get_session (self->endpoint) : NULL;

  if (message->text == NULL)
    return TRUE;
  if (session != NULL)
    return flow_edit_session_take_text (session, self->endpoint, message->text,
                                        message->has_cursor ? &message->cursor : NULL, error);
  if (message->opens)
    return open_field (self, message, error);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "the first message says what the field is");
  return FALSE;
}

static void
refuse (FlowSocketPeer *peer, const GError *error)
{
  FlowError code = error->domain == FLOW_ERROR ? (FlowError) error->code : FLOW_ERROR_BAD_REQUEST;
  int close_code = flow_error_info (code)->close_code;

  flow_socket_peer_note (peer, code, error->message);
  flow_socket_peer_close (peer, close_code > 0 ? (guint) close_code : POLICY, error->message);
}

static void
message_cb (FlowSocketPeer *peer, GBytes *bytes, gpointer data)
{
  FlowFieldDoorway *self = data;
  g_auto (FlowFieldMessage) message = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = NULL;

  object = flow_edit_json_read (bytes, &error);
  if (object == NULL || !self->protocol->read (object, &message, &error))
    flow_edits_count_error (self->edits);
  else
    take (peer->state, &message, &error);
  if (error != NULL)
    refuse (peer, error);
}

/**
 * flow_field_doorway_new:
 * @protocol: what is spoken
 * @parts: what it is built on; copied
 *
 * Make a doorway for the calling thread. Nobody may come in before it is opened.
 *
 * Returns: (transfer full): the doorway
 */
FlowFieldDoorway *
flow_field_doorway_new (const FlowFieldProtocol *protocol, const FlowSocketParts *parts)
{
  static const FlowSocketFuncs funcs = { opened_cb, message_cb, drained_cb, closed_cb };
  FlowFieldDoorway *self = g_new0 (FlowFieldDoorway, 1);

  self->protocol = protocol;
  self->sockets = flow_socket_doorway_new (protocol->name, parts, &funcs, self);
  return self;
}

/**
 * flow_field_doorway_free:
 * @self: (transfer full): a doorway whose wire has stopped, and has told everything
 *
 * Free it.
 */
void
flow_field_doorway_free (FlowFieldDoorway *self)
{
  flow_socket_doorway_free (self->sockets);
  g_free (self);
}

/**
 * flow_field_doorway_open:
 * @self: a doorway
 * @edits: the texts that are edited; live until it is closed
 *
 * Let fields in.
 */
void
flow_field_doorway_open (FlowFieldDoorway *self, FlowHubEdits *edits)
{
  self->edits = flow_hub_edits_get_edits (edits);
}

/** flow_field_doorway_get_sockets: its connections. */
FlowSocketDoorway *
flow_field_doorway_get_sockets (FlowFieldDoorway *self)
{
  return self->sockets;
}

/**
 * flow_field_read_text:
 * @object: what has a member `text`
 * @error: return location
 *
 * Read the whole text of a field.
 *
 * Returns: (transfer full): the text, or %NULL with %FLOW_ERROR_BAD_REQUEST or %FLOW_ERROR_TEXT_TOO_LONG
 */
FlowText *
flow_field_read_text (JsonObject *object, GError **error)
{
  const char *text = flow_json_get_string (object, "text");
  gsize size = text != NULL ? strlen (text) : 0;

  if (text == NULL)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "\"text\" is a string");
  else if (size > FLOW_EDIT_MAX_TEXT)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_TEXT_TOO_LONG, "a text has at most 4 MiB");
  else
    return flow_text_new_normalized (text, (gssize) size, error);
  return NULL;
}

/** flow_field_write_text: write a member `text`. */
void
flow_field_write_text (FlowJsonWriter *writer, FlowText *text)
{
  flow_json_writer_key (writer, "text");
  flow_json_writer_string (writer, flow_text_get_data (text), (gssize) flow_text_get_size (text));
}

/**
 * flow_field_write:
 * @protocol: what is spoken
 * @text: a text
 * @cursor: (nullable): where the cursor should be
 *
 * Returns: (transfer full): the message that gives a field its text
 */
GBytes *
flow_field_write (const FlowFieldProtocol *protocol, FlowText *text, const FlowEditCursor *cursor)
{
  GString *out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  protocol->write (&writer, text, cursor);
  flow_json_writer_end_object (&writer);
  return g_string_free_to_bytes (out);
}

/** flow_field_message_clear: free what was read. */
void
flow_field_message_clear (FlowFieldMessage *self)
{
  g_clear_pointer (&self->text, flow_text_unref);
}
