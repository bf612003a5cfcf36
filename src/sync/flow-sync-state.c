/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-bytes.h"
#include "sync/flow-sync-hlc.h"
#include "sync/flow-sync-private.h"
#include "store/flow-statement.h"

/* So many contexts are held; beyond it those that are asked for again are read again. */
#define CONTEXTS_MAX 16384

/**
 * flow_sync_meta_get_blob:
 * @self: an open engine
 * @name: of a fact
 * @error: return location
 *
 * Returns: (nullable) (transfer full): the fact, empty when it is not known; %NULL with the codes of flow_sql_error()
 */
GBytes *
flow_sync_meta_get_blob (FlowSync *self, const char *name, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_META_READ, error);
  gboolean row = FALSE;

  if (stmt == NULL)
    return NULL;
  flow_sync_bind_text (stmt, 1, name);
  if (!flow_sql_step_row (stmt, &row, error))
    return NULL;
  return row ? flow_sync_column_bytes (stmt, 0) : g_bytes_new_static ("", 0);
}

/**
 * flow_sync_meta_get:
 * @self: an open engine
 * @name: of a fact
 * @value: (out): the number, 0 when it is not known
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_meta_get (FlowSync *self, const char *name, gint64 *value, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_META_READ, error);
  gboolean row = FALSE;

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, name);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *value = row ? sqlite3_column_int64 (stmt, 0) : 0;
  return TRUE;
}

/**
 * flow_sync_meta_set_blob:
 * @self: an open engine
 * @name: of a fact
 * @data: (array length=size): what it is
 * @size: bytes
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_meta_set_blob (FlowSync *self, const char *name, gconstpointer data, gsize size, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_META_WRITE, error);

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, name);
  sqlite3_bind_blob64 (stmt, 2, data, size, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_sync_meta_set:
 * @self: an open engine
 * @name: of a fact
 * @value: what it is
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_meta_set (FlowSync *self, const char *name, gint64 value, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_META_WRITE, error);

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, name);
  sqlite3_bind_int64 (stmt, 2, value);
  return flow_sql_step_done (stmt, error);
}

static gboolean
load_streams (FlowSync *self, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_STREAM_LIST, error);
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  while (TRUE)
    {
      FlowSyncStream *stream;
      gint64 context;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      stream = g_new0 (FlowSyncStream, 1);
      g_ptr_array_add (self->streams, stream);
      stream->id = sqlite3_column_int64 (stmt, 0);
      g_strlcpy (stream->scope, flow_sync_column_text (stmt, 1), sizeof stream->scope);
      if (sqlite3_column_bytes (stmt, 2) == FLOW_SYNC_DEVICE_SIZE)
        memcpy (stream->dot.device, sqlite3_column_blob (stmt, 2), FLOW_SYNC_DEVICE_SIZE);
      stream->dot.epoch = (guint64) sqlite3_column_int64 (stmt, 3);
      stream->dot.seq = (guint64) sqlite3_column_int64 (stmt, 4);
      stream->hlc = (guint64) sqlite3_column_int64 (stmt, 5);
      if (sqlite3_column_bytes (stmt, 6) == FLOW_SYNC_CHAIN_SIZE)
        memcpy (stream->chain, sqlite3_column_blob (stmt, 6), FLOW_SYNC_CHAIN_SIZE);
      context = sqlite3_column_int64 (stmt, 7);
      if (context != 0)
        {
          stream->context = flow_sync_load_context (self, context, error);
          if (stream->context == NULL)
            return FALSE;
        }
      self->hlc = MAX (self->hlc, stream->hlc);
    }
}

static gboolean
load_device (FlowSync *self, GError **error)
{
  g_autoptr (GBytes) device = flow_sync_meta_get_blob (self, FLOW_SYNC_META_DEVICE, error);

  if (device == NULL)
    return FALSE;
  if (g_bytes_get_size (device) == FLOW_SYNC_DEVICE_SIZE)
    memcpy (self->device, g_bytes_get_data (device, NULL), FLOW_SYNC_DEVICE_SIZE);
  return TRUE;
}

static gboolean
load_all (FlowSync *self, GError **error)
{
  gint64 on, epoch, recover;

  g_ptr_array_set_size (self->streams, 0);
  g_hash_table_remove_all (self->contexts);
  self->hlc = 0;
  if (!flow_sync_meta_get (self, FLOW_SYNC_META_ON, &on, error) ||
      !flow_sync_meta_get (self, FLOW_SYNC_META_EPOCH, &epoch, error) ||
      !flow_sync_meta_get (self, FLOW_SYNC_META_OFFSET, &self->offset_ms, error) ||
      !flow_sync_meta_get (self, FLOW_SYNC_META_RECOVER, &recover, error) || !load_device (self, error) ||
      !load_streams (self, error))
    return FALSE;
  self->on = on != 0;
  self->epoch = (guint64) epoch;
  self->recovering = recover != 0;
  return TRUE;
}

/**
 * flow_sync_load:
 * @self: an open engine
 * @error: return location
 *
 * Make what is in memory what the database says, unless it is already.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_load (FlowSync *self, GError **error)
{
  if (!self->loaded)
    self->loaded = load_all (self, error);
  return self->loaded;
}

/**
 * flow_sync_failed:
 * @self: an engine in which something went wrong
 *
 * Returns: %FALSE, so that it can end a function
 */
gboolean
flow_sync_failed (FlowSync *self)
{
  flow_sync_forget (self);
  return FALSE;
}

/**
 * flow_sync_find_stream:
 * @self: a loaded engine
 * @scope: a scope
 * @device: (array fixed-size=16): a device
 * @epoch: its epoch
 *
 * Returns: (nullable) (transfer none): its operations, %NULL when none are known
 */
FlowSyncStream *
flow_sync_find_stream (FlowSync *self, const char *scope, const guint8 *device, guint64 epoch)
{
  for (guint i = 0; i < self->streams->len; i++)
    {
      FlowSyncStream *stream = g_ptr_array_index (self->streams, i);

      if (stream->dot.epoch == epoch && memcmp (stream->dot.device, device, FLOW_SYNC_DEVICE_SIZE) == 0 &&
          g_str_equal (stream->scope, scope))
        return stream;
    }
  return NULL;
}

/**
 * flow_sync_find_stream_by_id:
 * @self: a loaded engine
 * @id: sync_stream.id
 *
 * Returns: (nullable) (transfer none): the stream
 */
FlowSyncStream *
flow_sync_find_stream_by_id (FlowSync *self, gint64 id)
{
  for (guint i = 0; i < self->streams->len; i++)
    {
      FlowSyncStream *stream = g_ptr_array_index (self->streams, i);

      if (stream->id == id)
        return stream;
    }
  return NULL;
}

/**
 * flow_sync_get_stream:
 * @self: a loaded engine
 * @scope: a scope
 * @device: (array fixed-size=16): a device
 * @epoch: its epoch
 * @error: return location
 *
 * Find the operations of a device, or write down that it may have some.
 *
 * Returns: (nullable) (transfer none): its stream; %NULL with the codes of flow_sql_error()
 */
FlowSyncStream *
flow_sync_get_stream (FlowSync *self, const char *scope, const guint8 *device, guint64 epoch, GError **error)
{
  FlowSyncStream *stream = flow_sync_find_stream (self, scope, device, epoch);
  g_autoptr (FlowSyncStep) stmt = NULL;

  if (stream != NULL)
    return stream;
  stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_STREAM_INSERT, error);
  if (stmt == NULL)
    return NULL;
  stream = g_new0 (FlowSyncStream, 1);
  g_ptr_array_add (self->streams, stream);
  g_strlcpy (stream->scope, scope, sizeof stream->scope);
  memcpy (stream->dot.device, device, FLOW_SYNC_DEVICE_SIZE);
  stream->dot.epoch = epoch;
  flow_sync_chain_begin (scope, device, epoch, stream->chain);
  flow_sync_bind_text (stmt, 1, scope);
  sqlite3_bind_blob (stmt, 2, device, FLOW_SYNC_DEVICE_SIZE, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 3, (gint64) epoch);
  sqlite3_bind_int64 (stmt, 4, 0);
  sqlite3_bind_int64 (stmt, 5, 0);
  sqlite3_bind_blob (stmt, 6, stream->chain, FLOW_SYNC_CHAIN_SIZE, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 7, 0);
  if (!flow_sql_step_done (stmt, error))
    return NULL;
  stream->id = sqlite3_last_insert_rowid (self->db);
  return stream;
}

/**
 * flow_sync_get_own_stream:
 * @self: a loaded engine
 * @scope: a scope
 * @error: return location
 *
 * Returns: (nullable) (transfer none): the stream of this device's operations; %NULL with the codes of flow_sql_error()
 */
FlowSyncStream *
flow_sync_get_own_stream (FlowSync *self, const char *scope, GError **error)
{
  return flow_sync_get_stream (self, scope, self->device, self->epoch, error);
}

/**
 * flow_sync_is_own:
 * @self: a loaded engine
 * @stream: a stream
 *
 * Returns: whether this device makes its operations
 */
gboolean
flow_sync_is_own (FlowSync *self, const FlowSyncStream *stream)
{
  return stream->dot.epoch == self->epoch && memcmp (stream->dot.device, self->device, FLOW_SYNC_DEVICE_SIZE) == 0;
}

static gboolean
store_stream (FlowSync *self, FlowSyncStream *stream, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_STREAM_UPDATE, error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) stream->dot.seq);
  sqlite3_bind_int64 (stmt, 3, (gint64) stream->hlc);
  sqlite3_bind_blob (stmt, 4, stream->chain, FLOW_SYNC_CHAIN_SIZE, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 5, stream->context != NULL ? stream->context->id : 0);
  stream->changed = FALSE;
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_sync_store_streams:
 * @self: a loaded engine
 * @error: return location
 *
 * Write down how far the streams are.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_store_streams (FlowSync *self, GError **error)
{
  for (guint i = 0; i < self->streams->len; i++)
    {
      FlowSyncStream *stream = g_ptr_array_index (self->streams, i);

      if (stream->changed && !store_stream (self, stream, error))
        return FALSE;
    }
  return TRUE;
}

static void
remember_context (FlowSync *self, FlowSyncContext *context)
{
  if (g_hash_table_size (self->contexts) >= CONTEXTS_MAX)
    g_hash_table_remove_all (self->contexts);
  g_hash_table_replace (self->contexts, &context->id, flow_sync_context_ref (context));
}

/**
 * flow_sync_load_context:
 * @self: an open engine
 * @id: sync_context.id
 * @error: return location
 *
 * Returns: (nullable) (transfer full): the context; %NULL with the codes of flow_sql_error()
 */
FlowSyncContext *
flow_sync_load_context (FlowSync *self, gint64 id, GError **error)
{
  FlowSyncContext *context = g_hash_table_lookup (self->contexts, &id);
  g_autoptr (FlowSyncStep) stmt = NULL;
  gboolean row = FALSE;

  if (context != NULL)
    return flow_sync_context_ref (context);
  stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_CONTEXT_READ, error);
  if (stmt == NULL)
    return NULL;
  sqlite3_bind_int64 (stmt, 1, id);
  if (!flow_sql_step_row (stmt, &row, error))
    return NULL;
  context = row ? flow_sync_context_decode (sqlite3_column_blob (stmt, 0), (gsize) sqlite3_column_bytes (stmt, 0))
                : flow_sync_context_new (NULL, 0);
  context->id = id;
  remember_context (self, context);
  return context;
}

static gboolean
find_context (FlowSync *self, GBytes *vector, gint64 *id, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_CONTEXT_FIND, error);
  gboolean row = FALSE;

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_bytes (stmt, 1, vector);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *id = row ? sqlite3_column_int64 (stmt, 0) : 0;
  return TRUE;
}

static gboolean
insert_context (FlowSync *self, GBytes *vector, gint64 *id, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_CONTEXT_INSERT, error);

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_bytes (stmt, 1, vector);
  if (!flow_sql_step_done (stmt, error))
    return FALSE;
  *id = sqlite3_last_insert_rowid (self->db);
  return TRUE;
}

/**
 * flow_sync_keep_context:
 * @self: an open engine
 * @context: a context
 * @error: return location
 *
 * Write a context down, unless the same is there already.
 *
 * Returns: (nullable) (transfer full): the one that is written down; %NULL with the codes of flow_sql_error()
 */
FlowSyncContext *
flow_sync_keep_context (FlowSync *self, FlowSyncContext *context, GError **error)
{
  g_autoptr (GBytes) vector = NULL;
  gint64 id = 0;

  if (context->id != 0)
    return flow_sync_context_ref (context);
  vector = flow_sync_context_encode (context);
  if (!find_context (self, vector, &id, error) || (id == 0 && !insert_context (self, vector, &id, error)))
    return NULL;
  context->id = id;
  remember_context (self, context);
  return flow_sync_context_ref (context);
}

static gboolean
same_context (const FlowSyncContext *context, GArray *entries)
{
  if (context->n != entries->len)
    return FALSE;
  for (guint i = 0; i < context->n; i++)
    {
      const FlowSyncContextEntry *entry = &g_array_index (entries, FlowSyncContextEntry, i);

      if (entry->stream != context->entries[i].stream || entry->seq != context->entries[i].seq)
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_sync_make_own_context:
 * @self: a loaded engine
 * @own: the stream of this device in a scope
 * @error: return location
 *
 * Say what this device knows of the others in the scope, for an operation that it makes.
 *
 * Returns: (nullable) (transfer full): the context, written down; %NULL with the codes of flow_sql_error()
 */
FlowSyncContext *
flow_sync_make_own_context (FlowSync *self, const FlowSyncStream *own, GError **error)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (FlowSyncContextEntry));
  g_autoptr (FlowSyncContext) context = NULL;

  /* The streams are in the order of their ids. */
  for (guint i = 0; i < self->streams->len; i++)
    {
      const FlowSyncStream *stream = g_ptr_array_index (self->streams, i);
      FlowSyncContextEntry entry = { stream->id, stream->dot.seq };

      if (stream != own && stream->dot.seq > 0 && g_str_equal (stream->scope, own->scope))
        g_array_append_val (entries, entry);
    }
  if (own->context != NULL && same_context (own->context, entries))
    return flow_sync_context_ref (own->context);
  context = flow_sync_context_new ((const FlowSyncContextEntry *) (gpointer) entries->data, entries->len);
  return flow_sync_keep_context (self, context, error);
}

/**
 * flow_sync_context_to_vector:
 * @self: a loaded engine
 * @context: a context
 *
 * Returns: (transfer full): what it says in words that other devices know
 */
FlowSyncVector *
flow_sync_context_to_vector (FlowSync *self, const FlowSyncContext *context)
{
  FlowSyncVector *vector = flow_sync_vector_new ();

  for (guint i = 0; i < context->n; i++)
    {
      const FlowSyncStream *stream = flow_sync_find_stream_by_id (self, context->entries[i].stream);

      if (stream != NULL)
        flow_sync_vector_set (vector, stream->dot.device, stream->dot.epoch, context->entries[i].seq);
    }
  return vector;
}

/**
 * flow_sync_tick:
 * @self: a loaded engine
 *
 * Returns: the clock for an operation that this device makes
 */
guint64
flow_sync_tick (FlowSync *self)
{
  self->hlc = flow_sync_hlc_tick (self->hlc, flow_sync_get_now_ms (self));
  return self->hlc;
}
