/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "base/flow-id.h"
#include "cloud/flow-cloud-handlers.h"
#include "cloud/flow-cloud-read.h"
#include "message/flow-json-member.h"

/* What replaces a conflict needs room only for what it has more. */
static gboolean
check_room (FlowCloudRequest *request, FlowCloudData *data, const FlowCloudConflict *conflict, GError **error)
{
  gint64 bytes = (gint64) g_bytes_get_size (conflict->body);
  FlowCloudUsage usage;
  gint64 before;

  if (!data->records->find_conflict (data, request->caller.user, conflict->id, &before, error) ||
      !data->records->get_usage (data, request->caller.user, &usage, error))
    return FALSE;
  if (before >= 0 || usage.conflicts < FLOW_CLOUD_MAX_CONFLICTS)
    return flow_cloud_check_quota (request, data, bytes - MAX (before, 0), error);
  g_set_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_QUOTA, "At most %d conflicts are kept; decide some",
               FLOW_CLOUD_MAX_CONFLICTS);
  return FALSE;
}

/**
 * flow_cloud_put_conflict:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * Keep a conflict until somebody decides it.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_QUOTA`, `FLOW_CLOUD_ERROR_BAD_REQUEST` or what the storage says
 */
gboolean
flow_cloud_put_conflict (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_auto (FlowCloudConflict) conflict = { 0 };

  conflict.body = flow_cloud_read_base64 (request->json, "body", error);
  flow_cloud_read_id (request->json, "id", conflict.id);
  if (conflict.body == NULL || !check_room (request, data, &conflict, error))
    return FALSE;
  flow_cloud_read_id (request->json, "device", conflict.device);
  conflict.scope = g_strdup (json_object_get_string_member (request->json, "scope"));
  conflict.table = g_strdup (json_object_get_string_member (request->json, "table"));
  conflict.kind = g_strdup (json_object_get_string_member (request->json, "kind"));
  conflict.time_ms = json_object_get_int_member (request->json, "time_ms");
  if (!data->records->set_conflict (data, request->caller.user, &conflict, error))
    return FALSE;
  flow_cloud_request_answer_empty (request, 201);
  return TRUE;
}

static void
write_conflict (FlowJsonWriter *json, const FlowCloudConflict *conflict)
{
  gsize size = 0;
  const guint8 *body = g_bytes_get_data (conflict->body, &size);

  flow_json_writer_begin_object (json);
  flow_json_member_id (json, "id", conflict->id, sizeof conflict->id);
  flow_json_member_text (json, "scope", conflict->scope, -1);
  flow_json_member_text (json, "table", conflict->table, -1);
  flow_json_member_id (json, "device", conflict->device, sizeof conflict->device);
  flow_json_member_int (json, "time_ms", conflict->time_ms);
  flow_json_member_text (json, "kind", conflict->kind, -1);
  flow_json_writer_key (json, "body");
  flow_json_writer_base64 (json, body, size);
  flow_json_writer_end_object (json);
}

/**
 * flow_cloud_list_conflicts:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * List what nobody has decided.
 *
 * Returns: %FALSE with what the storage says
 */
gboolean
flow_cloud_list_conflicts (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_autoptr (GPtrArray) conflicts = data->records->list_conflicts (data, request->caller.user, error);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  FlowJsonWriter json;

  if (conflicts == NULL)
    return FALSE;
  flow_json_writer_init (&json, text);
  flow_json_writer_begin_object (&json);
  flow_json_writer_key (&json, "conflicts");
  flow_json_writer_begin_array (&json);
  for (guint i = 0; i < conflicts->len; i++)
    write_conflict (&json, g_ptr_array_index (conflicts, i));
  flow_json_writer_end_array (&json);
  flow_json_writer_end_object (&json);
  /* It may be long: not copied. */
  bytes = g_string_free_to_bytes (g_steal_pointer (&text));
  flow_cloud_request_answer_bytes (request, 200, "application/json", bytes);
  return TRUE;
}

/**
 * flow_cloud_delete_conflict:
 * @request: a request with an id
 * @data: the storage
 * @error: return location
 *
 * Forget a conflict.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_NOT_FOUND` or what the storage says
 */
gboolean
flow_cloud_delete_conflict (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  guint8 id[FLOW_CLOUD_ID_SIZE] = { 0 };
  gboolean found;

  flow_id_from_hex (request->id, sizeof id, id);
  if (!data->records->remove_conflict (data, request->caller.user, id, &found, error))
    return FALSE;
  if (!found)
    return flow_cloud_not_found (error, "conflict");
  flow_cloud_request_answer_empty (request, 204);
  return TRUE;
}

static gint64
get_snapshot_bytes (GPtrArray *snapshots, const char *scope)
{
  for (guint i = 0; i < snapshots->len; i++)
    {
      const FlowCloudSnapshot *snapshot = g_ptr_array_index (snapshots, i);

      if (g_str_equal (snapshot->scope, scope))
        return snapshot->bytes;
    }
  return 0;
}

static void
write_scopes (FlowJsonWriter *json, GPtrArray *scopes, GPtrArray *snapshots)
{
  flow_json_writer_key (json, "scopes");
  flow_json_writer_begin_array (json);
  for (guint i = 0; i < scopes->len; i++)
    {
      const FlowCloudScope *scope = g_ptr_array_index (scopes, i);

      flow_json_writer_begin_object (json);
      flow_json_member_text (json, "scope", scope->scope, -1);
      flow_json_member_int (json, "batches", scope->batches);
      flow_json_member_int (json, "operations", scope->operations);
      flow_json_member_int (json, "bytes", scope->bytes);
      flow_json_member_int (json, "devices", scope->devices);
      flow_json_member_int (json, "snapshot_bytes", get_snapshot_bytes (snapshots, scope->scope));
      flow_json_writer_end_object (json);
    }
  flow_json_writer_end_array (json);
}

/**
 * flow_cloud_count_data:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * Count what is kept of each scope.
 *
 * Returns: %FALSE with what the storage says
 */
gboolean
flow_cloud_count_data (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  gint64 user = request->caller.user;
  g_autoptr (GPtrArray) scopes = data->records->list_scopes (data, user, error);
  g_autoptr (GPtrArray) snapshots = scopes != NULL ? data->records->list_snapshots (data, user, error) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  FlowCloudUsage usage;
  FlowJsonWriter json;

  if (snapshots == NULL || !data->records->get_usage (data, user, &usage, error))
    return FALSE;
  flow_json_writer_init (&json, text);
  flow_json_writer_begin_object (&json);
  write_scopes (&json, scopes, snapshots);
  flow_json_member_int (&json, "blobs", usage.blobs);
  flow_json_member_int (&json, "blob_bytes", usage.blob_bytes);
  flow_json_member_int (&json, "conflicts", usage.conflicts);
  flow_json_writer_end_object (&json);
  flow_cloud_request_answer_json (request, 200, text);
  return TRUE;
}

/**
 * flow_cloud_delete_data:
 * @request: a request whose password was right
 * @data: the storage
 * @error: return location
 *
 * Delete everything that was synced, keep the account.
 *
 * Returns: %FALSE with what the storage says
 */
gboolean
flow_cloud_delete_data (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  if (!data->records->clear (data, request->caller.user, error))
    return FALSE;
  flow_cloud_request_forget (request);
  flow_cloud_request_answer_empty (request, 204);
  return TRUE;
}
