/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-web-sync"

#include "hub/doorways/flow-web-sync-private.h"
#include "hub/flow-json-read.h"

/* Protocol 1, of pages and of editors: whole texts, by the id of a snippet. */

/**
 * flow_web_sync_plain_text:
 * @payload: what came
 * @error: return location
 *
 * Read `code`.
 *
 * Returns: (transfer full): the text, or %NULL with %FLOW_ERROR_BAD_REQUEST or %FLOW_ERROR_TEXT_TOO_LONG
 */
FlowText *
flow_web_sync_plain_text (JsonObject *payload, GError **error)
{
  const char *code = flow_json_get_string (payload, "code");
  gsize size = code != NULL ? strlen (code) : 0;

  if (code == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "\"code\" is a string");
      return NULL;
    }
  if (size > FLOW_EDIT_MAX_TEXT)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_TEXT_TOO_LONG, "a text has at most 4 MiB");
      return NULL;
    }
  return flow_text_new_normalized (code, (gssize) size, error);
}

static void
send_text (FlowWebSyncEnd *self, FlowText *text)
{
  FlowWebSyncAnswer answer;
  FlowJsonWriter *writer = flow_web_sync_begin (&answer, self->client, "code_update", self->edit_id);

  flow_web_sync_member (writer, "id", self->key);
  flow_json_writer_key (writer, "code");
  flow_json_writer_string (writer, flow_text_get_data (text), (gssize) flow_text_get_size (text));
  flow_web_sync_send (&answer);
}

/** flow_web_sync_plain_send_later: a client that was slow takes more: the last text is all that it needs. */
void
flow_web_sync_plain_send_later (FlowWebSyncEnd *end)
{
  g_autoptr (FlowText) text = g_steal_pointer (&end->later);

  if (text != NULL)
    send_text (end, text);
}

/** flow_web_sync_plain_push: tell a client of protocol 1: texts, and that there is no editor. */
void
flow_web_sync_plain_push (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data)
{
  FlowWebSyncEnd *self = data;

  if (self->client == NULL)
    return;
  if (push->kind == FLOW_EDIT_PUSH_TEXT && flow_socket_peer_is_slow (self->client->peer))
    {
      g_clear_pointer (&self->later, flow_text_unref);
      self->later = flow_text_ref (push->text);
    }
  else if (push->kind == FLOW_EDIT_PUSH_TEXT)
    {
      g_clear_pointer (&self->later, flow_text_unref);
      send_text (self, push->text);
    }
  else if (push->kind == FLOW_EDIT_PUSH_STATE && push->state == FLOW_EDIT_STATE_EDITOR_FAILED && push->code != NULL)
    flow_web_sync_fail (self->client, NULL, self->edit_id, push->code,
                        push->message != NULL ? push->message : "the editor cannot be opened");
}

static gboolean
take_text (FlowWebSyncEnd *end, JsonObject *payload, GError **error)
{
  g_autoptr (FlowText) text = flow_web_sync_plain_text (payload, error);

  /* It was another version of the protocol that this connection began with it. */
  if (text != NULL && flow_edit_endpoint_get_style (end->endpoint) != FLOW_EDIT_WHOLE)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "what is edited by operations has no \"code\"");
      return FALSE;
    }
  return text != NULL &&
         flow_edit_session_take_text (flow_edit_endpoint_get_session (end->endpoint), end->endpoint, text, NULL, error);
}

static gboolean
open_snippet (FlowWebSyncClient *client, const char *id, const char *client_id, JsonObject *payload, GError **error)
{
  static const FlowEditEndpointFuncs funcs = { flow_web_sync_plain_push, flow_web_sync_detached };
  g_autoptr (FlowText) text = flow_web_sync_plain_text (payload, error);
  g_autofree char *url = flow_web_sync_bind_url (client, flow_json_get_string (payload, "url"));
  const char *type = flow_json_get_string (payload, "fileType");
  FlowEditField field = { .id = id };
  FlowEditOpening opening = {
    .field = &field,
    .title = flow_json_get_string (payload, "title"),
    .url = url,
    .type = type != NULL ? type : flow_json_get_string (payload, "type"),
    .origin = client->peer->who,
    .text = text,
    .focus = TRUE,
  };
  g_auto (FlowEditOpened) opened = { 0 };
  FlowWebSyncEnd *end;

  if (text == NULL)
    return FALSE;
  end = flow_web_sync_end_new (client, id, client_id, FLOW_EDIT_PAGE, FLOW_EDIT_WHOLE, &funcs);
  if (!flow_edits_open (client->sync->edits, &opening, end->endpoint, &opened, error))
    {
      flow_web_sync_end_free (end);
      return FALSE;
    }
  flow_web_sync_end_keep (end, opened.session);
  return TRUE;
}

/**
 * flow_web_sync_plain_request:
 * @client: a page
 * @message: what it says
 *
 * A page wants a snippet to be edited. When it has asked for the same before, the editor is shown again. Others may
 * have a snippet of the same name, so that this says nothing about who it is.
 */
void
flow_web_sync_plain_request (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  const char *id = flow_json_get_string (message->payload, "id");
  FlowWebSyncEnd *end = id != NULL ? g_hash_table_lookup (client->ends, id) : NULL;
  g_autofree char *client_id = end != NULL ? g_strdup (flow_edit_endpoint_get_client (end->endpoint)) : NULL;
  g_autoptr (GError) error = NULL;

  if (id == NULL || *id == '\0')
    g_set_error_literal (&error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "\"id\" is missing");
  else
    open_snippet (client, id, client_id, message->payload, &error);
  if (error != NULL)
    flow_web_sync_refuse (client, message, error);
}

/** flow_web_sync_plain_update: a client has another text. Editors may name the session beside the payload. */
void
flow_web_sync_plain_update (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  const char *id = flow_json_get_string (message->payload, "id");
  FlowWebSyncEnd *end = id != NULL ? g_hash_table_lookup (client->ends, id) : NULL;
  g_autoptr (GError) error = NULL;

  if (end == NULL && client->role == FLOW_WEB_SYNC_DESKTOP && message->session_id != NULL)
    end = g_hash_table_lookup (client->ends, message->session_id);
  if (end == NULL)
    g_set_error_literal (&error, FLOW_ERROR, FLOW_ERROR_NO_SESSION, "nothing of this id is edited");
  else
    take_text (end, message->payload, &error);
  if (error != NULL)
    flow_web_sync_refuse (client, message, error);
}
