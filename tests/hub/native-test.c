/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "native-test.h"

#include <string.h>

#include "hub/flow-discovery.h"

#define TEXT 0x81

char *
native_get_token (HubTest *test)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowDiscovery) info = flow_discovery_read (flow_hub_get_discovery_path (test->hub), &error);

  g_assert_no_error (error);
  return g_strdup (info->token);
}

static char *
make_request (const char *path, const char *headers)
{
  const char *host = strstr (headers, "Host:") != NULL ? "" : "Host: localhost\r\n";

  return g_strdup_printf ("GET %s HTTP/1.1\r\n%s%sUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: " WS_KEY "\r\nSec-WebSocket-Version: 13\r\n\r\n",
                          path, host, headers);
}

/* The head of the answer to an upgrade. */
char *
native_ask (HubTest *test, const char *path, const char *headers)
{
  g_autofree char *request = make_request (path, headers);

  return ws_client_ask (flow_hub_get_port (test->hub), request);
}

/* FALSE when it is not let in. */
gboolean
native_open (Peer *self, HubTest *test, const char *headers)
{
  g_autofree char *request = make_request ("/ws", headers);
  g_autofree char *head = NULL;

  ws_client_connect (&self->ws, flow_hub_get_port (test->hub));
  ws_client_write (&self->ws, request, strlen (request));
  head = ws_client_read_head (&self->ws);
  return head != NULL && g_str_has_prefix (head, "HTTP/1.1 101 ");
}

gboolean
native_open_with_token (Peer *self, HubTest *test)
{
  g_autofree char *token = native_get_token (test);
  g_autofree char *header = g_strdup_printf ("Authorization: Bearer %s\r\n", token);

  return native_open (self, test, header);
}

void
native_clear (Peer *self)
{
  ws_client_clear (&self->ws);
  g_clear_pointer (&self->name, g_free);
}

/* Sends a message in the peer's name; returns its id. */
char *
native_send (Peer *self, const char *type, const char *members, const char *data)
{
  char *id = g_strdup_printf ("id-%u", ++self->next_id);
  g_autoptr (GString) json = g_string_new (NULL);

  g_string_append_printf (json, "{\"id\":\"%s\",\"type\":\"%s\"", id, type);
  if (self->name != NULL && strstr (members, "\"source\"") == NULL)
    g_string_append_printf (json, ",\"source\":\"%s\"", self->name);
  g_string_append_printf (json, "%s,\"data\":%s}", members, data);
  ws_client_send (&self->ws, TEXT, json->str, (gssize) json->len);
  return id;
}

/* The next message; NULL when the connection is closed instead. */
FlowMessage *
native_receive (Peer *self)
{
  g_auto (WsFrame) frame = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  FlowMessage *message;

  do
    {
      if (!ws_client_receive (&self->ws, &frame) || frame.opcode == 8)
        return NULL;
    }
  while (frame.opcode != 1);
  bytes = g_bytes_new (frame.data, frame.length);
  message = flow_message_new_from_bytes (bytes, &error);
  g_assert_no_error (error);
  return message;
}

/* The next message of a type; what the hub says by itself comes between. */
FlowMessage *
native_expect (Peer *self, const char *type)
{
  while (TRUE)
    {
      g_autoptr (FlowMessage) message = native_receive (self);

      g_assert_nonnull (message);
      if (flow_message_is (message, type))
        return g_steal_pointer (&message);
    }
}

void
native_expect_error (Peer *self, const char *code, const char *in_reply_to)
{
  g_autoptr (FlowMessage) error = native_expect (self, "error");
  const char *text = NULL;

  g_assert_true (flow_message_get_string (error, "code", &text));
  g_assert_cmpstr (text, ==, code);
  g_assert_cmpstr (flow_message_get_reply_to (error), ==, in_reply_to);
}

/* The code with which the hub closes; what comes before is not looked at. */
guint
native_expect_close (Peer *self)
{
  g_auto (WsFrame) frame = { 0 };

  while (ws_client_receive (&self->ws, &frame))
    {
      if (frame.opcode == 8)
        return frame.length >= 2 ? (guint) frame.data[0] << 8 | frame.data[1] : 1005;
    }
  return 1006;
}

/* Says hello and reads the welcome. */
void
native_hello (Peer *self, const char *kind, const char *more)
{
  g_autofree char *data = g_strdup_printf ("{\"client\":\"test\",\"version\":\"1\",\"kind\":\"%s\"%s}", kind, more);
  g_autofree char *id = native_send (self, "hello", "", data);
  g_autoptr (FlowMessage) welcome = native_expect (self, "welcome");
  const char *name = NULL;

  g_assert_cmpstr (flow_message_get_reply_to (welcome), ==, id);
  g_assert_true (flow_message_get_string (welcome, "channel", &name));
  self->name = g_strdup (name);
}

/* Comes in with the token, under a name of its own. */
void
native_join (Peer *self, HubTest *test, const char *kind, const char *instance)
{
  g_autofree char *more = g_strdup_printf (",\"instance\":\"%s\"", instance);

  g_assert_true (native_open_with_token (self, test));
  native_hello (self, kind, more);
}
