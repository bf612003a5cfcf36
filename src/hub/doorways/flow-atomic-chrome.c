/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-atomic-chrome"

#include "hub/doorways/flow-atomic-chrome.h"

#include "edit/flow-edit-session.h"
#include "hub/flow-json-read.h"
#include "message/flow-json-member.h"
#include "text/flow-text-position.h"

/* Atomic Chrome: whole texts, and places as line and column, both from 1; columns are in UTF-16 code units. */

static const char *
read_extension (JsonObject *payload)
{
  JsonArray *several = flow_json_get_array (payload, "extension");
  JsonNode *first = several != NULL && json_array_get_length (several) > 0 ? json_array_get_element (several, 0) : NULL;

  if (first != NULL && JSON_NODE_HOLDS_VALUE (first) && json_node_get_value_type (first) == G_TYPE_STRING)
    return json_node_get_string (first);
  return flow_json_get_string (payload, "extension");
}

/* Extensions come with their dot. */
static const char *
skip_dot (const char *extension)
{
  return extension != NULL && *extension == '.' ? extension + 1 : extension;
}

static void
read_cursor (JsonObject *payload, FlowFieldMessage *message)
{
  gint64 line = flow_json_get_int (payload, "lineNumber"), column = flow_json_get_int (payload, "column");
  gsize index;

  message->has_cursor = line > 0 && column > 0;
  if (!message->has_cursor)
    return;
  index = flow_text_position_from_line (message->text, (gsize) line - 1, (gsize) column - 1, FLOW_TEXT_UTF16);
  message->cursor = (FlowEditCursor) { index, index };
}

/* Anything but the two is not for us: `keepalive` is a sign of life, `clickElement` is never passed on. */
static gboolean
read_message (JsonObject *object, FlowFieldMessage *message, GError **error)
{
  const char *type = flow_json_get_string (object, "type");
  JsonObject *payload = flow_json_get_object (object, "payload");

  if (type == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "\"type\" is missing");
      return FALSE;
    }
  if (!g_str_equal (type, "register") && !g_str_equal (type, "updateText"))
    return TRUE;
  if (payload == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "\"payload\" is missing");
      return FALSE;
    }
  message->text = flow_field_read_text (payload, error);
  if (message->text == NULL)
    return FALSE;
  message->opens = g_str_equal (type, "register");
  message->title = flow_json_get_string (payload, "title");
  message->url = flow_json_get_string (payload, "url");
  message->type = skip_dot (read_extension (payload));
  read_cursor (payload, message);
  return TRUE;
}

static void
write_cursor (FlowJsonWriter *writer, FlowText *text, const FlowEditCursor *cursor)
{
  gsize line, column;

  flow_text_position_to_line (text, cursor->end, FLOW_TEXT_UTF16, &line, &column);
  flow_json_member_uint (writer, "lineNumber", line + 1);
  flow_json_member_uint (writer, "column", column + 1);
}

static void
write_message (FlowJsonWriter *writer, FlowText *text, const FlowEditCursor *cursor)
{
  flow_json_member_text (writer, "type", "updateText", -1);
  flow_json_writer_key (writer, "payload");
  flow_json_writer_begin_object (writer);
  flow_field_write_text (writer, text);
  if (cursor != NULL)
    write_cursor (writer, text, cursor);
  flow_json_writer_end_object (writer);
}

const FlowFieldProtocol flow_atomic_chrome = { "atomic-chrome", read_message, write_message };

/**
 * flow_atomic_chrome_write_register:
 * @session: a session
 *
 * Write what a page says first, for an editor that listens.
 *
 * Returns: (transfer full): the message
 */
GBytes *
flow_atomic_chrome_write_register (FlowEditSession *session)
{
  FlowText *text = flow_edit_session_get_text (session);
  const char *type = flow_edit_session_get_file_type (session);
  GString *out = g_string_new (NULL);
  FlowEditCursor cursor;
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "type", "register", -1);
  flow_json_writer_key (&writer, "payload");
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "url", flow_edit_session_get_url (session), -1);
  flow_json_member_text (&writer, "title", flow_edit_session_get_title (session), -1);
  flow_field_write_text (&writer, text);
  if (type != NULL && *type != '\0')
    {
      g_autofree char *extension = g_strconcat (".", type, NULL);

      flow_json_member_text (&writer, "extension", extension, -1);
    }
  if (flow_edit_session_get_cursor (session, FLOW_EDIT_PAGE, &cursor))
    write_cursor (&writer, text, &cursor);
  flow_json_writer_end_object (&writer);
  flow_json_writer_end_object (&writer);
  return g_string_free_to_bytes (out);
}
