/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-read.h"

#include <string.h>

#include "base/flow-id.h"
#include "sync/flow-sync-batch-header.h"

/* A dot in a kept vector: device, epoch, seq. */
#define PACKED_SIZE (FLOW_SYNC_DEVICE_SIZE + 16)
/* Of a workspace's scope: 128 bits in base64url behind a prefix. */
#define WORKSPACE_LENGTH 24

/**
 * flow_cloud_read_has_nul:
 * @text: JSON
 * @size: its bytes
 *
 * Find out whether a text in it has the character U+0000, behind which nobody would see the rest of it.
 *
 * Returns: whether one has
 */
gboolean
flow_cloud_read_has_nul (const char *text, gsize size)
{
  static const char nul[] = "u0000";

  for (gsize i = 0; i + 1 < size; i++)
    {
      if (text[i] != '\\')
        continue;
      i++;
      if (size - i >= strlen (nul) && memcmp (text + i, nul, strlen (nul)) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * flow_cloud_read_id:
 * @object: an object
 * @name: a member: 32 hex digits
 * @id: (out): %FLOW_CLOUD_ID_SIZE bytes
 *
 * Read an id.
 */
void
flow_cloud_read_id (JsonObject *object, const char *name, guint8 *id)
{
  if (!flow_id_from_hex (json_object_get_string_member (object, name), FLOW_CLOUD_ID_SIZE, id))
    memset (id, 0, FLOW_CLOUD_ID_SIZE);
}

/**
 * flow_cloud_read_base64:
 * @object: an object
 * @name: a member in base64
 * @error: return location
 *
 * Read bytes.
 *
 * Returns: (transfer full): the bytes, %NULL with `FLOW_CLOUD_ERROR_BAD_REQUEST`
 */
GBytes *
flow_cloud_read_base64 (JsonObject *object, const char *name, GError **error)
{
  const char *text = json_object_get_string_member (object, name);
  gsize length = strlen (text);
  gsize size = 0;
  guchar *data;

  if (length % 4 != 0)
    {
      g_set_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BAD_REQUEST, "/%s is no base64", name);
      return NULL;
    }
  data = g_base64_decode (text, &size);
  return g_bytes_new_take (data, size);
}

static gboolean
is_new (const FlowSyncVector *vector, const FlowSyncDot *dot)
{
  return dot->seq == 0 || flow_sync_vector_get (vector, dot->device, dot->epoch) == 0;
}

/**
 * flow_cloud_read_vector:
 * @object: an object
 * @error: return location
 *
 * Read its member `vector`.
 *
 * Returns: (transfer full): the vector, %NULL with `FLOW_CLOUD_ERROR_BAD_REQUEST` when it names something twice
 */
FlowSyncVector *
flow_cloud_read_vector (JsonObject *object, GError **error)
{
  g_autoptr (FlowSyncVector) vector = flow_sync_vector_new ();
  JsonArray *dots = json_object_get_array_member (object, "vector");

  for (guint i = 0; i < json_array_get_length (dots); i++)
    {
      JsonObject *member = json_array_get_object_element (dots, i);
      FlowSyncDot dot;

      flow_cloud_read_id (member, "device", dot.device);
      dot.epoch = (guint64) json_object_get_int_member (member, "epoch");
      dot.seq = (guint64) json_object_get_int_member (member, "seq");
      if (!is_new (vector, &dot))
        {
          g_set_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BAD_REQUEST, "/vector/%u is there twice", i);
          return NULL;
        }
      flow_sync_vector_set (vector, dot.device, dot.epoch, dot.seq);
    }
  return g_steal_pointer (&vector);
}

/**
 * flow_cloud_read_scopes:
 * @scopes: objects with a member `scope`
 * @error: return location
 *
 * Read what they are about.
 *
 * Returns: (transfer full): a set of the names, which @scopes has; %NULL with `FLOW_CLOUD_ERROR_BAD_REQUEST` when one
 *   is there twice
 */
GHashTable *
flow_cloud_read_scopes (JsonArray *scopes, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < json_array_get_length (scopes); i++)
    {
      JsonObject *member = json_array_get_object_element (scopes, i);

      if (g_hash_table_add (names, (char *) json_object_get_string_member (member, "scope")))
        continue;
      g_set_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BAD_REQUEST, "/scopes/%u is there twice", i);
      return NULL;
    }
  return g_steal_pointer (&names);
}

/**
 * flow_cloud_read_is_scope:
 * @scope: a name out of the head of a batch
 *
 * Returns: whether it is one that the API's description knows
 */
gboolean
flow_cloud_read_is_scope (const char *scope)
{
  return strcmp (scope, "account") == 0 ||
         (g_str_has_prefix (scope, "w-") && strlen (scope) == WORKSPACE_LENGTH && flow_sync_scope_is_valid (scope));
}

/**
 * flow_cloud_read_own_device:
 * @request: a request whose body has a member `device`
 * @error: return location
 *
 * Check that who asks speaks of himself.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_FORBIDDEN`
 */
gboolean
flow_cloud_read_own_device (FlowCloudRequest *request, GError **error)
{
  const char *device = json_object_get_string_member (request->json, "device");

  if (strcmp (device, request->caller.device_hex) == 0)
    return TRUE;
  g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_FORBIDDEN, "The token belongs to another device");
  return FALSE;
}

static void
put_number (guint8 *at, guint64 number)
{
  number = GUINT64_TO_BE (number);
  memcpy (at, &number, sizeof number);
}

static guint64
get_number (const guint8 *at)
{
  guint64 number;

  memcpy (&number, at, sizeof number);
  return GUINT64_FROM_BE (number);
}

/**
 * flow_cloud_vector_pack:
 * @vector: a vector
 *
 * Returns: (transfer full): the vector as it is kept, see #FlowCloudSnapshot
 */
GBytes *
flow_cloud_vector_pack (const FlowSyncVector *vector)
{
  guint n = flow_sync_vector_get_size (vector);
  g_autofree guint8 *data = g_new (guint8, n * PACKED_SIZE + 1);

  for (guint i = 0; i < n; i++)
    {
      const FlowSyncDot *dot = flow_sync_vector_get_entry (vector, i);
      guint8 *at = data + i * PACKED_SIZE;

      memcpy (at, dot->device, FLOW_SYNC_DEVICE_SIZE);
      put_number (at + FLOW_SYNC_DEVICE_SIZE, dot->epoch);
      put_number (at + FLOW_SYNC_DEVICE_SIZE + 8, dot->seq);
    }
  return g_bytes_new_take (g_steal_pointer (&data), n * PACKED_SIZE);
}

/**
 * flow_cloud_vector_unpack:
 * @bytes: (nullable): of flow_cloud_vector_pack()
 *
 * Returns: (transfer full): the vector, an empty one of %NULL
 */
FlowSyncVector *
flow_cloud_vector_unpack (GBytes *bytes)
{
  FlowSyncVector *vector = flow_sync_vector_new ();
  gsize size = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  for (gsize i = 0; i + PACKED_SIZE <= size; i += PACKED_SIZE)
    flow_sync_vector_set (vector, data + i, get_number (data + i + FLOW_SYNC_DEVICE_SIZE),
                          get_number (data + i + FLOW_SYNC_DEVICE_SIZE + 8));
  return vector;
}
