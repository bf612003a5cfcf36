/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "hub/doorways/flow-web-sync.h"
#include "hub/edits/flow-edit-read.h"

G_BEGIN_DECLS

/** FLOW_WEB_SYNC_PROTOCOL: the version of the protocol that has operations and saved sessions. */
#define FLOW_WEB_SYNC_PROTOCOL 2

struct _FlowWebSync
{
  FlowSocketDoorway *sockets;
  FlowEdits *edits; /* (nullable): until it is opened */
  guint heartbeat_ms;
  GSource *heartbeat; /* (nullable) */
  gint64 started_us;
};

/**
 * FlowWebSyncRole:
 * @FLOW_WEB_SYNC_NOBODY: it has not said what it is
 * @FLOW_WEB_SYNC_BROWSER: a page
 * @FLOW_WEB_SYNC_DESKTOP: an editor
 */
typedef enum
{
  FLOW_WEB_SYNC_NOBODY,
  FLOW_WEB_SYNC_BROWSER,
  FLOW_WEB_SYNC_DESKTOP,
} FlowWebSyncRole;

/**
 * FlowWebSyncClient:
 * @sync: whose
 * @peer: at the other end
 * @role: what it is
 * @protocol: the version that it speaks: 1 has whole texts only
 * @id: its `connectionId`
 * @user_id: (nullable): what it calls its user; a label
 * @url: (nullable): the page's address
 * @ends: (element-type utf8 FlowWebSyncEnd): by what the client calls them
 *
 * A connection.
 */
typedef struct
{
  FlowWebSync *sync;
  FlowSocketPeer *peer;
  FlowWebSyncRole role;
  guint protocol;
  char *id;
  char *user_id;
  char *url;
  GHashTable *ends;
} FlowWebSyncClient;

/**
 * FlowWebSyncEnd:
 * @client: whose; %NULL when that is gone
 * @key: what the client calls it: its own id, or that of the snippet
 * @edit_id: the session's id
 * @endpoint: the session's end
 * @later: (nullable): a text for a client that is slow
 *
 * An end of a session at a connection.
 */
typedef struct
{
  FlowWebSyncClient *client;
  char *key;
  char *edit_id;
  FlowEditEndpoint *endpoint;
  FlowText *later;
} FlowWebSyncEnd;

/**
 * FlowWebSyncMessage:
 * @type: what it is
 * @session_id: (nullable): `sessionId`
 * @payload: what it says; perhaps empty
 *
 * A message of a client.
 */
typedef struct
{
  const char *type;
  const char *session_id;
  JsonObject *payload;
} FlowWebSyncMessage;

/* flow-web-sync-write.c */
typedef struct
{
  FlowWebSyncClient *client;
  GString *out;
  FlowJsonWriter writer;
} FlowWebSyncAnswer;

FlowJsonWriter *flow_web_sync_begin (FlowWebSyncAnswer *self, FlowWebSyncClient *client, const char *type,
                                     const char *session_id);
void flow_web_sync_send (FlowWebSyncAnswer *self);
void flow_web_sync_member (FlowJsonWriter *writer, const char *name, const char *text);
void flow_web_sync_fail (FlowWebSyncClient *client, const FlowWebSyncMessage *about, const char *edit_id,
                         const FlowErrorInfo *code, const char *message);
void flow_web_sync_refuse (FlowWebSyncClient *client, const FlowWebSyncMessage *about, const GError *error);

/* flow-web-sync-end.c */
FlowWebSyncEnd *flow_web_sync_end_new (FlowWebSyncClient *client, const char *key, const char *client_id,
                                       FlowEditSide side, FlowEditStyle style, const FlowEditEndpointFuncs *funcs);
void flow_web_sync_end_keep (FlowWebSyncEnd *self, FlowEditSession *session);
void flow_web_sync_end_free (FlowWebSyncEnd *self);
void flow_web_sync_end_leave (FlowWebSyncEnd *self, FlowEditReason reason);
void flow_web_sync_detached (FlowEditEndpoint *endpoint, gpointer data);
FlowWebSyncEnd *flow_web_sync_find_end (FlowWebSyncClient *client, const FlowWebSyncMessage *message);
void flow_web_sync_update (FlowWebSyncClient *client, const FlowWebSyncMessage *message);
void flow_web_sync_saved (FlowWebSyncClient *client, const FlowWebSyncMessage *message);
void flow_web_sync_closed (FlowWebSyncClient *client, const FlowWebSyncMessage *message);
void flow_web_sync_push (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data);

/* flow-web-sync-plain.c */
FlowText *flow_web_sync_plain_text (JsonObject *payload, GError **error);
void flow_web_sync_plain_push (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data);
void flow_web_sync_plain_send_later (FlowWebSyncEnd *end);
void flow_web_sync_plain_request (FlowWebSyncClient *client, const FlowWebSyncMessage *message);
void flow_web_sync_plain_update (FlowWebSyncClient *client, const FlowWebSyncMessage *message);

/* flow-web-sync-page.c */
char *flow_web_sync_bind_url (FlowWebSyncClient *client, const char *url);
void flow_web_sync_request (FlowWebSyncClient *client, const FlowWebSyncMessage *message);

/* flow-web-sync-editor.c */
extern const FlowHubEditor flow_web_sync_editor;

G_END_DECLS
