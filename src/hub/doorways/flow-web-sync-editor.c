/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-web-sync"

#include "hub/doorways/flow-web-sync-private.h"

/* Programs that say `desktop_connect`: they are editors that the user can choose. */

/* The one that connected last. */
static FlowWebSyncClient *
find_desktop (FlowWebSync *self)
{
  for (GList *link = flow_socket_doorway_get_peers (self->sockets)->tail; link != NULL; link = link->prev)
    {
      FlowWebSyncClient *client = ((FlowSocketPeer *) link->data)->state;

      if (client->role == FLOW_WEB_SYNC_DESKTOP)
        return client;
    }
  return NULL;
}

static gboolean
is_connected (gpointer data)
{
  return find_desktop (data) != NULL;
}

static void
write_text (FlowJsonWriter *writer, const char *name, FlowText *text)
{
  flow_json_writer_key (writer, name);
  flow_json_writer_string (writer, flow_text_get_data (text), (gssize) flow_text_get_size (text));
}

/* What both versions of the protocol say of a text. */
static void
write_page (FlowJsonWriter *writer, FlowEditSession *session)
{
  flow_web_sync_member (writer, "title", flow_edit_session_get_title (session));
  flow_web_sync_member (writer, "url", flow_edit_session_get_url (session));
  flow_web_sync_member (writer, "site", flow_edit_session_get_site (session));
  flow_web_sync_member (writer, "fileType", flow_edit_session_get_file_type (session));
}

static void
send_plain_request (FlowWebSyncEnd *end, FlowEditSession *session)
{
  FlowWebSyncAnswer answer;
  FlowJsonWriter *writer = flow_web_sync_begin (&answer, end->client, "edit_request", end->edit_id);

  flow_web_sync_member (writer, "id", end->key);
  write_text (writer, "code", flow_edit_session_get_text (session));
  write_page (writer, session);
  flow_web_sync_member (writer, "type", flow_edit_session_get_file_type (session));
  flow_web_sync_send (&answer);
}

static void
send_request (FlowWebSyncEnd *end, FlowEditSession *session)
{
  FlowWebSyncAnswer answer;
  FlowJsonWriter *writer = flow_web_sync_begin (&answer, end->client, "edit_request", end->edit_id);

  flow_web_sync_member (writer, "editId", end->edit_id);
  flow_web_sync_member (writer, "client", end->key);
  flow_json_writer_key (writer, "revision");
  flow_json_writer_uint64 (writer, flow_edit_session_get_revision (session));
  write_text (writer, "text", flow_edit_session_get_text (session));
  write_page (writer, session);
  flow_web_sync_send (&answer);
}

static gboolean
open_editor (FlowEditSession *session, gpointer data, GError **error)
{
  static const FlowEditEndpointFuncs plain_funcs = { flow_web_sync_plain_push, flow_web_sync_detached };
  static const FlowEditEndpointFuncs funcs = { flow_web_sync_push, flow_web_sync_detached };
  FlowWebSyncClient *client = find_desktop (data);
  gboolean plain = client != NULL && client->protocol < FLOW_WEB_SYNC_PROTOCOL;
  FlowWebSyncEnd *end;

  if (client == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_EDITOR_NOT_FOUND, "No desktop connection found");
      return FALSE;
    }
  end = flow_web_sync_end_new (client, flow_edit_session_get_id (session), NULL, FLOW_EDIT_EDITOR,
                               plain ? FLOW_EDIT_WHOLE : FLOW_EDIT_DELTA, plain ? &plain_funcs : &funcs);
  if (!flow_edit_session_attach (session, end->endpoint, error))
    {
      flow_web_sync_end_free (end);
      return FALSE;
    }
  flow_web_sync_end_keep (end, session);
  if (plain)
    {
      send_plain_request (end, session);
      flow_edit_session_opened (session, end->endpoint);
    }
  else
    send_request (end, session);
  return TRUE;
}

const FlowHubEditor flow_web_sync_editor = {
  .choice = "foreign",
  .name = "web-dev-sync",
  .is_connected = is_connected,
  .open = open_editor,
};
