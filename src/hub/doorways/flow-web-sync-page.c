/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-web-sync"

#include "edit/flow-edit-json.h"
#include "hub/doorways/flow-web-sync-private.h"
#include "hub/flow-json-read.h"

/* Requests of pages that speak protocol 2. */

#define MAX_CLIENT 64

/**
 * flow_web_sync_bind_url:
 * @client: a connection
 * @url: (nullable): the page that a request names
 *
 * Find out of which page a request is; one that does not say so is of the page that connected.
 *
 * Returns: (transfer full): its address
 */
char *
flow_web_sync_bind_url (FlowWebSyncClient *client, const char *url)
{
  return flow_edit_bind_url (url != NULL ? url : client->url, client->peer->origin);
}

static void
answer_request (FlowWebSyncEnd *end, const FlowWebSyncMessage *message, const FlowEditOpened *opened)
{
  FlowWebSyncAnswer answer;
  FlowJsonWriter *writer = flow_web_sync_begin (&answer, end->client, "code_update", end->edit_id);

  flow_web_sync_member (writer, "requestId", flow_json_get_string (message->payload, "requestId"));
  flow_web_sync_member (writer, "client", end->key);
  flow_edit_opened_write (opened, writer);
  flow_web_sync_send (&answer);
}

static gboolean
open_field (FlowWebSyncClient *client, const FlowWebSyncMessage *message, FlowEditRequest *request, GError **error)
{
  static const FlowEditEndpointFuncs whole = { flow_web_sync_push, flow_web_sync_detached };
  g_autofree char *url = flow_web_sync_bind_url (client, request->opening.url);
  gboolean is_whole = flow_json_get_bool (message->payload, "whole");
  g_auto (FlowEditOpened) opened = { 0 };
  FlowWebSyncEnd *end;

  if (request->client == NULL || *request->client == '\0' || strlen (request->client) > MAX_CLIENT)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "\"client\" has 1 to 64 characters");
      return FALSE;
    }
  request->opening.url = url;
  request->opening.origin = client->peer->who;
  end = flow_web_sync_end_new (client, request->client, request->client, FLOW_EDIT_PAGE,
                               is_whole ? FLOW_EDIT_WHOLE : FLOW_EDIT_DELTA, &whole);
  if (!flow_edits_open (client->sync->edits, &request->opening, end->endpoint, &opened, error))
    {
      flow_web_sync_end_free (end);
      return FALSE;
    }
  flow_web_sync_end_keep (end, opened.session);
  answer_request (end, message, &opened);
  return TRUE;
}

/** flow_web_sync_request: a page wants a field to be edited. */
void
flow_web_sync_request (FlowWebSyncClient *client, const FlowWebSyncMessage *message)
{
  g_auto (FlowEditRequest) request = { 0 };
  g_autoptr (GError) error = NULL;

  if (!flow_edit_request_read (&request, message->payload, &error))
    flow_edits_count_error (client->sync->edits);
  else
    open_field (client, message, &request, &error);
  if (error != NULL)
    flow_web_sync_refuse (client, message, error);
}
