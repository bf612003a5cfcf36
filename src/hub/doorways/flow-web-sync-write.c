/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-web-sync"

#include "hub/doorways/flow-web-sync-private.h"
#include "hub/flow-json-read.h"

/** flow_web_sync_member: write a member; nothing when there is no text. */
void
flow_web_sync_member (FlowJsonWriter *writer, const char *name, const char *text)
{
  if (text == NULL)
    return;
  flow_json_writer_key (writer, name);
  flow_json_writer_string (writer, text, -1);
}

/**
 * flow_web_sync_begin:
 * @self: (out caller-allocates): a message
 * @client: for whom
 * @type: what it is
 * @session_id: (nullable): the session that it is about
 *
 * Begin a message. flow_web_sync_send() must follow.
 *
 * Returns: (transfer none): for the members of its `payload`
 */
FlowJsonWriter *
flow_web_sync_begin (FlowWebSyncAnswer *self, FlowWebSyncClient *client, const char *type, const char *session_id)
{
  *self = (FlowWebSyncAnswer) { .client = client, .out = g_string_new (NULL) };
  flow_json_writer_init (&self->writer, self->out);
  flow_json_writer_begin_object (&self->writer);
  flow_web_sync_member (&self->writer, "type", type);
  flow_web_sync_member (&self->writer, "connectionId", client->id);
  flow_web_sync_member (&self->writer, "userId", client->user_id);
  flow_web_sync_member (&self->writer, "sessionId", session_id);
  flow_json_writer_key (&self->writer, "payload");
  flow_json_writer_begin_object (&self->writer);
  return &self->writer;
}

/** flow_web_sync_send: end a message and send it. */
void
flow_web_sync_send (FlowWebSyncAnswer *self)
{
  g_autoptr (GBytes) bytes = NULL;

  flow_json_writer_end_object (&self->writer);
  flow_json_writer_end_object (&self->writer);
  bytes = g_string_free_to_bytes (g_steal_pointer (&self->out));
  flow_socket_peer_send (self->client->peer, bytes);
}

/* The codes that clients of this protocol know are other ones than ours. */
static char *
get_literal_code (const FlowErrorInfo *code)
{
  if (code == flow_error_info (FLOW_ERROR_NO_SESSION))
    return g_strdup ("SESSION_NOT_FOUND");
  if (code == flow_error_info (FLOW_ERROR_EDITOR_NOT_FOUND) || code == flow_error_info (FLOW_ERROR_NO_EDITOR))
    return g_strdup ("NO_DESKTOP");
  return g_ascii_strup (code->code, -1);
}

/**
 * flow_web_sync_fail:
 * @client: who is told
 * @about: (nullable): the message that it is about
 * @edit_id: (nullable): the session that it is about
 * @code: what is wrong
 * @message: the same in words
 *
 * Send an `error`.
 */
void
flow_web_sync_fail (FlowWebSyncClient *client, const FlowWebSyncMessage *about, const char *edit_id,
                    const FlowErrorInfo *code, const char *message)
{
  g_autofree char *literal = get_literal_code (code);
  FlowWebSyncAnswer answer;
  FlowJsonWriter *writer = flow_web_sync_begin (&answer, client, "error", edit_id);

  if (g_str_equal (literal, "NO_DESKTOP") && client->protocol < FLOW_WEB_SYNC_PROTOCOL)
    message = "No desktop connection found";
  flow_web_sync_member (writer, "message", message);
  flow_web_sync_member (writer, "code", literal);
  flow_web_sync_member (writer, "advice", code->advice);
  flow_web_sync_member (writer, "editId", edit_id);
  if (about != NULL)
    {
      flow_web_sync_member (writer, "requestId", flow_json_get_string (about->payload, "requestId"));
      flow_web_sync_member (writer, "client", flow_json_get_string (about->payload, "client"));
      flow_web_sync_member (writer, "id", flow_json_get_string (about->payload, "id"));
    }
  flow_web_sync_send (&answer);
}

/**
 * flow_web_sync_refuse:
 * @client: who is told
 * @about: (nullable): the message that it is about
 * @error: why it was not taken
 *
 * Send an `error`, and keep record of it.
 */
void
flow_web_sync_refuse (FlowWebSyncClient *client, const FlowWebSyncMessage *about, const GError *error)
{
  FlowError code = error->domain == FLOW_ERROR ? (FlowError) error->code : FLOW_ERROR_BAD_REQUEST;
  const char *edit_id = about != NULL ? flow_json_get_string (about->payload, "editId") : NULL;

  flow_web_sync_fail (client, about, edit_id, flow_error_info (code), error->message);
  flow_socket_peer_note (client->peer, code, error->message);
}
