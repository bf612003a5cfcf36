/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-web-sync"

#include "edit/flow-edit-json.h"
#include "hub/doorways/flow-web-sync-private.h"
#include "hub/flow-json-read.h"

/* Ends of sessions at a connection, and what both pages and editors say of protocol 2. */

/**
 * flow_web_sync_end_new:
 * @client: at which connection
 * @key: what the client calls it
 * @client_id: (nullable): the id that it keeps when it comes by another connection; %NULL: it never does
 * @side: which end of a session it is
 * @style: how it speaks
 * @funcs: how it is told
 *
 * Make an end; its endpoint is to be attached to a session, and flow_web_sync_end_keep() called.
 *
 * Returns: (transfer full): the end
 */
FlowWebSyncEnd *
flow_web_sync_end_new (FlowWebSyncClient *client, const char *key, const char *client_id, FlowEditSide side,
                       FlowEditStyle style, const FlowEditEndpointFuncs *funcs)
{
  FlowWebSyncEnd *self = g_new0 (FlowWebSyncEnd, 1);
  const char *kind = client->role == FLOW_WEB_SYNC_DESKTOP ? "foreign" : "browser_page";
  g_autofree char *name = g_strdup_printf ("%s/%.8s", kind, key);

  self->client = client;
  self->key = g_strdup (key);
  self->endpoint = flow_edit_endpoint_new (side, style, client_id, kind, name, funcs, self);
  return self;
}

/** flow_web_sync_end_free: free an end that no session has. */
void
flow_web_sync_end_free (FlowWebSyncEnd *self)
{
  flow_edit_endpoint_unref (self->endpoint);
  g_clear_pointer (&self->later, flow_text_unref);
  g_free (self->edit_id);
  g_free (self->key);
  g_free (self);
}

/**
 * flow_web_sync_end_keep:
 * @self: (transfer full): an end whose endpoint is attached
 * @session: to which session
 *
 * Have it found by what the client calls it. Another of that name goes: nothing that the client says could be about it.
 */
void
flow_web_sync_end_keep (FlowWebSyncEnd *self, FlowEditSession *session)
{
  FlowWebSyncEnd *former = g_hash_table_lookup (self->client->ends, self->key);

  if (former != NULL)
    flow_web_sync_end_leave (former, FLOW_EDIT_LEFT);
  self->edit_id = g_strdup (flow_edit_session_get_id (session));
  g_hash_table_replace (self->client->ends, self->key, self);
}

/** flow_web_sync_detached: the session has let go of an end. */
void
flow_web_sync_detached (FlowEditEndpoint *endpoint, gpointer data)
{
  FlowWebSyncEnd *self = data;

  if (self->client != NULL && g_hash_table_lookup (self->client->ends, self->key) == self)
    g_hash_table_remove (self->client->ends, self->key);
  flow_web_sync_end_free (self);
}

/** flow_web_sync_end_leave: the client does not have the text any more. */
void
flow_web_sync_end_leave (FlowWebSyncEnd *self, FlowEditReason reason)
{
  flow_edit_session_detach (flow_edit_endpoint_get_session (self->endpoint), self->endpoint, reason);
}

static FlowWebSyncEnd *
find_by_session (FlowWebSyncClient *client, const char *edit_id)
{
  GHashTableIter iter;
  gpointer end;

  g_hash_table_iter_init (&iter, client->ends);
  while (edit_id != NULL && g_hash_table_iter_next (&iter, NULL, &end))
    {
      if (g_strcmp0 (((FlowWebSyncEnd *) end)->edit_id, edit_id) == 0)
        return end;
    }
  return NULL;
}

/**
 * flow_web_sync_find_end:
 * @client: a connection
 * @message: what came by it
 *
 * Find the end that a message of protocol 2 is about, by `client` or by `editId`. Nothing is found by ids of others: a
 * client changes what it has itself.
 *
 * Returns: (nullable): the end
 */
FlowWebSyncEnd *
flow_web_sync_find_end (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  const char *key = flow_json_get_string (message->payload, "client");
  const char *edit_id = flow_json_get_string (message->payload, "editId");
  FlowWebSyncEnd *end = key != NULL ? g_hash_table_lookup (client->ends, key) : find_by_session (client, edit_id);

  return end != NULL && (edit_id == NULL || g_strcmp0 (end->edit_id, edit_id) == 0) ? end : NULL;
}

static FlowWebSyncEnd *
require_end (FlowWebSyncClient *client, const FlowWebSyncMessage *message, GError **error)
{
  FlowWebSyncEnd *end = flow_web_sync_find_end (client, message);

  if (end == NULL)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION, "this connection has no such session");
  return end;
}

static gboolean
take_update (FlowWebSyncEnd *end, const FlowEditUpdate *update, GError **error)
{
  FlowEditSession *session = flow_edit_endpoint_get_session (end->endpoint);
  gboolean whole = flow_edit_endpoint_get_style (end->endpoint) == FLOW_EDIT_WHOLE;

  if (update->opened)
    flow_edit_session_opened (session, end->endpoint);
  if (whole ? update->operation != NULL : update->text != NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST,
                           "an end with \"whole\" sends \"text\", the others send \"op\"");
      return FALSE;
    }
  if (update->text != NULL)
    return flow_edit_session_take_text (session, end->endpoint, update->text, update->cursor, error);
  if (update->operation != NULL)
    return flow_edit_session_take_operation (session, end->endpoint, update->base, update->operation, update->op_id,
                                             update->cursor, error);
  return update->cursor == NULL ||
         flow_edit_session_move_cursor (session, end->endpoint, update->base, update->cursor, error);
}

/** flow_web_sync_update: a client has changed a text, or moved its cursor. */
void
flow_web_sync_update (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  g_auto (FlowEditUpdate) update = { 0 };
  g_autoptr (GError) error = NULL;
  FlowWebSyncEnd *end = require_end (client, message, &error);

  if (end == NULL)
    {
      flow_web_sync_refuse (client, message, error);
      return;
    }
  if (!flow_edit_update_read (&update, message->payload, &error))
    flow_edits_count_error (client->sync->edits);
  else
    take_update (end, &update, &error);
  if (error != NULL)
    flow_web_sync_refuse (client, message, error);
}

/** flow_web_sync_saved: the user has saved the text. */
void
flow_web_sync_saved (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  g_autoptr (GError) error = NULL;
  FlowWebSyncEnd *end = require_end (client, message, &error);

  if (end == NULL ||
      !flow_edit_session_take_saved (flow_edit_endpoint_get_session (end->endpoint), end->endpoint, &error))
    flow_web_sync_refuse (client, message, error);
}

/** flow_web_sync_closed: a client leaves a session, or the user ends it. What is not there is gone already. */
void
flow_web_sync_closed (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  FlowWebSyncEnd *end = flow_web_sync_find_end (client, message);

  if (end == NULL)
    return;
  if (flow_json_get_bool (message->payload, "end"))
    flow_edit_session_end (flow_edit_endpoint_get_session (end->endpoint), end->endpoint);
  else
    flow_web_sync_end_leave (end, FLOW_EDIT_LEFT);
}

static const char *
get_type (const FlowEditPush *push)
{
  if (push->kind == FLOW_EDIT_PUSH_SAVED)
    return "edit_saved";
  return push->kind == FLOW_EDIT_PUSH_CLOSED ? "edit_closed" : "code_update";
}

/* A page that asks again takes its own place: it would think that it is over. */
static gboolean
is_known_replaced (FlowEditEndpoint *endpoint, const FlowEditPush *push)
{
  return push->kind == FLOW_EDIT_PUSH_CLOSED && push->reason == FLOW_EDIT_REPLACED &&
         flow_edit_endpoint_get_side (endpoint) == FLOW_EDIT_PAGE;
}

/** flow_web_sync_push: tell a client of protocol 2. */
void
flow_web_sync_push (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data)
{
  FlowWebSyncEnd *self = data;
  FlowEditSession *session = flow_edit_endpoint_get_session (endpoint);
  const char *edit_id = session != NULL ? flow_edit_session_get_id (session) : self->edit_id;
  FlowWebSyncAnswer answer;
  FlowJsonWriter *writer;

  if (self->client == NULL || is_known_replaced (endpoint, push))
    return;
  writer = flow_web_sync_begin (&answer, self->client, get_type (push), edit_id);
  flow_edit_push_write (push, edit_id, writer);
  flow_web_sync_member (writer, "client", self->key);
  flow_web_sync_send (&answer);
}
