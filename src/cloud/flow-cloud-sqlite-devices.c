/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "cloud/flow-cloud-error.h"
#include "cloud/flow-cloud-sqlite-records.h"

/** flow_cloud_sqlite_list_acks: see #FlowCloudRecords. */
GPtrArray *
flow_cloud_sqlite_list_acks (FlowCloudData *data, gint64 user, const char *scope, GError **error)
{
  g_autoptr (GPtrArray) acks = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-ack-list", user, error);
  gboolean row;

  if (statement == NULL)
    return NULL;
  flow_cloud_sqlite_bind_text (statement, 2, scope);
  while (flow_cloud_sqlite_next (statement, &row, error))
    {
      FlowCloudAck *ack;

      if (!row)
        return g_steal_pointer (&acks);
      ack = g_new0 (FlowCloudAck, 1);
      flow_cloud_sqlite_read_id (statement, 0, ack->device, sizeof ack->device);
      ack->stream = sqlite3_column_int64 (statement, 1);
      ack->seq = (guint64) sqlite3_column_int64 (statement, 2);
      g_ptr_array_add (acks, ack);
    }
  return NULL;
}

/** flow_cloud_sqlite_set_ack: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_set_ack (FlowCloudData *data, gint64 device, gint64 stream, guint64 seq, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-ack-set", device, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, stream);
  sqlite3_bind_int64 (statement, 3, (gint64) seq);
  return flow_cloud_sqlite_change (data, statement, NULL, error);
}

static gboolean
set_epoch (FlowCloudData *data, gint64 device, const char *scope, guint64 epoch, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-epoch-set", device, error);
  gboolean changed;

  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_text (statement, 2, scope);
  sqlite3_bind_int64 (statement, 3, (gint64) epoch);
  sqlite3_bind_int64 (statement, 4, FLOW_CLOUD_MAX_SCOPES);
  if (!flow_cloud_sqlite_change (data, statement, &changed, error))
    return FALSE;
  if (changed)
    return TRUE;
  g_set_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_QUOTA, "A device is in at most %d scopes",
               FLOW_CLOUD_MAX_SCOPES);
  return FALSE;
}

static gboolean
forget_acks (FlowCloudData *data, gint64 device, const char *scope, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-ack-forget", device, error);

  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_text (statement, 2, scope);
  return flow_cloud_sqlite_change (data, statement, NULL, error);
}

/** flow_cloud_sqlite_note_epoch: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_note_epoch (FlowCloudData *data, gint64 device, const char *scope, guint64 epoch, gboolean *changed,
                              GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-epoch-get", device, error);
  gboolean known;
  gboolean row;

  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_text (statement, 2, scope);
  if (!flow_cloud_sqlite_next (statement, &row, error))
    return FALSE;
  known = row && (guint64) sqlite3_column_int64 (statement, 0) == epoch;
  *changed = row && !known;
  sqlite3_reset (statement);
  if (*changed && !forget_acks (data, device, scope, error))
    return FALSE;
  return known || set_epoch (data, device, scope, epoch, error);
}

/** flow_cloud_sqlite_retire_devices: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_retire_devices (FlowCloudData *data, gint64 before_ms, guint *count, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-device-retire", before_ms, error);

  if (!flow_cloud_sqlite_change (data, statement, NULL, error))
    return FALSE;
  *count += (guint) sqlite3_changes (flow_cloud_sqlite_get_db (data));
  return TRUE;
}

static FlowCloudDigest *
read_digest (sqlite3_stmt *row)
{
  FlowCloudDigest *digest = g_new0 (FlowCloudDigest, 1);

  flow_cloud_sqlite_read_id (row, 0, digest->device, sizeof digest->device);
  flow_cloud_sqlite_read_text (row, 1, digest->scope, sizeof digest->scope);
  digest->vector = flow_cloud_sqlite_read_bytes (row, 2);
  digest->body = g_strdup ((const char *) sqlite3_column_text (row, 3));
  flow_cloud_sqlite_read_id (row, 4, digest->repair, sizeof digest->repair);
  return digest;
}

/** flow_cloud_sqlite_list_digests: see #FlowCloudRecords. */
GPtrArray *
flow_cloud_sqlite_list_digests (FlowCloudData *data, gint64 user, const char *scope, const guint8 *device,
                                GError **error)
{
  g_autoptr (GPtrArray) digests = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_cloud_digest_free);
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-digest-list", user, error);
  gboolean row;

  if (statement == NULL)
    return NULL;
  flow_cloud_sqlite_bind_text (statement, 2, scope);
  if (device != NULL)
    flow_cloud_sqlite_bind_id (statement, 3, device);
  while (flow_cloud_sqlite_next (statement, &row, error))
    {
      if (!row)
        return g_steal_pointer (&digests);
      g_ptr_array_add (digests, read_digest (statement));
    }
  return NULL;
}

/** flow_cloud_sqlite_set_digest: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_set_digest (FlowCloudData *data, gint64 device, const FlowCloudDigest *digest, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-digest-set", device, error);

  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_text (statement, 2, digest->scope);
  flow_cloud_sqlite_bind_bytes (statement, 3, digest->vector);
  flow_cloud_sqlite_bind_text (statement, 4, digest->body);
  flow_cloud_sqlite_bind_id (statement, 5, digest->repair);
  return flow_cloud_sqlite_change (data, statement, NULL, error);
}

/** flow_cloud_sqlite_forget_digests: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_forget_digests (FlowCloudData *data, gint64 device, GError **error)
{
  return flow_cloud_sqlite_change (data, flow_cloud_sqlite_ask (data, "cloud-digest-forget", device, error), NULL,
                                   error);
}

static void
read_snapshot (sqlite3_stmt *row, FlowCloudSnapshot *snapshot)
{
  flow_cloud_sqlite_read_text (row, 0, snapshot->scope, sizeof snapshot->scope);
  flow_cloud_sqlite_read_id (row, 1, snapshot->blob, sizeof snapshot->blob);
  snapshot->bytes = sqlite3_column_int64 (row, 2);
  snapshot->vector = flow_cloud_sqlite_read_bytes (row, 3);
}

/** flow_cloud_sqlite_list_snapshots: see #FlowCloudRecords. */
GPtrArray *
flow_cloud_sqlite_list_snapshots (FlowCloudData *data, gint64 user, GError **error)
{
  g_autoptr (GPtrArray) snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_cloud_snapshot_free);
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-snapshot-list", user, error);
  gboolean row;

  while (flow_cloud_sqlite_next (statement, &row, error))
    {
      FlowCloudSnapshot *snapshot;

      if (!row)
        return g_steal_pointer (&snapshots);
      snapshot = g_new0 (FlowCloudSnapshot, 1);
      read_snapshot (statement, snapshot);
      g_ptr_array_add (snapshots, snapshot);
    }
  return NULL;
}

/** flow_cloud_sqlite_get_snapshot: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_get_snapshot (FlowCloudData *data, gint64 user, const char *scope, FlowCloudSnapshot *snapshot,
                                GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-snapshot-get", user, error);
  gboolean row;

  memset (snapshot, 0, sizeof *snapshot);
  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_text (statement, 2, scope);
  if (!flow_cloud_sqlite_next (statement, &row, error))
    return FALSE;
  if (row)
    {
      read_snapshot (statement, snapshot);
      sqlite3_reset (statement);
    }
  return TRUE;
}

/** flow_cloud_sqlite_set_snapshot: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_set_snapshot (FlowCloudData *data, gint64 user, const FlowCloudSnapshot *snapshot, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-snapshot-set", user, error);

  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_text (statement, 2, snapshot->scope);
  flow_cloud_sqlite_bind_id (statement, 3, snapshot->blob);
  sqlite3_bind_int64 (statement, 4, snapshot->bytes);
  flow_cloud_sqlite_bind_bytes (statement, 5, snapshot->vector);
  return flow_cloud_sqlite_change (data, statement, NULL, error);
}

/** flow_cloud_sqlite_has_snapshot: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_has_snapshot (FlowCloudData *data, gint64 user, const guint8 *blob, gboolean *has, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-snapshot-has", user, error);

  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_id (statement, 2, blob);
  return flow_cloud_sqlite_has (statement, has, error);
}
