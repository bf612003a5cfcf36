/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-control"

#include "hub/flow-control-facts.h"

#include "base/flow-error.h"
#include "base/flow-id.h"

typedef gboolean (*TakeText) (FlowFactChange *change, const char *text, GError **error);

static gboolean
fail_type (const char *name, const char *type, GError **error)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "\"%s\" must be %s", name, type);
  return FALSE;
}

static gboolean
take_text (JsonObject *arguments, const char *name, FlowFactChange *change, TakeText take, GError **error)
{
  const char *text = flow_json_get_string (arguments, name);

  if (text != NULL)
    return take (change, text, error);
  return !json_object_has_member (arguments, name) || fail_type (name, "a string", error);
}

static gboolean
take_list (JsonObject *arguments, const char *name, FlowFactChange *change, TakeText take, GError **error)
{
  JsonArray *array = flow_json_get_array (arguments, name);

  if (array == NULL)
    return !json_object_has_member (arguments, name) || fail_type (name, "a list of strings", error);
  if (json_array_get_length (array) > FLOW_FACT_TAGS_MAX)
    return fail_type (name, "a list of at most 64 strings", error);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        return fail_type (name, "a list of strings", error);
      if (!take (change, json_node_get_string (node), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
take_flags (JsonObject *arguments, FlowFactChange *change, GError **error)
{
  JsonNode *pinned = json_object_get_member (arguments, "pinned");

  if (flow_json_get_bool (arguments, "clear_tags"))
    flow_fact_change_clear_tags (change);
  if (pinned == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (pinned) || json_node_get_value_type (pinned) != G_TYPE_BOOLEAN)
    return fail_type ("pinned", "true or false", error);
  flow_fact_change_set_pinned (change, json_node_get_boolean (pinned));
  return TRUE;
}

/**
 * flow_control_read_fact_change:
 * @arguments: of the verb `facts`: `trace_id`, and what is to change: `title`, `note`, `pinned`, `clear_tags`,
 *   `remove_tags`, `add_tags`
 * @error: return location
 *
 * Read a change of the facts about a trace.
 *
 * Returns: (transfer full): the change, or %NULL with %FLOW_ERROR_BAD_ARGUMENT or %FLOW_ERROR_TOO_LARGE
 */
FlowFactChange *
flow_control_read_fact_change (JsonObject *arguments, GError **error)
{
  const char *hex = flow_json_get_string (arguments, "trace_id");
  g_autoptr (FlowFactChange) change = NULL;
  guint8 id[16];

  if (hex == NULL || !flow_id_from_hex (hex, sizeof id, id))
    {
      fail_type ("trace_id", "32 hex digits", error);
      return NULL;
    }
  change = flow_fact_change_new (id);
  if (!take_text (arguments, "title", change, flow_fact_change_set_title, error) ||
      !take_text (arguments, "note", change, flow_fact_change_set_note, error) ||
      !take_list (arguments, "add_tags", change, flow_fact_change_add_tag, error) ||
      !take_list (arguments, "remove_tags", change, flow_fact_change_remove_tag, error) ||
      !take_flags (arguments, change, error))
    return NULL;
  return g_steal_pointer (&change);
}
