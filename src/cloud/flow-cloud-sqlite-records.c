/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-sqlite-records.h"

#include <string.h>

/**
 * flow_cloud_sqlite_ask:
 * @data: the storage
 * @name: a statement
 * @first: its first value: a user's or a device's number, or a time
 * @error: return location
 *
 * Prepare a statement and give it its first value.
 *
 * Returns: (nullable) (transfer none): the statement, %NULL with @error set
 */
sqlite3_stmt *
flow_cloud_sqlite_ask (FlowCloudData *data, const char *name, gint64 first, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, name, error);

  if (statement != NULL)
    sqlite3_bind_int64 (statement, 1, first);
  return statement;
}

/**
 * flow_cloud_sqlite_next:
 * @statement: (nullable): a statement, or %NULL when it could not be prepared
 * @row: (out): whether it stands on a row; else it has been reset
 * @error: return location, set already when there is no statement
 *
 * Step to the next row.
 *
 * Returns: %FALSE with @error set
 */
gboolean
flow_cloud_sqlite_next (sqlite3_stmt *statement, gboolean *row, GError **error)
{
  *row = FALSE;
  if (statement == NULL || !flow_cloud_sqlite_step (statement, row, error))
    return FALSE;
  if (!*row)
    sqlite3_reset (statement);
  return TRUE;
}

/**
 * flow_cloud_sqlite_has:
 * @statement: (nullable): a statement, or %NULL when it could not be prepared
 * @found: (out): whether it has a row
 * @error: return location, set already when there is no statement
 *
 * Ask whether a statement has a row.
 *
 * Returns: %FALSE with @error set
 */
gboolean
flow_cloud_sqlite_has (sqlite3_stmt *statement, gboolean *found, GError **error)
{
  if (!flow_cloud_sqlite_next (statement, found, error))
    return FALSE;
  sqlite3_reset (statement);
  return TRUE;
}

/**
 * flow_cloud_sqlite_change:
 * @data: the storage
 * @statement: (nullable): a statement that writes, or %NULL when it could not be prepared
 * @changed: (out) (optional): whether it has changed a row
 * @error: return location, set already when there is no statement
 *
 * Run a statement that gives no rows.
 *
 * Returns: %FALSE with @error set
 */
gboolean
flow_cloud_sqlite_change (FlowCloudData *data, sqlite3_stmt *statement, gboolean *changed, GError **error)
{
  if (statement == NULL || !flow_cloud_sqlite_done (statement, error))
    return FALSE;
  if (changed != NULL)
    *changed = sqlite3_changes (flow_cloud_sqlite_get_db (data)) > 0;
  return TRUE;
}

/** flow_cloud_sqlite_bind_id: an id, which must stay until the statement is done. */
void
flow_cloud_sqlite_bind_id (sqlite3_stmt *statement, int index, const guint8 *id)
{
  sqlite3_bind_blob (statement, index, id, FLOW_CLOUD_ID_SIZE, SQLITE_STATIC);
}

/** flow_cloud_sqlite_bind_text: a text, or %NULL, which must stay until the statement is done. */
void
flow_cloud_sqlite_bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  sqlite3_bind_text (statement, index, text, -1, SQLITE_STATIC);
}

/** flow_cloud_sqlite_bind_bytes: bytes, be they none, which must stay until the statement is done. */
void
flow_cloud_sqlite_bind_bytes (sqlite3_stmt *statement, int index, GBytes *bytes)
{
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  sqlite3_bind_blob64 (statement, index, size > 0 ? data : "", size, SQLITE_STATIC);
}

/** flow_cloud_sqlite_read_id: @size bytes of a column, zeros when they are not there. */
void
flow_cloud_sqlite_read_id (sqlite3_stmt *row, int column, guint8 *id, gsize size)
{
  memset (id, 0, size);
  if ((gsize) sqlite3_column_bytes (row, column) == size)
    memcpy (id, sqlite3_column_blob (row, column), size);
}

/** flow_cloud_sqlite_read_text: a column, as far as it fits. */
void
flow_cloud_sqlite_read_text (sqlite3_stmt *row, int column, char *text, gsize size)
{
  const char *found = (const char *) sqlite3_column_text (row, column);

  g_strlcpy (text, found != NULL ? found : "", size);
}

/** flow_cloud_sqlite_read_bytes: a copy of a column. */
GBytes *
flow_cloud_sqlite_read_bytes (sqlite3_stmt *row, int column)
{
  gconstpointer found = sqlite3_column_blob (row, column);

  return g_bytes_new (found, (gsize) sqlite3_column_bytes (row, column));
}

/**
 * flow_cloud_sqlite_add_usage:
 * @data: the storage
 * @user: a user's number
 * @usage: what has come, or (negative) gone
 * @error: return location
 *
 * Count what is kept for a user.
 *
 * Returns: %FALSE with @error set
 */
gboolean
flow_cloud_sqlite_add_usage (FlowCloudData *data, gint64 user, const FlowCloudUsage *usage, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-usage-add", user, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, usage->batches);
  sqlite3_bind_int64 (statement, 3, usage->bytes);
  sqlite3_bind_int64 (statement, 4, usage->blobs);
  sqlite3_bind_int64 (statement, 5, usage->blob_bytes);
  sqlite3_bind_int64 (statement, 6, usage->conflicts);
  return flow_cloud_sqlite_change (data, statement, NULL, error);
}

static gboolean
get_usage (FlowCloudData *data, gint64 user, FlowCloudUsage *usage, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-usage-get", user, error);
  gboolean row;

  memset (usage, 0, sizeof *usage);
  if (!flow_cloud_sqlite_next (statement, &row, error))
    return FALSE;
  if (row)
    {
      usage->batches = sqlite3_column_int64 (statement, 0);
      usage->bytes = sqlite3_column_int64 (statement, 1);
      usage->blobs = sqlite3_column_int64 (statement, 2);
      usage->blob_bytes = sqlite3_column_int64 (statement, 3);
      usage->conflicts = sqlite3_column_int64 (statement, 4);
      sqlite3_reset (statement);
    }
  return TRUE;
}

static gboolean
clear (FlowCloudData *data, gint64 user, GError **error)
{
  static const char *const statements[] = { "cloud-snapshot-clear", "cloud-digest-clear", "cloud-conflict-clear",
                                            "cloud-blob-clear",     "cloud-stream-clear", "cloud-usage-clear" };

  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    {
      sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, statements[i], user, error);

      if (!flow_cloud_sqlite_change (data, statement, NULL, error))
        return FALSE;
    }
  return TRUE;
}

const FlowCloudRecords flow_cloud_sqlite_records = {
  .get_usage = get_usage,
  .list_streams = flow_cloud_sqlite_list_streams,
  .find_stream = flow_cloud_sqlite_find_stream,
  .count_streams = flow_cloud_sqlite_count_streams,
  .add_batch = flow_cloud_sqlite_add_batch,
  .find_batch = flow_cloud_sqlite_find_batch,
  .walk_batches = flow_cloud_sqlite_walk_batches,
  .list_scopes = flow_cloud_sqlite_list_scopes,
  .drop_batches = flow_cloud_sqlite_drop_batches,
  .list_acks = flow_cloud_sqlite_list_acks,
  .set_ack = flow_cloud_sqlite_set_ack,
  .note_epoch = flow_cloud_sqlite_note_epoch,
  .retire_devices = flow_cloud_sqlite_retire_devices,
  .list_digests = flow_cloud_sqlite_list_digests,
  .set_digest = flow_cloud_sqlite_set_digest,
  .forget_digests = flow_cloud_sqlite_forget_digests,
  .list_snapshots = flow_cloud_sqlite_list_snapshots,
  .get_snapshot = flow_cloud_sqlite_get_snapshot,
  .set_snapshot = flow_cloud_sqlite_set_snapshot,
  .has_snapshot = flow_cloud_sqlite_has_snapshot,
  .find_conflict = flow_cloud_sqlite_find_conflict,
  .set_conflict = flow_cloud_sqlite_set_conflict,
  .list_conflicts = flow_cloud_sqlite_list_conflicts,
  .remove_conflict = flow_cloud_sqlite_remove_conflict,
  .add_letter = flow_cloud_sqlite_add_letter,
  .list_letters = flow_cloud_sqlite_list_letters,
  .drop_letters = flow_cloud_sqlite_drop_letters,
  .end_letters = flow_cloud_sqlite_end_letters,
  .get_keys = flow_cloud_sqlite_get_keys,
  .set_keys = flow_cloud_sqlite_set_keys,
  .put_blob = flow_cloud_sqlite_put_blob,
  .find_blob = flow_cloud_sqlite_find_blob,
  .get_blob = flow_cloud_sqlite_get_blob,
  .list_blobs = flow_cloud_sqlite_list_blobs,
  .remove_blob = flow_cloud_sqlite_remove_blob,
  .clear = clear,
};
