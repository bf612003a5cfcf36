/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-parts"

#include "hub/sync/traces/flow-trace-parts.h"

#include <json-glib/json-glib.h>

#include "message/flow-json-member.h"

/* Where the spans of a trace can be had: by device, in its header. */

static JsonObject *
read_parts (const FlowTraceHeader *header)
{
  g_autoptr (JsonNode) root = json_from_string (header->parts, NULL);

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return json_object_new ();
  return json_node_dup_object (root);
}

static const char *
get_text (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node)
                                                                                          : NULL;
}

/**
 * flow_trace_parts_get:
 * @header: a header
 * @device: the id of a device
 *
 * Returns: (transfer full) (nullable): where the spans that it sent can be had, see flow_trace_part_from_text()
 */
char *
flow_trace_parts_get (const FlowTraceHeader *header, const char *device)
{
  g_autoptr (JsonObject) parts = read_parts (header);
  JsonNode *node = json_object_get_member (parts, device);

  return node != NULL ? g_strdup (get_text (node)) : NULL;
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

static char *
write_parts (JsonObject *parts)
{
  g_autoptr (GList) devices = g_list_sort (json_object_get_members (parts), compare_keys);
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  for (GList *at = devices; at != NULL; at = at->next)
    {
      const char *part = get_text (json_object_get_member (parts, at->data));

      if (part != NULL)
        flow_json_member_text (&writer, at->data, part, -1);
    }
  flow_json_writer_end_object (&writer);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * flow_trace_parts_set:
 * @header: a header
 * @device: the id of a device
 * @text: (nullable): where the spans that it sent can be had; %NULL: nowhere
 *
 * Write down what a device sent.
 */
void
flow_trace_parts_set (FlowTraceHeader *header, const char *device, const char *text)
{
  g_autoptr (JsonObject) parts = read_parts (header);

  if (text != NULL)
    json_object_set_string_member (parts, device, text);
  else if (json_object_has_member (parts, device))
    json_object_remove_member (parts, device);
  g_free (header->parts);
  header->parts = write_parts (parts);
}

/**
 * flow_trace_parts_list:
 * @header: a header
 * @but: (nullable): the id of a device whose part is left out
 *
 * Returns: (transfer full) (element-type FlowTracePart): all parts
 */
GArray *
flow_trace_parts_list (const FlowTraceHeader *header, const char *but)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (FlowTracePart));
  g_autoptr (JsonObject) parts = read_parts (header);
  JsonObjectIter iter;
  const char *device;
  JsonNode *node;

  json_object_iter_init (&iter, parts);
  while (json_object_iter_next (&iter, &device, &node))
    {
      const char *text = get_text (node);
      FlowTracePart part;

      if (g_strcmp0 (device, but) != 0 && text != NULL && flow_trace_part_from_text (text, &part))
        g_array_append_val (list, part);
    }
  return list;
}
