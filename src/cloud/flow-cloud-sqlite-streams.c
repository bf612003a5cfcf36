/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "cloud/flow-cloud-sqlite-records.h"

static void
read_stream (sqlite3_stmt *row, FlowCloudStream *stream)
{
  stream->number = sqlite3_column_int64 (row, 0);
  flow_cloud_sqlite_read_text (row, 1, stream->scope, sizeof stream->scope);
  flow_cloud_sqlite_read_id (row, 2, stream->device, sizeof stream->device);
  stream->epoch = (guint64) sqlite3_column_int64 (row, 3);
  stream->seq = (guint64) sqlite3_column_int64 (row, 4);
  stream->dropped = (guint64) sqlite3_column_int64 (row, 5);
  stream->latest = sqlite3_column_int64 (row, 6);
  flow_cloud_sqlite_read_id (row, 7, stream->chain, sizeof stream->chain);
}

/** flow_cloud_sqlite_list_streams: see #FlowCloudRecords. */
GPtrArray *
flow_cloud_sqlite_list_streams (FlowCloudData *data, gint64 user, const char *scope, GError **error)
{
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-stream-list", user, error);
  gboolean row;

  if (statement == NULL)
    return NULL;
  flow_cloud_sqlite_bind_text (statement, 2, scope);
  while (flow_cloud_sqlite_next (statement, &row, error))
    {
      FlowCloudStream *stream;

      if (!row)
        return g_steal_pointer (&streams);
      stream = g_new0 (FlowCloudStream, 1);
      read_stream (statement, stream);
      g_ptr_array_add (streams, stream);
    }
  return NULL;
}

/** flow_cloud_sqlite_find_stream: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_find_stream (FlowCloudData *data, gint64 user, const char *scope, const guint8 *device, guint64 epoch,
                               FlowCloudStream *stream, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-stream-find", user, error);
  gboolean row;

  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_text (statement, 2, scope);
  flow_cloud_sqlite_bind_id (statement, 3, device);
  sqlite3_bind_int64 (statement, 4, (gint64) epoch);
  if (!flow_cloud_sqlite_next (statement, &row, error))
    return FALSE;
  memset (stream, 0, sizeof *stream);
  if (row)
    {
      read_stream (statement, stream);
      sqlite3_reset (statement);
      return TRUE;
    }
  g_strlcpy (stream->scope, scope, sizeof stream->scope);
  memcpy (stream->device, device, sizeof stream->device);
  stream->epoch = epoch;
  return TRUE;
}

/* A number that a statement gives back. */
static gboolean
read_number (sqlite3_stmt *statement, gint64 *number, GError **error)
{
  gboolean row;

  if (!flow_cloud_sqlite_next (statement, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  *number = sqlite3_column_int64 (statement, 0);
  /* What gives back rows is complete when it says that there are no more. */
  return flow_cloud_sqlite_next (statement, &row, error);
}

/** flow_cloud_sqlite_count_streams: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_count_streams (FlowCloudData *data, gint64 user, const char *scope, guint *count, GError **error)
{
  const char *name = scope != NULL ? "cloud-stream-count-scope" : "cloud-stream-count";
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, name, user, error);
  gint64 number = 0;

  if (statement == NULL)
    return FALSE;
  if (scope != NULL)
    flow_cloud_sqlite_bind_text (statement, 2, scope);
  if (!read_number (statement, &number, error))
    return FALSE;
  *count = (guint) number;
  return TRUE;
}

static gboolean
count_batch (FlowCloudData *data, gint64 user, FlowCloudBatch *batch, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-usage-batch", user, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, (gint64) g_bytes_get_size (batch->body));
  return read_number (statement, &batch->number, error);
}

static gboolean
add_stream (FlowCloudData *data, gint64 user, FlowCloudStream *stream, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-stream-add", user, error);

  if (statement == NULL)
    return FALSE;
  flow_cloud_sqlite_bind_text (statement, 2, stream->scope);
  flow_cloud_sqlite_bind_id (statement, 3, stream->device);
  sqlite3_bind_int64 (statement, 4, (gint64) stream->epoch);
  sqlite3_bind_int64 (statement, 5, (gint64) stream->seq);
  sqlite3_bind_int64 (statement, 6, stream->latest);
  sqlite3_bind_blob (statement, 7, stream->chain, sizeof stream->chain, SQLITE_STATIC);
  return read_number (statement, &stream->number, error);
}

static gboolean
advance_stream (FlowCloudData *data, const FlowCloudStream *stream, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-stream-advance", stream->number, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, (gint64) stream->seq);
  sqlite3_bind_int64 (statement, 3, stream->latest);
  sqlite3_bind_blob (statement, 4, stream->chain, sizeof stream->chain, SQLITE_STATIC);
  return flow_cloud_sqlite_change (data, statement, NULL, error);
}

/** flow_cloud_sqlite_add_batch: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_add_batch (FlowCloudData *data, gint64 user, FlowCloudStream *stream, FlowCloudBatch *batch,
                             GError **error)
{
  sqlite3_stmt *statement;
  gboolean done;

  if (!count_batch (data, user, batch, error))
    return FALSE;
  stream->seq = batch->last;
  stream->latest = batch->number;
  done = stream->number == 0 ? add_stream (data, user, stream, error) : advance_stream (data, stream, error);
  if (!done)
    return FALSE;
  batch->stream = stream->number;
  statement = flow_cloud_sqlite_ask (data, "cloud-batch-add", user, error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, batch->number);
  sqlite3_bind_int64 (statement, 3, batch->stream);
  sqlite3_bind_int64 (statement, 4, (gint64) batch->first);
  sqlite3_bind_int64 (statement, 5, (gint64) batch->last);
  flow_cloud_sqlite_bind_bytes (statement, 6, batch->body);
  return flow_cloud_sqlite_change (data, statement, NULL, error);
}

static void
read_batch (sqlite3_stmt *row, FlowCloudBatch *batch)
{
  batch->number = sqlite3_column_int64 (row, 0);
  batch->stream = sqlite3_column_int64 (row, 1);
  batch->first = (guint64) sqlite3_column_int64 (row, 2);
  batch->last = (guint64) sqlite3_column_int64 (row, 3);
  batch->body = NULL;
}

/** flow_cloud_sqlite_find_batch: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_find_batch (FlowCloudData *data, gint64 stream, guint64 seq, FlowCloudBatch *batch, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-batch-find", stream, error);
  gboolean row;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, (gint64) seq);
  if (!flow_cloud_sqlite_next (statement, &row, error))
    return FALSE;
  memset (batch, 0, sizeof *batch);
  if (row)
    {
      read_batch (statement, batch);
      sqlite3_reset (statement);
    }
  return TRUE;
}

static gboolean
is_known (GHashTable *known, const FlowCloudBatch *batch)
{
  const guint64 *seq = known != NULL ? g_hash_table_lookup (known, &batch->stream) : NULL;

  return seq != NULL && batch->last <= *seq;
}

/** flow_cloud_sqlite_walk_batches: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_walk_batches (FlowCloudData *data, gint64 user, const char *scope, gint64 from, GHashTable *known,
                                FlowCloudBatchFunc func, gpointer user_data, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-batch-walk", user, error);
  gboolean more = TRUE;
  gboolean row;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, from);
  flow_cloud_sqlite_bind_text (statement, 3, scope);
  while (more)
    {
      FlowCloudBatch batch;

      if (!flow_cloud_sqlite_next (statement, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      read_batch (statement, &batch);
      if (is_known (known, &batch))
        continue;
      batch.body = flow_cloud_sqlite_read_bytes (statement, 4);
      more = func (&batch, user_data);
      g_bytes_unref (batch.body);
    }
  sqlite3_reset (statement);
  return TRUE;
}

/** flow_cloud_sqlite_list_scopes: see #FlowCloudRecords. */
GPtrArray *
flow_cloud_sqlite_list_scopes (FlowCloudData *data, gint64 user, GError **error)
{
  g_autoptr (GPtrArray) scopes = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-scope-list", user, error);
  gboolean row;

  while (flow_cloud_sqlite_next (statement, &row, error))
    {
      FlowCloudScope *scope;

      if (!row)
        return g_steal_pointer (&scopes);
      scope = g_new0 (FlowCloudScope, 1);
      flow_cloud_sqlite_read_text (statement, 0, scope->scope, sizeof scope->scope);
      scope->batches = sqlite3_column_int64 (statement, 1);
      scope->operations = sqlite3_column_int64 (statement, 2);
      scope->bytes = sqlite3_column_int64 (statement, 3);
      scope->devices = sqlite3_column_int64 (statement, 4);
      g_ptr_array_add (scopes, scope);
    }
  return NULL;
}

static gboolean
run_with_seq (FlowCloudData *data, const char *name, gint64 stream, guint64 seq, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, name, stream, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, (gint64) seq);
  return flow_cloud_sqlite_change (data, statement, NULL, error);
}

/** flow_cloud_sqlite_drop_batches: see #FlowCloudRecords. */
gboolean
flow_cloud_sqlite_drop_batches (FlowCloudData *data, gint64 user, gint64 stream, guint64 seq, guint *dropped,
                                GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_ask (data, "cloud-batch-measure", stream, error);
  FlowCloudUsage gone = { 0 };
  guint64 last = 0;
  gboolean row;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, (gint64) seq);
  if (!flow_cloud_sqlite_next (statement, &row, error))
    return FALSE;
  if (row)
    {
      gone.batches = -sqlite3_column_int64 (statement, 0);
      gone.bytes = -sqlite3_column_int64 (statement, 1);
      last = (guint64) sqlite3_column_int64 (statement, 2);
      sqlite3_reset (statement);
    }
  if (gone.batches == 0)
    return TRUE;
  *dropped += (guint) -gone.batches;
  return run_with_seq (data, "cloud-batch-drop", stream, last, error) &&
         run_with_seq (data, "cloud-stream-dropped", stream, last, error) &&
         flow_cloud_sqlite_add_usage (data, user, &gone, error);
}
