/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "base/flow-id.h"
#include "cloud/flow-cloud-handlers.h"
#include "cloud/flow-cloud-read.h"
#include "message/flow-json-member.h"

static void
get_id (FlowCloudRequest *request, guint8 *id)
{
  flow_id_from_hex (request->id, FLOW_CLOUD_ID_SIZE, id);
}

/**
 * flow_cloud_list_blobs:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * List the blobs of an account.
 *
 * Returns: %FALSE with what the storage says
 */
gboolean
flow_cloud_list_blobs (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_autoptr (GPtrArray) blobs = data->records->list_blobs (data, request->caller.user, error);
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter json;

  if (blobs == NULL)
    return FALSE;
  flow_json_writer_init (&json, text);
  flow_json_writer_begin_object (&json);
  flow_json_writer_key (&json, "blobs");
  flow_json_writer_begin_array (&json);
  for (guint i = 0; i < blobs->len; i++)
    {
      const FlowCloudBlob *blob = g_ptr_array_index (blobs, i);

      flow_json_writer_begin_object (&json);
      flow_json_member_id (&json, "id", blob->id, sizeof blob->id);
      flow_json_member_int (&json, "bytes", blob->bytes);
      flow_json_writer_key (&json, "created");
      flow_json_writer_time (&json, blob->created_ms * 1000000);
      flow_json_writer_end_object (&json);
    }
  flow_json_writer_end_array (&json);
  flow_json_writer_end_object (&json);
  flow_cloud_request_answer_json (request, 200, text);
  return TRUE;
}

/**
 * flow_cloud_get_blob:
 * @request: a request with an id
 * @data: the storage
 * @error: return location
 *
 * Give a device a blob.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_NOT_FOUND` or what the storage says
 */
gboolean
flow_cloud_get_blob (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  guint8 id[FLOW_CLOUD_ID_SIZE] = { 0 };
  g_autoptr (GBytes) body = NULL;

  get_id (request, id);
  if (!data->records->get_blob (data, request->caller.user, id, &body, error))
    return FALSE;
  if (body == NULL)
    return flow_cloud_not_found (error, "blob");
  flow_cloud_request_answer_bytes (request, 200, "application/octet-stream", body);
  return TRUE;
}

/* A snapshot is replaced by another one, not taken away. */
static gboolean
check_unused (FlowCloudRequest *request, FlowCloudData *data, const guint8 *id, GError **error)
{
  gboolean used;

  if (!data->records->has_snapshot (data, request->caller.user, id, &used, error))
    return FALSE;
  if (!used)
    return TRUE;
  g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_VERSION_CONFLICT,
                       "This blob is the latest snapshot of a scope");
  return FALSE;
}

/**
 * flow_cloud_check_quota:
 * @request: a request
 * @data: the storage
 * @more: bytes that are to be kept beyond what is
 * @error: return location
 *
 * Check that an account has room for more.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_QUOTA` or what the storage says
 */
gboolean
flow_cloud_check_quota (FlowCloudRequest *request, FlowCloudData *data, gint64 more, GError **error)
{
  gint64 most = flow_cloud_get_options (request->cloud)->max_bytes;
  FlowCloudUsage usage;

  if (!data->records->get_usage (data, request->caller.user, &usage, error))
    return FALSE;
  if (most == 0 || more <= 0 || usage.bytes + usage.blob_bytes + more <= most)
    return TRUE;
  g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_QUOTA, "The account has no room left");
  return FALSE;
}

/**
 * flow_cloud_put_blob:
 * @request: a request with an id, whose body is the blob
 * @data: the storage
 * @error: return location
 *
 * Keep a blob.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_QUOTA`, `FLOW_CLOUD_ERROR_VERSION_CONFLICT` when it would replace a snapshot,
 *   or what the storage says
 */
gboolean
flow_cloud_put_blob (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  FlowCloudBlob blob = { .bytes = (gint64) g_bytes_get_size (request->body), .created_ms = request->now_ms };
  FlowCloudBlob before;
  gboolean replaced;

  get_id (request, blob.id);
  if (!check_unused (request, data, blob.id, error) ||
      !data->records->find_blob (data, request->caller.user, blob.id, &before, error) ||
      !flow_cloud_check_quota (request, data, blob.bytes - MAX (before.bytes, 0), error) ||
      !data->records->put_blob (data, request->caller.user, &blob, request->body, &replaced, error))
    return FALSE;
  flow_cloud_request_answer_empty (request, replaced ? 200 : 201);
  return TRUE;
}

/**
 * flow_cloud_delete_blob:
 * @request: a request with an id
 * @data: the storage
 * @error: return location
 *
 * Delete a blob.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_NOT_FOUND`, `FLOW_CLOUD_ERROR_VERSION_CONFLICT` when it is a snapshot, or what
 *   the storage says
 */
gboolean
flow_cloud_delete_blob (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  guint8 id[FLOW_CLOUD_ID_SIZE] = { 0 };
  gboolean found;

  get_id (request, id);
  if (!check_unused (request, data, id, error) ||
      !data->records->remove_blob (data, request->caller.user, id, &found, error))
    return FALSE;
  if (!found)
    return flow_cloud_not_found (error, "blob");
  flow_cloud_request_answer_empty (request, 204);
  return TRUE;
}
