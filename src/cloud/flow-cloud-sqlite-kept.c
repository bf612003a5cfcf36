/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "cloud/flow-cloud-sqlite-records.h"

/* Runs a statement about something with an id. */
static gboolean
change_id (FlowCloudData *data, const char *name, gint64 user, const guint8 *id, gboolean *changed, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, name, user, error);

  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_id (statement, 2, id);
  return flow_cloud_sqlite_change (data, statement, changed, error);
}

/** flow_cloud_sqlite_find_conflict: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_find_conflict (FlowCloudData *data, gint64 user, const guint8 *id, gint64 *bytes, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-conflict-find", user, error);
  gboolean row;

  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_id (statement, 2, id);
  if (!flow_cloud_sqlite_next (statement, &row, error))
    return FALSE;
  *bytes = row ? sqlite3_column_int64 (statement, 0) : -1;
  if (row)
    sqlite3_reset (statement);
  return TRUE;
}

/** flow_cloud_sqlite_set_conflict: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_set_conflict (FlowCloudData *data, gint64 user, const FlowCloudConflict *conflict, GError **error)
{
  FlowCloudUsage more = { .conflicts = 1, .bytes = (gint64) g_bytes_get_size (conflict->body) };
  sqlite3_stmt *statement;
  gint64 before;

  if (!flow_cloud_sqlite_find_conflict (data, user, conflict->id, &before, error))
    return FALSE;
  if (before >= 0)
    more = (FlowCloudUsage) { .bytes = more.bytes - before };
  statement = flow_cloud_sqlite_ask (data, "cloud-conflict-set", user, error);
  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_id (statement, 2, conflict->id);
  flow_cloud_sqlite_bind_text (statement, 3, conflict->scope);
  flow_cloud_sqlite_bind_text (statement, 4, conflict->table);
  flow_cloud_sqlite_bind_id (statement, 5, conflict->device);
  sqlite3_bind_int64 (statement, 6, conflict->time_ms);
  flow_cloud_sqlite_bind_text (statement, 7, conflict->kind);
  flow_cloud_sqlite_bind_bytes (statement, 8, conflict->body);
  return flow_cloud_sqlite_change (data, statement, NULL, error) &&
         flow_cloud_sqlite_add_usage (data, user, &more, error);
}

static FlowCloudConflict *
read_conflict (sqlite3_stmt *row)
{
  FlowCloudConflict *conflict = g_new0 (FlowCloudConflict, 1);

  flow_cloud_sqlite_read_id (row, 0, conflict->id, sizeof conflict->id);
  conflict->scope = g_strdup ((const char *) sqlite3_column_text (row, 1));
  conflict->table = g_strdup ((const char *) sqlite3_column_text (row, 2));
  flow_cloud_sqlite_read_id (row, 3, conflict->device, sizeof conflict->device);
  conflict->time_ms = sqlite3_column_int64 (row, 4);
  conflict->kind = g_strdup ((const char *) sqlite3_column_text (row, 5));
  conflict->body = flow_cloud_sqlite_read_bytes (row, 6);
  return conflict;
}

/** flow_cloud_sqlite_list_conflicts: see #FlowCloudRecords. */
GPtrArray *
flow_cloud_sqlite_list_conflicts (FlowCloudData *data, gint64 user, GError **error)
{
  g_autoptr (GPtrArray) conflicts = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_cloud_conflict_free);
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-conflict-list", user, error);
  gboolean row;

  while (flow_cloud_sqlite_next (statement, &row, error))
    {
      if (!row)
        return g_steal_pointer (&conflicts);
      g_ptr_array_add (conflicts, read_conflict (statement));
    }
  return NULL;
}

/** flow_cloud_sqlite_remove_conflict: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_remove_conflict (FlowCloudData *data, gint64 user, const guint8 *id, gboolean *found, GError **error)
{
  FlowCloudUsage less = { .conflicts = -1 };
  gint64 before;

  if (!flow_cloud_sqlite_find_conflict (data, user, id, &before, error))
    return FALSE;
  *found = before >= 0;
  if (!*found)
    return TRUE;
  less.bytes = -before;
  return change_id (data, "cloud-conflict-remove", user, id, NULL, error) &&
         flow_cloud_sqlite_add_usage (data, user, &less, error);
}

/** flow_cloud_sqlite_add_letter: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_add_letter (FlowCloudData *data, gint64 device, const FlowCloudLetter *letter, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-letter-add", device, error);

  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_id (statement, 2, letter->from);
  flow_cloud_sqlite_bind_text (statement, 3, letter->kind);
  flow_cloud_sqlite_bind_bytes (statement, 4, letter->body);
  sqlite3_bind_int64 (statement, 5, letter->time_ms);
  if (!flow_cloud_sqlite_change (data, statement, NULL, error))
    return FALSE;
  statement = flow_cloud_sqlite_ask (data, "cloud-letter-bound", device, error);
  return flow_cloud_sqlite_change (data, statement, NULL, error);
}

static FlowCloudLetter *
read_letter (sqlite3_stmt *row)
{
  FlowCloudLetter *letter = g_new0 (FlowCloudLetter, 1);

  letter->number = sqlite3_column_int64 (row, 0);
  flow_cloud_sqlite_read_id (row, 1, letter->from, sizeof letter->from);
  letter->kind = g_strdup ((const char *) sqlite3_column_text (row, 2));
  letter->body = flow_cloud_sqlite_read_bytes (row, 3);
  letter->time_ms = sqlite3_column_int64 (row, 4);
  return letter;
}

/** flow_cloud_sqlite_list_letters: see #FlowCloudRecords. */
GPtrArray *
flow_cloud_sqlite_list_letters (FlowCloudData *data, gint64 device, GError **error)
{
  g_autoptr (GPtrArray) letters = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_cloud_letter_free);
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-letter-list", device, error);
  gboolean row;

  while (flow_cloud_sqlite_next (statement, &row, error))
    {
      if (!row)
        return g_steal_pointer (&letters);
      g_ptr_array_add (letters, read_letter (statement));
    }
  return NULL;
}

/** flow_cloud_sqlite_drop_letters: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_drop_letters (FlowCloudData *data, gint64 device, gint64 until, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-letter-drop", device, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, until);
  return flow_cloud_sqlite_change (data, statement, NULL, error);
}

/** flow_cloud_sqlite_end_letters: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_end_letters (FlowCloudData *data, gint64 before_ms, GError **error)
{
  return flow_cloud_sqlite_change (data, flow_cloud_sqlite_ask (data, "cloud-letter-end", before_ms, error), NULL,
                                   error);
}

/** flow_cloud_sqlite_get_keys: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_get_keys (FlowCloudData *data, gint64 user, gint64 *version, char **envelope, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-keys-get", user, error);
  gboolean row;

  *version = 0;
  *envelope = NULL;
  if (!flow_cloud_sqlite_next (statement, &row, error))
    return FALSE;
  if (row)
    {
      *version = sqlite3_column_int64 (statement, 0);
      *envelope = g_strdup ((const char *) sqlite3_column_text (statement, 1));
      sqlite3_reset (statement);
    }
  return TRUE;
}

/** flow_cloud_sqlite_set_keys: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_set_keys (FlowCloudData *data, gint64 user, gint64 version, const char *envelope, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-keys-set", user, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, version);
  flow_cloud_sqlite_bind_text (statement, 3, envelope);
  return flow_cloud_sqlite_change (data, statement, NULL, error);
}

static FlowCloudBlob
read_blob (sqlite3_stmt *row)
{
  FlowCloudBlob blob;

  flow_cloud_sqlite_read_id (row, 0, blob.id, sizeof blob.id);
  blob.bytes = sqlite3_column_int64 (row, 1);
  blob.created_ms = sqlite3_column_int64 (row, 2);
  return blob;
}

/** flow_cloud_sqlite_find_blob: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_find_blob (FlowCloudData *data, gint64 user, const guint8 *id, FlowCloudBlob *blob, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-blob-find", user, error);
  gboolean row;

  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_id (statement, 2, id);
  if (!flow_cloud_sqlite_next (statement, &row, error))
    return FALSE;
  blob->bytes = -1;
  if (row)
    {
      *blob = read_blob (statement);
      sqlite3_reset (statement);
    }
  return TRUE;
}

/** flow_cloud_sqlite_put_blob: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_put_blob (FlowCloudData *data, gint64 user, const FlowCloudBlob *blob, GBytes *body,
                            gboolean *replaced, GError **error)
{
  FlowCloudUsage more = { .blobs = 1, .blob_bytes = blob->bytes };
  FlowCloudBlob before;
  sqlite3_stmt *statement;

  if (!flow_cloud_sqlite_find_blob (data, user, blob->id, &before, error))
    return FALSE;
  *replaced = before.bytes >= 0;
  if (*replaced)
    more = (FlowCloudUsage) { .blob_bytes = blob->bytes - before.bytes };
  statement = flow_cloud_sqlite_ask (data, "cloud-blob-put", user, error);
  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_id (statement, 2, blob->id);
  sqlite3_bind_int64 (statement, 3, blob->bytes);
  sqlite3_bind_int64 (statement, 4, blob->created_ms);
  flow_cloud_sqlite_bind_bytes (statement, 5, body);
  return flow_cloud_sqlite_change (data, statement, NULL, error) &&
         flow_cloud_sqlite_add_usage (data, user, &more, error);
}

/** flow_cloud_sqlite_get_blob: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_get_blob (FlowCloudData *data, gint64 user, const guint8 *id, GBytes **body, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-blob-get", user, error);
  gboolean row;

  *body = NULL;
  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_id (statement, 2, id);
  if (!flow_cloud_sqlite_next (statement, &row, error))
    return FALSE;
  if (row)
    {
      *body = flow_cloud_sqlite_read_bytes (statement, 0);
      sqlite3_reset (statement);
    }
  return TRUE;
}

/** flow_cloud_sqlite_list_blobs: see #FlowCloudRecords. */
GPtrArray *
flow_cloud_sqlite_list_blobs (FlowCloudData *data, gint64 user, GError **error)
{
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-blob-list", user, error);
  gboolean row;

  while (flow_cloud_sqlite_next (statement, &row, error))
    {
      FlowCloudBlob blob;

      if (!row)
        return g_steal_pointer (&blobs);
      blob = read_blob (statement);
      g_ptr_array_add (blobs, g_memdup2 (&blob, sizeof blob));
    }
  return NULL;
}

/** flow_cloud_sqlite_remove_blob: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_remove_blob (FlowCloudData *data, gint64 user, const guint8 *id, gboolean *found, GError **error)
{
  FlowCloudUsage less = { .blobs = -1 };
  FlowCloudBlob before;

  if (!flow_cloud_sqlite_find_blob (data, user, id, &before, error))
    return FALSE;
  *found = before.bytes >= 0;
  if (!*found)
    return TRUE;
  less.blob_bytes = -before.bytes;
  return change_id (data, "cloud-blob-remove", user, id, NULL, error) &&
         flow_cloud_sqlite_add_usage (data, user, &less, error);
}
