/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-snapshot.h"

#include "store/flow-statement.h"
#include "sync/flow-sync-bytes.h"
#include "sync/flow-sync-join.h"

/* A snapshot that is written. */
typedef struct
{
  FlowSync *sync;
  const char *scope;
  GPtrArray *tables;    /* (nullable): a repair, of these alone */
  GHashTable *streams;  /* sync_stream.id -> place + 1 */
  GHashTable *contexts; /* sync_context.id -> place + 1 */
  GByteArray *context_bytes;
  guint n_contexts;
  GByteArray *cells;
} Snapshot;

static guint
get_place (GHashTable *table, gint64 id)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (table, &id));
}

static void
set_place (GHashTable *table, gint64 id, guint place)
{
  g_hash_table_insert (table, g_memdup2 (&id, sizeof id), GUINT_TO_POINTER (place));
}

static void
list_streams (Snapshot *self)
{
  GPtrArray *streams = self->sync->streams;

  for (guint i = 0; i < streams->len; i++)
    {
      const FlowSyncStream *stream = g_ptr_array_index (streams, i);

      if (stream->dot.seq > 0 && g_str_equal (stream->scope, self->scope))
        set_place (self->streams, stream->id, g_hash_table_size (self->streams) + 1);
    }
}

/* The place of a context, from 1. */
static guint
add_context (Snapshot *self, const FlowSyncContext *context)
{
  guint place = get_place (self->contexts, context->id);
  guint n = 0;

  if (place > 0)
    return place;
  for (guint i = 0; i < context->n; i++)
    n += get_place (self->streams, context->entries[i].stream) > 0;
  flow_sync_put_varint (self->context_bytes, n);
  for (guint i = 0; i < context->n; i++)
    {
      guint stream = get_place (self->streams, context->entries[i].stream);

      if (stream == 0)
        continue;
      flow_sync_put_varint (self->context_bytes, stream - 1);
      flow_sync_put_varint (self->context_bytes, context->entries[i].seq);
    }
  set_place (self->contexts, context->id, ++self->n_contexts);
  return self->n_contexts;
}

/* In a repair it says how sure it is, and where the log says otherwise it is what that says. */
static gboolean
read_content (Snapshot *self, FlowSyncStep *row, FlowSyncStream *stream, FlowSyncContent *content, GError **error)
{
  g_autoptr (GBytes) key = flow_sync_column_bytes (row, 1);
  g_autoptr (GBytes) value = flow_sync_column_bytes (row, 9);
  const FlowSyncCell cell = {
    .field = (char *) flow_sync_column_text (row, 2),
    .item = (char *) flow_sync_column_text (row, 3),
    .stream = stream,
    .seq = (guint64) sqlite3_column_int64 (row, 5),
    .hlc = (guint64) sqlite3_column_int64 (row, 6),
    .flags = (guint) sqlite3_column_int (row, 8),
    .value = value,
  };

  if (self->tables != NULL)
    return flow_sync_prove (self->sync, flow_sync_column_text (row, 0), key, &cell, content, error);
  *content = (FlowSyncContent) { cell.hlc, cell.flags, g_steal_pointer (&value), FLOW_SYNC_PROOF_NONE };
  return TRUE;
}

static gboolean
is_wanted (Snapshot *self, FlowSyncStep *row)
{
  const char *table = flow_sync_column_text (row, 0);

  return self->tables == NULL || g_ptr_array_find_with_equal_func (self->tables, table, g_str_equal, NULL);
}

static gboolean
write_cell (Snapshot *self, FlowSyncStep *row, GError **error)
{
  guint place = get_place (self->streams, sqlite3_column_int64 (row, 4));
  FlowSyncStream *stream = flow_sync_find_stream_by_id (self->sync, sqlite3_column_int64 (row, 4));
  guint64 seq = (guint64) sqlite3_column_int64 (row, 5);
  g_auto (FlowSyncContent) content = { 0 };
  g_autoptr (FlowSyncContext) context = NULL;
  guint64 number;
  gsize size;
  gconstpointer value;

  if (place == 0 || !is_wanted (self, row))
    return TRUE;
  context = flow_sync_load_context (self->sync, sqlite3_column_int64 (row, 7), error);
  if (context == NULL || !flow_sync_get_number (self->sync, stream, seq, &number, error) ||
      !read_content (self, row, stream, &content, error))
    return FALSE;
  /* What is broken would make all of it unreadable. */
  if (self->tables != NULL && content.proof == FLOW_SYNC_PROOF_BROKEN)
    return TRUE;
  for (int column = 0; column < 4; column++)
    flow_sync_put_bytes (self->cells, sqlite3_column_blob (row, column), (gsize) sqlite3_column_bytes (row, column));
  flow_sync_put_varint (self->cells, place - 1);
  flow_sync_put_varint (self->cells, seq);
  flow_sync_put_u64 (self->cells, content.hlc);
  flow_sync_put_varint (self->cells, add_context (self, context));
  flow_sync_put_varint (self->cells, number);
  g_byte_array_append (self->cells, &(guint8) { (guint8) content.flags }, 1);
  if (self->tables != NULL)
    g_byte_array_append (self->cells, &(guint8) { (guint8) content.proof }, 1);
  value = g_bytes_get_data (content.value, &size);
  flow_sync_put_bytes (self->cells, value, size);
  return TRUE;
}

static gboolean
write_cells (Snapshot *self, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self->sync, FLOW_SYNC_STMT_SNAPSHOT_CELLS, error);
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  while (TRUE)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      if (!write_cell (self, stmt, error))
        return FALSE;
    }
}

static void
write_streams (Snapshot *self, GByteArray *out)
{
  GPtrArray *streams = self->sync->streams;

  flow_sync_put_varint (out, g_hash_table_size (self->streams));
  for (guint i = 0; i < streams->len; i++)
    {
      const FlowSyncStream *stream = g_ptr_array_index (streams, i);

      if (get_place (self->streams, stream->id) == 0)
        continue;
      flow_sync_put_dot (out, &stream->dot);
      flow_sync_put_u64 (out, stream->hlc);
      g_byte_array_append (out, stream->chain, FLOW_SYNC_CHAIN_SIZE);
      flow_sync_put_varint (out, stream->context != NULL ? add_context (self, stream->context) : 0);
    }
}

static GBytes *
write_all (Snapshot *self, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  list_streams (self);
  if (!write_cells (self, error))
    return NULL;
  g_byte_array_append (out, (const guint8 *) (self->tables != NULL ? FLOW_SYNC_REPAIR_MAGIC : FLOW_SYNC_SNAPSHOT_MAGIC),
                       4);
  write_streams (self, out);
  flow_sync_put_varint (out, self->n_contexts);
  g_byte_array_append (out, self->context_bytes->data, self->context_bytes->len);
  g_byte_array_append (out, self->cells->data, self->cells->len);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

/* What is not sent is nobody else's so far. */
static gboolean
is_sent (FlowSync *self, const char *scope, gboolean *sent, GError **error)
{
  const FlowSyncStream *own = flow_sync_get_own_stream (self, scope, error);
  guint64 acked;

  if (own == NULL || !flow_sync_get_acked (self, own, &acked, error))
    return FALSE;
  *sent = acked >= own->dot.seq && !self->recovering;
  return TRUE;
}

static GBytes *
write_snapshot (FlowSync *self, const char *scope, GPtrArray *tables, GError **error)
{
  Snapshot snapshot = { .sync = self, .scope = scope, .tables = tables };
  GBytes *bytes;

  snapshot.streams = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  snapshot.contexts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  snapshot.context_bytes = g_byte_array_new ();
  snapshot.cells = g_byte_array_new ();
  bytes = write_all (&snapshot, error);
  g_hash_table_unref (snapshot.streams);
  g_hash_table_unref (snapshot.contexts);
  g_byte_array_unref (snapshot.context_bytes);
  g_byte_array_unref (snapshot.cells);
  return bytes;
}

/**
 * flow_sync_write_snapshot:
 * @self: an open engine
 * @scope: a scope
 * @vector: (out) (nullable): what the snapshot covers
 * @error: return location
 *
 * Write down all that holds in a scope, for devices that come later than the operations that it came of.
 *
 * Returns: (transfer full): the snapshot; empty, with a %NULL @vector, when there is something that the cloud has not
 *   got; %NULL with the codes of flow_sql_error()
 */
GBytes *
flow_sync_write_snapshot (FlowSync *self, const char *scope, FlowSyncVector **vector, GError **error)
{
  gboolean sent = FALSE;
  GBytes *bytes;

  *vector = NULL;
  if (!flow_sync_capture (self, NULL, error) || !is_sent (self, scope, &sent, error))
    return NULL;
  if (!sent)
    return g_bytes_new_static ("", 0);
  bytes = write_snapshot (self, scope, NULL, error);
  if (bytes != NULL)
    *vector = flow_sync_get_vector (self, scope, error);
  return bytes;
}

/**
 * flow_sync_write_repair:
 * @self: an open engine
 * @scope: a scope of which other devices have something else
 * @error: return location
 *
 * Write down what holds in the tables that differ, for flow_sync_read_repair() on those devices.
 *
 * Returns: (transfer full): the repair; empty when nothing is known to differ any more, or there is something that the
 *   cloud has not got; %NULL with the codes of flow_sql_error()
 */
GBytes *
flow_sync_write_repair (FlowSync *self, const char *scope, GError **error)
{
  g_autoptr (FlowSyncVector) here = NULL;
  gboolean sent = FALSE;
  GPtrArray *tables;

  if (!flow_sync_capture (self, NULL, error) || !is_sent (self, scope, &sent, error))
    return NULL;
  here = flow_sync_get_vector (self, scope, error);
  if (here == NULL)
    return NULL;
  tables = flow_sync_list_differing (self, scope, here);
  return sent && tables != NULL ? write_snapshot (self, scope, tables, error) : g_bytes_new_static ("", 0);
}
