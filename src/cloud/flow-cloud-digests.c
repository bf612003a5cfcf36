/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "cloud/flow-cloud-handlers.h"
#include "cloud/flow-cloud-read.h"
#include "sync/flow-sync-digest.h"

/* What devices say that holds on them, which nobody here can tell anything from. */

static gboolean
has_repair (const FlowCloudDigest *digest)
{
  static const guint8 none[FLOW_CLOUD_ID_SIZE] = { 0 };

  return memcmp (digest->repair, none, sizeof none) != 0;
}

/* What a digest offered goes when none offers it any more; a snapshot stays. */
static gboolean
drop_repair (FlowCloudRequest *request, FlowCloudData *data, const FlowCloudDigest *digest, GError **error)
{
  gint64 user = request->caller.user;
  gboolean has;

  if (!has_repair (digest))
    return TRUE;
  return data->records->has_snapshot (data, user, digest->repair, &has, error) &&
         (has || data->records->remove_blob (data, user, digest->repair, &has, error));
}

static FlowCloudDigest *
read_digest (JsonObject *object, const char *scope, GError **error)
{
  g_autoptr (FlowSyncVector) vector = flow_cloud_read_vector (object, error);
  g_autoptr (FlowSyncDigest) read = NULL;
  g_autoptr (GString) body = g_string_new (NULL);
  FlowCloudDigest *digest;
  FlowJsonWriter json;

  if (vector == NULL)
    return NULL;
  read = flow_sync_digest_read_json (object, scope);
  if (read == NULL)
    {
      g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BAD_REQUEST, "/digest is none");
      return NULL;
    }
  flow_json_writer_init (&json, body);
  flow_sync_digest_write_json (read, &json);
  digest = g_new0 (FlowCloudDigest, 1);
  g_strlcpy (digest->scope, scope, sizeof digest->scope);
  digest->vector = flow_cloud_vector_pack (vector);
  digest->body = g_string_free (g_steal_pointer (&body), FALSE);
  if (*read->repair != '\0')
    flow_cloud_read_id (object, "repair", digest->repair);
  return digest;
}

/* The others are told that there is something to be repaired. */
static void
tell_others (FlowCloudRequest *request, const char *scope)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "{\"type\":\"repair\",\"scope\":\"%s\"}", scope);
  flow_cloud_publish_text (request, NULL, text, 0);
}

static gboolean
note_digest (FlowCloudRequest *request, FlowCloudData *data, JsonObject *asked, GError **error)
{
  const FlowCloudCaller *caller = &request->caller;
  const char *scope = json_object_get_string_member (asked, "scope");
  g_autoptr (FlowCloudDigest) digest = read_digest (json_object_get_object_member (asked, "digest"), scope, error);
  g_autoptr (GPtrArray) known = NULL;
  const FlowCloudDigest *before;

  if (digest == NULL)
    return FALSE;
  known = data->records->list_digests (data, caller->user, scope, caller->device_id, error);
  if (known == NULL)
    return FALSE;
  before = known->len > 0 ? g_ptr_array_index (known, 0) : NULL;
  if (before == NULL || memcmp (before->repair, digest->repair, sizeof before->repair) != 0)
    {
      if (before != NULL && !drop_repair (request, data, before, error))
        return FALSE;
      if (has_repair (digest))
        tell_others (request, scope);
    }
  return data->records->set_digest (data, caller->device, digest, error);
}

/**
 * flow_cloud_note_digests:
 * @request: a hello
 * @data: the storage
 * @scopes: what it says of scopes
 * @error: return location
 *
 * Keep the digests that came with it, and tell the others of a repair that is offered. What one before offered goes.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_BAD_REQUEST` or what the storage says
 */
gboolean
flow_cloud_note_digests (FlowCloudRequest *request, FlowCloudData *data, JsonArray *scopes, GError **error)
{
  for (guint i = 0; i < json_array_get_length (scopes); i++)
    {
      JsonObject *asked = json_array_get_object_element (scopes, i);

      if (json_object_has_member (asked, "digest") && !note_digest (request, data, asked, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_cloud_drop_digests:
 * @request: a request
 * @data: the storage
 * @device: (array fixed-size=16): the id of a device that goes
 * @number: its number
 * @error: return location
 *
 * Forget what it said and offered.
 *
 * Returns: %FALSE with what the storage says
 */
gboolean
flow_cloud_drop_digests (FlowCloudRequest *request, FlowCloudData *data, const guint8 *device, gint64 number,
                         GError **error)
{
  g_autoptr (GPtrArray) digests = data->records->list_digests (data, request->caller.user, NULL, device, error);

  if (digests == NULL)
    return FALSE;
  for (guint i = 0; i < digests->len; i++)
    if (!drop_repair (request, data, g_ptr_array_index (digests, i), error))
      return FALSE;
  return data->records->forget_digests (data, number, error);
}
