/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "doorway-test.h"

#include <stdlib.h>
#include <string.h>

#include "hub/flow-json-read.h"

#define TEXT 0x81
#define TEXT_CODE 1

guint
doorway_port (HubTest *test, FlowHubDoorway doorway)
{
  guint n;
  const FlowHubPort *ports = flow_hub_get_ports (test->hub, &n);

  g_assert_cmpuint (doorway, <, n);
  g_assert_true (ports[doorway].on);
  return ports[doorway].port;
}

/* The status of the answer to an upgrade. */
guint
doorway_try (WsClient *self, HubTest *test, FlowHubDoorway doorway, const char *path, const char *headers)
{
  const char *host = strstr (headers, "Host:") != NULL ? "" : "Host: localhost\r\n";
  g_autofree char *request = NULL;
  g_autofree char *head = NULL;

  request = g_strdup_printf ("GET %s HTTP/1.1\r\n%s%sUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Key: " WS_KEY "\r\nSec-WebSocket-Version: 13\r\n\r\n",
                             path, host, headers);
  ws_client_connect (self, doorway_port (test, doorway));
  ws_client_write (self, request, strlen (request));
  head = ws_client_read_head (self);
  g_assert_nonnull (head);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 "));
  return (guint) atoi (head + strlen ("HTTP/1.1 "));
}

void
doorway_open (WsClient *self, HubTest *test, FlowHubDoorway doorway, const char *path)
{
  g_assert_cmpuint (doorway_try (self, test, doorway, path, ""), ==, 101);
}

void
doorway_send (WsClient *self, const char *json)
{
  ws_client_send (self, TEXT, json, -1);
}

/* The next message; NULL when the connection is closed instead. */
JsonObject *
doorway_receive (WsClient *self)
{
  g_auto (WsFrame) frame = { 0 };
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  do
    {
      ws_frame_clear (&frame);
      if (!ws_client_receive (self, &frame) || frame.opcode == 8)
        return NULL;
    }
  while (frame.opcode != TEXT_CODE);
  object = flow_json_read_object ((const char *) frame.data, frame.length, &error);
  g_assert_no_error (error);
  return object;
}

/* The next message of a type; what comes between is not looked at. */
JsonObject *
doorway_expect (WsClient *self, const char *type)
{
  while (TRUE)
    {
      g_autoptr (JsonObject) message = doorway_receive (self);

      g_assert_nonnull (message);
      if (g_strcmp0 (flow_json_get_string (message, "type"), type) == 0)
        return g_steal_pointer (&message);
    }
}

static JsonObject *
find_object (JsonObject *message, const char *path, const char **name)
{
  const char *dot = strchr (path, '.');
  g_autofree char *first = dot != NULL ? g_strndup (path, (gsize) (dot - path)) : NULL;

  *name = path;
  if (dot == NULL || message == NULL)
    return message;
  return find_object (flow_json_get_object (message, first), dot + 1, name);
}

/* Of "payload.code" for example. */
const char *
doorway_string (JsonObject *message, const char *path)
{
  const char *name;
  JsonObject *object = find_object (message, path, &name);

  return object != NULL ? flow_json_get_string (object, name) : NULL;
}

gint64
doorway_number (JsonObject *message, const char *path)
{
  const char *name;
  JsonObject *object = find_object (message, path, &name);

  g_assert_nonnull (object);
  return flow_json_get_int (object, name);
}
