/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-json"

#include "hub/flow-json-read.h"

#include "base/flow-error.h"
#include "message/flow-json-check.h"

/**
 * flow_json_read_object:
 * @text: what came
 * @length: its length in bytes
 * @error: return location
 *
 * Read a JSON object of at most 64 levels. An empty text counts as an empty object.
 *
 * Returns: (transfer full): the object, or %NULL with %FLOW_ERROR_BAD_REQUEST
 */
JsonObject *
flow_json_read_object (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) problem = NULL;
  JsonNode *root;

  if (length == 0)
    return json_object_new ();
  /* json-glib is lenient, goes down by recursion, and loses memory over some of what is no JSON. */
  if (!g_utf8_validate_len (text, length, NULL) || !flow_json_check (text, length))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "not JSON in UTF-8, or nested too deep");
      return NULL;
    }
  if (!json_parser_load_from_data (parser, text, (gssize) length, &problem))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "not JSON: %s", problem->message);
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "not a JSON object");
      return NULL;
    }
  return json_node_dup_object (root);
}

static JsonNode *
get_value (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type ? node : NULL;
}

/**
 * flow_json_get_string:
 * @object: an object
 * @name: a member
 *
 * Returns: (nullable) (transfer none): the member if it is a string
 */
const char *
flow_json_get_string (JsonObject *object, const char *name)
{
  JsonNode *node = get_value (object, name, G_TYPE_STRING);

  return node != NULL ? json_node_get_string (node) : NULL;
}

/**
 * flow_json_get_int:
 * @object: an object
 * @name: a member
 *
 * Returns: the member if it is an integer, else 0
 */
gint64
flow_json_get_int (JsonObject *object, const char *name)
{
  JsonNode *node = get_value (object, name, G_TYPE_INT64);

  return node != NULL ? json_node_get_int (node) : 0;
}

/**
 * flow_json_get_bool:
 * @object: an object
 * @name: a member
 *
 * Returns: %TRUE if the member is true
 */
gboolean
flow_json_get_bool (JsonObject *object, const char *name)
{
  JsonNode *node = get_value (object, name, G_TYPE_BOOLEAN);

  return node != NULL && json_node_get_boolean (node);
}

/**
 * flow_json_get_object:
 * @object: an object from outside
 * @key: a member
 *
 * Get an object.
 *
 * Returns: (transfer none) (nullable): the object
 */
JsonObject *
flow_json_get_object (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/**
 * flow_json_get_array:
 * @object: an object from outside
 * @key: a member
 *
 * Get an array.
 *
 * Returns: (transfer none) (nullable): the array
 */
JsonArray *
flow_json_get_array (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}
