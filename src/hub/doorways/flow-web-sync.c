/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-web-sync"

#include "hub/doorways/flow-web-sync.h"

#include "base/flow-id.h"
#include "hub/doorways/flow-web-sync-private.h"
#include "hub/flow-json-read.h"
#include "message/flow-json-member.h"

#define MAX_LABEL 256

/**
 * FlowWebSync:
 *
 * The protocol of the page library: `{type, connectionId, userId, sessionId, payload}`. Pages say `browser_connect` and
 * have their fields edited, editors say `desktop_connect`. Its first version has whole texts, by the id of a snippet;
 * with `protocol: 2` in the connect message the payloads are those of the native protocol's `edit_*`. `userId` is a
 * label, never an identity: who may speak is the guard's matter, and a connection changes what it has itself.
 */

static void
opened_cb (FlowSocketPeer *peer, gpointer data)
{
  FlowWebSyncClient *client = g_new0 (FlowWebSyncClient, 1);

  client->sync = data;
  client->peer = peer;
  client->protocol = 1;
  client->id = flow_id_new_uuid (flow_clock_system ());
  client->ends = g_hash_table_new (g_str_hash, g_str_equal);
  peer->state = client;
}

/* Each end is freed when its session has let go of it. */
static void
closed_cb (FlowSocketPeer *peer, gpointer data)
{
  FlowWebSyncClient *client = g_steal_pointer (&peer->state);
  g_autoptr (GList) ends = g_hash_table_get_values (client->ends);

  for (GList *link = ends; link != NULL; link = link->next)
    {
      ((FlowWebSyncEnd *) link->data)->client = NULL;
      flow_web_sync_end_leave (link->data, FLOW_EDIT_LOST);
    }
  g_hash_table_unref (client->ends);
  g_free (client->id);
  g_free (client->user_id);
  g_free (client->url);
  g_free (client);
}

static void
drained_cb (FlowSocketPeer *peer, gpointer data)
{
  FlowWebSyncClient *client = peer->state;
  GHashTableIter iter;
  gpointer end;

  g_hash_table_iter_init (&iter, client->ends);
  while (g_hash_table_iter_next (&iter, NULL, &end))
    flow_web_sync_plain_send_later (end);
}

static void
acknowledge (FlowWebSyncClient *client)
{
  FlowWebSyncAnswer answer;
  FlowJsonWriter *writer = flow_web_sync_begin (&answer, client, "connection_ack", NULL);

  flow_web_sync_member (writer, "status", "connected");
  flow_web_sync_member (writer, "connectionId", client->id);
  flow_json_writer_key (writer, "protocol");
  flow_json_writer_uint64 (writer, client->protocol);
  flow_json_writer_key (writer, "limits");
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "text", FLOW_EDIT_MAX_TEXT);
  flow_json_member_uint (writer, "sessions", FLOW_EDITS_MAX_OPEN);
  flow_json_writer_end_object (writer);
  flow_web_sync_send (&answer);
}

static void
connect_as (FlowWebSyncClient *client, FlowWebSyncRole role, const FlowWebSyncMessage *message)
{
  const char *url = flow_json_get_string (message->payload, "url");

  client->role = role;
  client->protocol = flow_json_get_int (message->payload, "protocol") >= FLOW_WEB_SYNC_PROTOCOL ? FLOW_WEB_SYNC_PROTOCOL
                                                                                                : 1;
  g_free (client->url);
  client->url = url != NULL && strlen (url) <= FLOW_EDIT_MAX_URL ? g_strdup (url) : NULL;
  acknowledge (client);
}

static void
refuse (FlowWebSyncClient *client, const FlowWebSyncMessage *message, FlowError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (FLOW_ERROR, (int) code, text);

  flow_web_sync_refuse (client, message, error);
}

/* A page that could say so would be given the texts of others. */
static void
desktop_connect (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  if (client->peer->origin != NULL)
    refuse (client, message, FLOW_ERROR_FORBIDDEN, "a web page is no editor");
  else if (client->role == FLOW_WEB_SYNC_BROWSER)
    refuse (client, message, FLOW_ERROR_BAD_REQUEST, "this connection is a page's");
  else
    connect_as (client, FLOW_WEB_SYNC_DESKTOP, message);
}

static void
browser_connect (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  if (client->role == FLOW_WEB_SYNC_DESKTOP)
    refuse (client, message, FLOW_ERROR_BAD_REQUEST, "this connection is an editor's");
  else
    connect_as (client, FLOW_WEB_SYNC_BROWSER, message);
}

static void
pong (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  FlowWebSyncAnswer answer;

  flow_web_sync_begin (&answer, client, "pong", NULL);
  flow_web_sync_send (&answer);
}

static void
ignore (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
}

static void
request (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  if (client->role == FLOW_WEB_SYNC_DESKTOP)
    refuse (client, message, FLOW_ERROR_FORBIDDEN, "an editor does not send \"edit_request\"");
  else if (client->protocol < FLOW_WEB_SYNC_PROTOCOL)
    flow_web_sync_plain_request (client, message);
  else
    flow_web_sync_request (client, message);
}

static void
update (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  if (client->protocol < FLOW_WEB_SYNC_PROTOCOL)
    flow_web_sync_plain_update (client, message);
  else
    flow_web_sync_update (client, message);
}

/* An editor could not take what it was asked to. */
static void
error_came (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  const char *text = flow_json_get_string (message->payload, "message");
  FlowWebSyncEnd *end = flow_web_sync_find_end (client, message);

  if (end != NULL && client->role == FLOW_WEB_SYNC_DESKTOP)
    flow_edit_session_failed (flow_edit_endpoint_get_session (end->endpoint), end->endpoint, FLOW_ERROR_EDITOR_FAILED,
                              text != NULL ? text : "the editor did not take it");
}

static void
dispatch (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  static const struct
  {
    const char *type;
    void (*run) (FlowWebSyncClient *client, const FlowWebSyncMessage *message);
  } types[] = {
    { "code_update", update },
    { "edit_update", update },
    { "edit_request", request },
    { "edit_saved", flow_web_sync_saved },
    { "edit_closed", flow_web_sync_closed },
    { "ping", pong },
    { "pong", ignore },
    { "browser_connect", browser_connect },
    { "desktop_connect", desktop_connect },
    { "connection_ack", ignore },
    { "error", error_came },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      if (g_str_equal (types[i].type, message->type))
        {
          types[i].run (client, message);
          return;
        }
    }
  refuse (client, message, FLOW_ERROR_BAD_REQUEST, "this type is not known");
}

static void
take_label (FlowWebSyncClient *client, const char *user_id)
{
  if (user_id == NULL || g_strcmp0 (user_id, client->user_id) == 0 || strlen (user_id) > MAX_LABEL)
    return;
  g_free (client->user_id);
  client->user_id = g_strdup (user_id);
}

static void
message_cb (FlowSocketPeer *peer, GBytes *bytes, gpointer data)
{
  FlowWebSync *self = data;
  FlowWebSyncClient *client = peer->state;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (JsonObject) nothing = json_object_new ();
  FlowWebSyncMessage message;

  object = flow_edit_json_read (bytes, &error);
  if (object == NULL)
    {
      flow_web_sync_refuse (client, NULL, error);
      flow_edits_count_error (self->edits);
      return;
    }
  message = (FlowWebSyncMessage) {
    .type = flow_json_get_string (object, "type"),
    .session_id = flow_json_get_string (object, "sessionId"),
    .payload = flow_json_get_object (object, "payload"),
  };
  if (message.payload == NULL)
    message.payload = nothing;
  take_label (client, flow_json_get_string (object, "userId"));
  if (message.type != NULL)
    dispatch (client, &message);
  else
    refuse (client, &message, FLOW_ERROR_BAD_REQUEST, "\"type\" is missing");
}

static gboolean
heartbeat_cb (gpointer data)
{
  FlowWebSync *self = data;
  FlowWebSyncAnswer answer;

  for (GList *link = flow_socket_doorway_get_peers (self->sockets)->head; link != NULL; link = link->next)
    {
      flow_web_sync_begin (&answer, ((FlowSocketPeer *) link->data)->state, "ping", NULL);
      flow_web_sync_send (&answer);
    }
  return G_SOURCE_CONTINUE;
}

/**
 * flow_web_sync_new:
 * @parts: what it is built on; copied
 * @heartbeat_ms: milliseconds between two `ping` messages, 0 for none
 *
 * Make a doorway for the calling thread. Nobody may come in before it is opened.
 *
 * Returns: (transfer full): the doorway
 */
FlowWebSync *
flow_web_sync_new (const FlowSocketParts *parts, guint heartbeat_ms)
{
  static const FlowSocketFuncs funcs = { opened_cb, message_cb, drained_cb, closed_cb };
  FlowWebSync *self = g_new0 (FlowWebSync, 1);

  self->sockets = flow_socket_doorway_new (FLOW_WEB_SYNC_SOCKET, parts, &funcs, self);
  self->heartbeat_ms = heartbeat_ms;
  self->started_us = g_get_monotonic_time ();
  return self;
}

/**
 * flow_web_sync_free:
 * @self: (transfer full): a doorway whose wire has stopped, and has told everything
 *
 * Free it.
 */
void
flow_web_sync_free (FlowWebSync *self)
{
  if (self->heartbeat != NULL)
    {
      g_source_destroy (self->heartbeat);
      g_source_unref (self->heartbeat);
    }
  flow_socket_doorway_free (self->sockets);
  g_free (self);
}

/**
 * flow_web_sync_open:
 * @self: a doorway
 * @edits: the texts that are edited; live until it is closed
 *
 * Let clients in. An editor that connects can be chosen.
 */
void
flow_web_sync_open (FlowWebSync *self, FlowHubEdits *edits)
{
  self->edits = flow_hub_edits_get_edits (edits);
  flow_hub_edits_add_editor (edits, &flow_web_sync_editor, self);
  if (self->heartbeat_ms == 0)
    return;
  self->heartbeat = g_timeout_source_new (self->heartbeat_ms);
  g_source_set_name (self->heartbeat, "flow-web-sync-heartbeat");
  g_source_set_callback (self->heartbeat, heartbeat_cb, self, NULL);
  g_source_attach (self->heartbeat, g_main_context_get_thread_default ());
}

/** flow_web_sync_get_sockets: its connections. */
FlowSocketDoorway *
flow_web_sync_get_sockets (FlowWebSync *self)
{
  return self->sockets;
}
