/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-web-sync"

#include "hub/doorways/flow-web-sync-private.h"

#include "message/flow-json-member.h"

static void
begin_object (FlowJsonWriter *writer, const char *name)
{
  flow_json_writer_key (writer, name);
  flow_json_writer_begin_object (writer);
}

static FlowWebSyncClient *
get_client (GList *link)
{
  return ((FlowSocketPeer *) link->data)->state;
}

static GList *
get_first (FlowWebSync *self)
{
  return flow_socket_doorway_get_peers (self->sockets)->head;
}

/**
 * flow_web_sync_write_status:
 * @self: a doorway
 * @writer: inside an object
 *
 * Write how many there are: `{active, uptime, connections: {browser, desktop}, sessions: {users, active}}`, with the
 * uptime in seconds.
 */
void
flow_web_sync_write_status (FlowWebSync *self, FlowJsonWriter *writer)
{
  g_autoptr (GHashTable) users = g_hash_table_new (g_str_hash, g_str_equal);
  guint counts[] = { 0, 0, 0 };
  guint ends = 0;

  for (GList *link = get_first (self); link != NULL; link = link->next)
    {
      FlowWebSyncClient *client = get_client (link);

      counts[client->role]++;
      ends += g_hash_table_size (client->ends);
      if (client->user_id != NULL)
        g_hash_table_add (users, client->user_id);
    }
  flow_json_writer_key (writer, "active");
  flow_json_writer_bool (writer, self->edits != NULL);
  flow_json_member_uint (writer, "uptime", (guint64) (g_get_monotonic_time () - self->started_us) / G_USEC_PER_SEC);
  begin_object (writer, "connections");
  flow_json_member_uint (writer, "browser", counts[FLOW_WEB_SYNC_BROWSER]);
  flow_json_member_uint (writer, "desktop", counts[FLOW_WEB_SYNC_DESKTOP]);
  flow_json_writer_end_object (writer);
  begin_object (writer, "sessions");
  flow_json_member_uint (writer, "users", g_hash_table_size (users));
  flow_json_member_uint (writer, "active", ends);
  flow_json_writer_end_object (writer);
}

static void
write_connections (FlowWebSync *self, const char *name, FlowWebSyncRole role, FlowJsonWriter *writer)
{
  begin_object (writer, name);
  for (GList *link = get_first (self); link != NULL; link = link->next)
    {
      FlowWebSyncClient *client = get_client (link);

      if (client->role != role)
        continue;
      begin_object (writer, client->id);
      flow_web_sync_member (writer, "userId", client->user_id);
      flow_web_sync_member (writer, "origin", client->peer->origin);
      flow_json_member_uint (writer, "protocol", client->protocol);
      flow_json_member_uint (writer, "sessions", g_hash_table_size (client->ends));
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_object (writer);
}

static void
write_ends (FlowWebSyncClient *client, FlowJsonWriter *writer)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, client->ends);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowWebSyncEnd *end = value;

      flow_json_writer_begin_object (writer);
      flow_web_sync_member (writer, "sessionId", end->edit_id);
      flow_web_sync_member (writer, "connectionId", client->id);
      flow_web_sync_member (writer, "client", end->key);
      flow_json_writer_end_object (writer);
    }
}

static void
write_users (FlowWebSync *self, FlowJsonWriter *writer)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  begin_object (writer, "users");
  for (GList *link = get_first (self); link != NULL; link = link->next)
    {
      const char *user = get_client (link)->user_id;

      if (user == NULL || !g_hash_table_add (seen, (gpointer) user))
        continue;
      flow_json_writer_key (writer, user);
      flow_json_writer_begin_array (writer);
      for (GList *other = link; other != NULL; other = other->next)
        {
          if (g_strcmp0 (get_client (other)->user_id, user) == 0)
            flow_json_writer_string (writer, get_client (other)->id, -1);
        }
      flow_json_writer_end_array (writer);
    }
  flow_json_writer_end_object (writer);
}

/**
 * flow_web_sync_write_debug:
 * @self: a doorway
 * @writer: inside an object
 *
 * Write who is connected and which sessions they have, ids only and no text: `browserConnections` and
 * `desktopConnections` by connection, `users` with their connections, `sessions` with their ends.
 */
void
flow_web_sync_write_debug (FlowWebSync *self, FlowJsonWriter *writer)
{
  write_connections (self, "browserConnections", FLOW_WEB_SYNC_BROWSER, writer);
  write_connections (self, "desktopConnections", FLOW_WEB_SYNC_DESKTOP, writer);
  write_users (self, writer);
  flow_json_writer_key (writer, "sessions");
  flow_json_writer_begin_array (writer);
  for (GList *link = get_first (self); link != NULL; link = link->next)
    write_ends (get_client (link), writer);
  flow_json_writer_end_array (writer);
}
