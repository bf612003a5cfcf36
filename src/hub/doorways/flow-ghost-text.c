/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-ghost-text"

#include "hub/doorways/flow-ghost-text.h"

#include "hub/flow-json-read.h"
#include "hub/flow-public.h"
#include "text/flow-text-position.h"

/* GhostText, version 1: whole texts, and places in UTF-16 code units. */

/* Of several selections the first. */
static void
read_cursor (JsonObject *object, FlowFieldMessage *message)
{
  JsonArray *selections = flow_json_get_array (object, "selections");
  JsonNode *first = selections != NULL && json_array_get_length (selections) > 0
                        ? json_array_get_element (selections, 0)
                        : NULL;
  gint64 start, end;

  if (first == NULL || !JSON_NODE_HOLDS_OBJECT (first))
    return;
  start = flow_json_get_int (json_node_get_object (first), "start");
  end = flow_json_get_int (json_node_get_object (first), "end");
  message->has_cursor = start >= 0 && end >= 0;
  if (!message->has_cursor)
    return;
  message->cursor = (FlowEditCursor) {
    flow_text_position_convert (message->text, (gsize) start, FLOW_TEXT_UTF16, FLOW_TEXT_CHARACTERS),
    flow_text_position_convert (message->text, (gsize) end, FLOW_TEXT_UTF16, FLOW_TEXT_CHARACTERS),
  };
}

/* What has a type and no text is from a later version, and means nothing here. */
static gboolean
read_message (JsonObject *object, FlowFieldMessage *message, GError **error)
{
  if (json_object_has_member (object, "type") && !json_object_has_member (object, "text"))
    return TRUE;
  message->text = flow_field_read_text (object, error);
  if (message->text == NULL)
    return FALSE;
  message->opens = TRUE;
  message->title = flow_json_get_string (object, "title");
  message->url = flow_json_get_string (object, "url");
  message->type = flow_json_get_string (object, "syntax");
  read_cursor (object, message);
  return TRUE;
}

static void
write_place (FlowJsonWriter *writer, const char *name, FlowText *text, gsize place)
{
  flow_json_writer_key (writer, name);
  flow_json_writer_uint64 (writer, flow_text_position_convert (text, place, FLOW_TEXT_CHARACTERS, FLOW_TEXT_UTF16));
}

static void
write_message (FlowJsonWriter *writer, FlowText *text, const FlowEditCursor *cursor)
{
  static const FlowEditCursor begin = { 0, 0 };

  if (cursor == NULL)
    cursor = &begin;
  flow_field_write_text (writer, text);
  flow_json_writer_key (writer, "selections");
  flow_json_writer_begin_array (writer);
  flow_json_writer_begin_object (writer);
  write_place (writer, "start", text, MIN (cursor->start, cursor->end));
  write_place (writer, "end", text, MAX (cursor->start, cursor->end));
  flow_json_writer_end_object (writer);
  flow_json_writer_end_array (writer);
}

const FlowFieldProtocol flow_ghost_text = { "ghosttext", read_message, write_message };

static void
head_cb (FlowHttpExchange *exchange, gpointer port)
{
  const char *path = flow_http_exchange_get_head (exchange)->path;

  if (flow_http_exchange_only_get (exchange, FALSE) && !g_str_equal (path, "/") &&
      !g_str_equal (path, FLOW_GHOST_TEXT_PATH))
    flow_http_exchange_fail (exchange, 0, FLOW_ERROR_NOT_FOUND, "path", "there is nothing at this path");
}

/* Where the WebSocket is: at the same port. */
static void
body_cb (FlowHttpExchange *exchange, gpointer port)
{
  g_autofree char *json = g_strdup_printf ("{\"ProtocolVersion\":1,\"WebSocketPort\":%u}", GPOINTER_TO_UINT (port));
  g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));

  flow_http_exchange_add_header (exchange, "Cache-Control", "no-store");
  flow_http_exchange_respond (exchange, 200, "application/json", body);
}

static GBytes *
error_body (FlowHttpExchange *exchange, guint status, FlowError code, const char *message, const char **content_type)
{
  return flow_json_error_body (status, code, message, content_type);
}

const FlowHttpHandler flow_ghost_text_handler = {
  .area = FLOW_GUARD_PUBLIC,
  .head = head_cb,
  .body = body_cb,
  .error_body = error_body,
};
