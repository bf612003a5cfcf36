/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "cloud/flow-cloud-handlers.h"
#include "cloud/flow-cloud-read.h"
#include "message/flow-json-member.h"

/* What the devices that count have acknowledged of a stream. */
typedef struct
{
  guint devices;
  guint64 least;
} Acked;

/* By the numbers of streams; a device has one acknowledgement of each, and all its own stand together. */
static GHashTable *
sum_acks (GPtrArray *acks, guint *devices)
{
  GHashTable *sums = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  const FlowCloudAck *last = NULL;

  *devices = 0;
  for (guint i = 0; i < acks->len; i++)
    {
      const FlowCloudAck *ack = g_ptr_array_index (acks, i);
      Acked *acked = g_hash_table_lookup (sums, &ack->stream);

      if (last == NULL || memcmp (last->device, ack->device, FLOW_CLOUD_ID_SIZE) != 0)
        (*devices)++;
      last = ack;
      if (acked == NULL)
        {
          acked = g_new (Acked, 1);
          *acked = (Acked) { 0, G_MAXUINT64 };
          g_hash_table_insert (sums, (gpointer) &ack->stream, acked);
        }
      acked->devices++;
      acked->least = MIN (acked->least, ack->seq);
    }
  return sums;
}

/* What all devices that count have acknowledged of a stream. */
static guint64
get_least_ack (GHashTable *sums, guint devices, gint64 stream)
{
  const Acked *acked = g_hash_table_lookup (sums, &stream);

  if (devices == 0)
    return G_MAXUINT64;
  return acked != NULL && acked->devices == devices ? acked->least : 0;
}

/**
 * flow_cloud_compact:
 * @data: the storage
 * @user: a user's number
 * @scope: a scope
 * @dropped: (inout): batches that were dropped are added
 * @error: return location
 *
 * Drop the batches that the scope's snapshot covers and that all live devices have acknowledged.
 *
 * Returns: %FALSE with what the storage says
 */
gboolean
flow_cloud_compact (FlowCloudData *data, gint64 user, const char *scope, guint *dropped, GError **error)
{
  g_auto (FlowCloudSnapshot) snapshot = { 0 };
  g_autoptr (FlowSyncVector) vector = NULL;
  g_autoptr (GPtrArray) streams = NULL;
  g_autoptr (GPtrArray) acks = NULL;
  g_autoptr (GHashTable) sums = NULL;
  guint devices;

  if (!data->records->get_snapshot (data, user, scope, &snapshot, error))
    return FALSE;
  if (*snapshot.scope == '\0')
    return TRUE;
  vector = flow_cloud_vector_unpack (snapshot.vector);
  streams = data->records->list_streams (data, user, scope, error);
  acks = streams != NULL ? data->records->list_acks (data, user, scope, error) : NULL;
  if (acks == NULL)
    return FALSE;
  sums = sum_acks (acks, &devices);
  for (guint i = 0; i < streams->len; i++)
    {
      const FlowCloudStream *stream = g_ptr_array_index (streams, i);
      guint64 seq = flow_sync_vector_get (vector, stream->device, stream->epoch);

      seq = MIN (seq, get_least_ack (sums, devices, stream->number));
      if (seq > stream->dropped &&
          !data->records->drop_batches (data, user, stream->number, MIN (seq, stream->seq), dropped, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
set_acks (FlowCloudData *data, const FlowCloudCaller *caller, JsonObject *said, GError **error)
{
  const char *scope = json_object_get_string_member (said, "scope");
  g_autoptr (FlowSyncVector) vector = flow_cloud_read_vector (said, error);
  g_autoptr (GPtrArray) streams = NULL;
  guint dropped = 0;

  if (vector == NULL)
    return FALSE;
  streams = data->records->list_streams (data, caller->user, scope, error);
  if (streams == NULL)
    return FALSE;
  for (guint i = 0; i < streams->len; i++)
    {
      const FlowCloudStream *stream = g_ptr_array_index (streams, i);
      guint64 seq = flow_sync_vector_get (vector, stream->device, stream->epoch);

      if (seq > 0 && !data->records->set_ack (data, caller->device, stream->number, MIN (seq, stream->seq), error))
        return FALSE;
    }
  return flow_cloud_compact (data, caller->user, scope, &dropped, error);
}

/**
 * flow_cloud_set_acks:
 * @data: the storage
 * @caller: who says so
 * @scopes: objects of a `scope` and a `vector`
 * @error: return location
 *
 * Note what a device has applied. What nobody needs any more is dropped.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_BAD_REQUEST` or what the storage says
 */
gboolean
flow_cloud_set_acks (FlowCloudData *data, const FlowCloudCaller *caller, JsonArray *scopes, GError **error)
{
  g_autoptr (GHashTable) names = flow_cloud_read_scopes (scopes, error);

  for (guint i = 0; names != NULL && i < json_array_get_length (scopes); i++)
    {
      if (!set_acks (data, caller, json_array_get_object_element (scopes, i), error))
        return FALSE;
    }
  return names != NULL;
}

/**
 * flow_cloud_ack:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * See [func@cloud_set_acks].
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_FORBIDDEN`, `FLOW_CLOUD_ERROR_BAD_REQUEST` or what the storage says
 */
gboolean
flow_cloud_ack (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  if (!flow_cloud_read_own_device (request, error) ||
      !flow_cloud_set_acks (data, &request->caller, json_object_get_array_member (request->json, "scopes"), error))
    return FALSE;
  flow_cloud_request_answer_empty (request, 204);
  return TRUE;
}

/* The blob is there, and it covers what the one before it does. */
static gboolean
check_snapshot (FlowCloudRequest *request, FlowCloudData *data, const FlowCloudSnapshot *snapshot,
                const FlowCloudSnapshot *before, const FlowSyncVector *vector, GError **error)
{
  g_autoptr (FlowSyncVector) covered = flow_cloud_vector_unpack (before->vector);
  FlowCloudBlob blob;

  if (!data->records->find_blob (data, request->caller.user, snapshot->blob, &blob, error))
    return FALSE;
  if (blob.bytes < 0)
    return flow_cloud_not_found (error, "blob");
  if (flow_sync_vector_covers (vector, covered))
    return TRUE;
  g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_VERSION_CONFLICT,
                       "The cloud has a snapshot that covers more");
  return FALSE;
}

static gboolean
replace_snapshot (FlowCloudRequest *request, FlowCloudData *data, const FlowCloudSnapshot *snapshot,
                  const FlowCloudSnapshot *before, GError **error)
{
  gint64 user = request->caller.user;
  gboolean has = TRUE;

  if (!data->records->set_snapshot (data, user, snapshot, error))
    return FALSE;
  if (*before->scope == '\0')
    return TRUE;
  return data->records->has_snapshot (data, user, before->blob, &has, error) &&
         (has || data->records->remove_blob (data, user, before->blob, &has, error));
}

/**
 * flow_cloud_snapshot:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * Make a blob the snapshot of a scope. What nobody needs any more is dropped, the snapshot before it too.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_NOT_FOUND`, `FLOW_CLOUD_ERROR_BAD_REQUEST`,
 *   `FLOW_CLOUD_ERROR_VERSION_CONFLICT` when another one covers more, or what the storage says
 */
gboolean
flow_cloud_snapshot (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_autoptr (FlowSyncVector) vector = flow_cloud_read_vector (request->json, error);
  g_auto (FlowCloudSnapshot) snapshot = { 0 };
  g_auto (FlowCloudSnapshot) before = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);
  guint dropped = 0;

  if (vector == NULL)
    return FALSE;
  g_strlcpy (snapshot.scope, json_object_get_string_member (request->json, "scope"), sizeof snapshot.scope);
  flow_cloud_read_id (request->json, "blob", snapshot.blob);
  snapshot.bytes = json_object_get_int_member (request->json, "bytes");
  snapshot.vector = flow_cloud_vector_pack (vector);
  if (!data->records->get_snapshot (data, request->caller.user, snapshot.scope, &before, error) ||
      !check_snapshot (request, data, &snapshot, &before, vector, error) ||
      !replace_snapshot (request, data, &snapshot, &before, error) ||
      !flow_cloud_compact (data, request->caller.user, snapshot.scope, &dropped, error))
    return FALSE;
  g_string_printf (text, "{\"dropped\":%u}", dropped);
  flow_cloud_request_answer_json (request, 201, text);
  return TRUE;
}
