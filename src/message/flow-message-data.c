/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-message"

#include <math.h>

#include "message/flow-json-check.h"
#include "message/flow-message-private.h"

/* json-glib is lenient, and loses memory over some of what is no JSON: that never gets there. */
static JsonNode *
parse (FlowSlice text)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *node;

  if (text.text != NULL && flow_json_check (text.text, text.length) &&
      json_parser_load_from_data (parser, text.text, text.length, NULL) && json_parser_get_root (parser) != NULL)
    return json_parser_steal_root (parser);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, json_object_new ());
  json_node_seal (node);
  return node;
}

/* Reads a part of a message, once; of several threads that ask at the same time one wins. */
JsonNode *
flow_message_read_part (FlowMessagePart *part)
{
  JsonNode *node = g_atomic_pointer_get (&part->node);

  if (node != NULL)
    return node;
  node = parse (part->text);
  if (g_atomic_pointer_compare_and_exchange (&part->node, NULL, node))
    return node;
  json_node_unref (node);
  return g_atomic_pointer_get (&part->node);
}

static JsonNode *
get_value (FlowMessage *self, const char *name)
{
  JsonNode *root = flow_message_read_part (&self->data);
  JsonNode *node = JSON_NODE_HOLDS_OBJECT (root) ? json_object_get_member (json_node_get_object (root), name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

/**
 * flow_message_get_data:
 * @self: a message
 *
 * Get `data`. It is read when it is asked for the first time; any thread may ask.
 *
 * Returns: (transfer none): the object, which must not be changed; an empty one when there is none, or `data` is
 *   something else or broken
 */
JsonObject *
flow_message_get_data (FlowMessage *self)
{
  static JsonObject *empty;
  JsonNode *root = flow_message_read_part (&self->data);

  if (JSON_NODE_HOLDS_OBJECT (root))
    return json_node_get_object (root);
  if (g_once_init_enter (&empty))
    {
      JsonObject *object = json_object_new ();

      json_object_seal (object);
      g_once_init_leave (&empty, object);
    }
  return empty;
}

/**
 * flow_message_get_data_text:
 * @self: a message
 * @length: (out): how many bytes
 *
 * Get `data` as it was sent, for who reads it in another way.
 *
 * Returns: (transfer none) (nullable): JSON, not zero-terminated; lives as long as the message. %NULL when there is
 *   none
 */
const char *
flow_message_get_data_text (FlowMessage *self, gsize *length)
{
  *length = self->data.text.length;
  return self->data.text.text;
}

/**
 * flow_message_has:
 * @self: a message
 * @name: a member of `data`
 *
 * Find out whether `data` has a member, of whatever type.
 *
 * Returns: %TRUE when it has
 */
gboolean
flow_message_has (FlowMessage *self, const char *name)
{
  return json_object_has_member (flow_message_get_data (self), name);
}

/**
 * flow_message_get_string:
 * @self: a message
 * @name: a member of `data`
 * @value: (out) (transfer none): the string; lives as long as the message
 *
 * Get a string.
 *
 * Returns: %FALSE, and @value as it was, when there is none or it is something else
 */
gboolean
flow_message_get_string (FlowMessage *self, const char *name, const char **value)
{
  JsonNode *node = get_value (self, name);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING)
    return FALSE;
  *value = json_node_get_string (node);
  return TRUE;
}

/**
 * flow_message_get_int:
 * @self: a message
 * @name: a member of `data`
 * @value: (out): the number
 *
 * Get an integer. JSON does not tell `7` from `7.0`, so neither does this.
 *
 * Returns: %FALSE, and @value as it was, when there is none or it is something else
 */
gboolean
flow_message_get_int (FlowMessage *self, const char *name, gint64 *value)
{
  JsonNode *node = get_value (self, name);
  double number;

  if (node == NULL)
    return FALSE;
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    {
      *value = json_node_get_int (node);
      return TRUE;
    }
  if (json_node_get_value_type (node) != G_TYPE_DOUBLE)
    return FALSE;
  number = json_node_get_double (node);
  if (!(fabs (number) < 9.2e18) || floor (number) != number)
    return FALSE;
  *value = (gint64) number;
  return TRUE;
}

/**
 * flow_message_get_double:
 * @self: a message
 * @name: a member of `data`
 * @value: (out): the number
 *
 * Get a number.
 *
 * Returns: %FALSE, and @value as it was, when there is none or it is something else
 */
gboolean
flow_message_get_double (FlowMessage *self, const char *name, double *value)
{
  JsonNode *node = get_value (self, name);

  if (node == NULL)
    return FALSE;
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    *value = (double) json_node_get_int (node);
  else if (json_node_get_value_type (node) == G_TYPE_DOUBLE)
    *value = json_node_get_double (node);
  else
    return FALSE;
  return TRUE;
}

/**
 * flow_message_get_bool:
 * @self: a message
 * @name: a member of `data`
 * @value: (out): the truth
 *
 * Get true or false.
 *
 * Returns: %FALSE, and @value as it was, when there is none or it is something else
 */
gboolean
flow_message_get_bool (FlowMessage *self, const char *name, gboolean *value)
{
  JsonNode *node = get_value (self, name);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return FALSE;
  *value = json_node_get_boolean (node);
  return TRUE;
}

static const char *
get_element (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node)
                                                                                          : NULL;
}

/**
 * flow_message_get_strv:
 * @self: a message
 * @name: a member of `data`
 * @value: (out) (transfer full): the strings, to be freed with g_strfreev()
 *
 * Get an array of strings.
 *
 * Returns: %FALSE, and @value as it was, when there is none or something in it is no string
 */
gboolean
flow_message_get_strv (FlowMessage *self, const char *name, char ***value)
{
  JsonNode *node = json_object_get_member (flow_message_get_data (self), name);
  g_autoptr (GStrvBuilder) strings = g_strv_builder_new ();
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *text = get_element (array, i);

      if (text == NULL)
        return FALSE;
      g_strv_builder_add (strings, text);
    }
  *value = g_strv_builder_end (strings);
  return TRUE;
}

/**
 * flow_message_get_metadata:
 * @self: a message
 * @name: `userId`, `workspaceId` or `sessionId`, or what else the sender put there
 *
 * Get a string of `metadata`.
 *
 * Returns: (nullable) (transfer none): the string; lives as long as the message. %NULL when there is none
 */
const char *
flow_message_get_metadata (FlowMessage *self, const char *name)
{
  JsonNode *root = flow_message_read_part (&self->metadata);
  JsonNode *node = JSON_NODE_HOLDS_OBJECT (root) ? json_object_get_member (json_node_get_object (root), name) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}
