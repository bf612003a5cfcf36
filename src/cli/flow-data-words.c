/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cli"

#include "cli/flow-data-words.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/flow-error.h"
#include "message/flow-envelope.h"
#include "message/flow-json-check.h"

static JsonNode *
parse_json (const char *text)
{
  return flow_json_check (text, strlen (text)) ? json_from_string (text, NULL) : NULL;
}

static JsonObject *
parse_object (const char *json, GError **error)
{
  g_autoptr (JsonNode) node = NULL;

  if (json == NULL)
    return json_object_new ();
  node = g_utf8_validate (json, -1, NULL) ? parse_json (json) : NULL;
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("%s is no JSON object"), json);
      return NULL;
    }
  return json_node_dup_object (node);
}

/* The object that a member is in; those on the way are made. */
static JsonObject *
go_down (JsonObject *object, char **steps)
{
  for (; steps[1] != NULL; steps++)
    {
      JsonNode *node = json_object_get_member (object, steps[0]);

      if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
        json_object_set_object_member (object, steps[0], json_object_new ());
      object = json_object_get_object_member (object, steps[0]);
    }
  return object;
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* Whether a member can only be a text: an id is one, even if it has only digits. */
static gboolean
is_text (JsonObject *schema, char **steps)
{
  JsonNode *type;

  for (; schema != NULL && *steps != NULL; steps++)
    schema = get_object (get_object (schema, "properties"), *steps);
  type = schema != NULL ? json_object_get_member (schema, "type") : NULL;
  return type != NULL && JSON_NODE_HOLDS_VALUE (type) && strcmp (json_node_get_string (type), "string") == 0;
}

static gboolean
take_word (JsonObject *object, const char *word, JsonObject *schema)
{
  const char *equals = strchr (word, '=');
  g_autofree char *key = equals != NULL ? g_strndup (word, (gsize) (equals - word)) : NULL;
  g_auto (GStrv) steps = key != NULL ? g_strsplit (key, ".", -1) : NULL;
  JsonNode *value;
  guint n;

  if (steps == NULL || !g_utf8_validate (word, -1, NULL) || g_strv_contains ((const char *const *) steps, ""))
    return FALSE;
  n = g_strv_length (steps);
  if (n == 0 || n >= FLOW_ENVELOPE_MAX_DEPTH / 2)
    return FALSE;
  value = is_text (schema, steps) && equals[1] != '"' ? NULL : parse_json (equals + 1);
  if (value == NULL)
    value = json_node_init_string (json_node_alloc (), equals + 1);
  json_object_set_member (go_down (object, steps), steps[n - 1], value);
  return TRUE;
}

/**
 * flow_data_words_parse:
 * @json: (nullable): a JSON object to begin with
 * @words: (array zero-terminated=1): `KEY=VALUE`; dots in KEY go down into objects, VALUE is JSON if it can be
 * @schema: (nullable): what the object is to fit, which says what is a text
 * @error: return location
 *
 * Make an object of a command line: `line=7 range.start.line=3 name=hello`.
 *
 * Returns: (transfer full): the object, or %NULL with %FLOW_ERROR_BAD_ARGUMENT
 */
JsonObject *
flow_data_words_parse (const char *json, const char *const *words, JsonObject *schema, GError **error)
{
  g_autoptr (JsonObject) object = parse_object (json, error);

  if (object == NULL)
    return NULL;
  for (; *words != NULL; words++)
    {
      if (take_word (object, *words, schema))
        continue;
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("%s is not KEY=VALUE"), *words);
      return NULL;
    }
  return g_steal_pointer (&object);
}
