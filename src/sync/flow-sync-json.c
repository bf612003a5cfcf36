/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-json.h"

#include "base/flow-id.h"
#include "sync/flow-sync-digest.h"

static JsonNode *
get (JsonObject *object, const char *name)
{
  return object != NULL ? json_object_get_member (object, name) : NULL;
}

/** flow_sync_json_text: (nullable) (transfer none): a member that is a text. */
const char *
flow_sync_json_text (JsonObject *object, const char *name)
{
  JsonNode *node = get (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

/** flow_sync_json_int: a member that is a number, 0 when it is none. */
gint64
flow_sync_json_int (JsonObject *object, const char *name)
{
  JsonNode *node = get (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node) : 0;
}

/** flow_sync_json_bool: whether a member is true. */
gboolean
flow_sync_json_bool (JsonObject *object, const char *name)
{
  JsonNode *node = get (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
}

/** flow_sync_json_object: (nullable) (transfer none): a member that is an object. */
JsonObject *
flow_sync_json_object (JsonObject *object, const char *name)
{
  JsonNode *node = get (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/** flow_sync_json_array: (nullable) (transfer none): a member that is an array. */
JsonArray *
flow_sync_json_array (JsonObject *object, const char *name)
{
  JsonNode *node = get (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/** flow_sync_json_element: (nullable) (transfer none): an object in an array. */
JsonObject *
flow_sync_json_element (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/** flow_sync_json_device: whether the member `device` is the id of one. */
gboolean
flow_sync_json_device (JsonObject *object, guint8 *device)
{
  const char *hex = flow_sync_json_text (object, "device");

  return hex != NULL && strlen (hex) == FLOW_SYNC_DEVICE_SIZE * 2 &&
         flow_id_from_hex (hex, FLOW_SYNC_DEVICE_SIZE, device);
}

/** flow_sync_json_vector: (nullable) (transfer full): a vector as it is in JSON; without an array empty. */
FlowSyncVector *
flow_sync_json_vector (JsonArray *array)
{
  g_autoptr (FlowSyncVector) vector = flow_sync_vector_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *entry = flow_sync_json_element (array, i);
      gint64 epoch = flow_sync_json_int (entry, "epoch");
      gint64 seq = flow_sync_json_int (entry, "seq");
      guint8 device[FLOW_SYNC_DEVICE_SIZE];

      if (!flow_sync_json_device (entry, device) || epoch < 0 || seq < 0)
        return NULL;
      flow_sync_vector_raise (vector, device, (guint64) epoch, (guint64) seq);
    }
  return g_steal_pointer (&vector);
}

/** flow_sync_json_is_blob: whether it is the id of a blob, which becomes part of an address. */
gboolean
flow_sync_json_is_blob (const char *name)
{
  return name != NULL && strlen (name) == FLOW_SYNC_BLOB_DIGITS &&
         strspn (name, "0123456789abcdef") == FLOW_SYNC_BLOB_DIGITS;
}
