/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-snapshot.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-bytes.h"
#include "sync/flow-sync-hlc.h"
#include "sync/flow-sync-join.h"

/* Records that are taken in at once. */
#define PAGE 500

/* A stream as it is in the snapshot, and how far it was here before. */
typedef struct
{
  FlowSyncDot dot;
  guint64 hlc;
  const guint8 *chain;
  guint64 context;
  FlowSyncStream *stream;
  guint64 before;
} Source;

/* A write of the snapshot. */
typedef struct
{
  char *table;
  GBytes *key;
  FlowSyncWrite write;
  const Source *source;
  guint64 seq;
  guint64 hlc;
  guint64 context;
  guint64 number;
  guint8 flags;
  guint8 proof; /* in a repair: FLOW_SYNC_PROOF_… */
} Cell;

/* A snapshot that is read. */
typedef struct
{
  FlowSync *sync;
  const char *scope;
  gboolean joins; /* it is a repair */
  FlowSyncReader in;
  GArray *sources;     /* Source */
  GPtrArray *contexts; /* FlowSyncContext */
  GHashTable *rows;    /* keys of all records in it */
  FlowSyncApplied *applied;
} Reading;

static void
cell_clear (Cell *self)
{
  g_clear_pointer (&self->table, g_free);
  g_clear_pointer (&self->key, g_bytes_unref);
  g_clear_pointer (&self->write.field, g_free);
  g_clear_pointer (&self->write.item, g_free);
  g_clear_pointer (&self->write.value, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cell, cell_clear)

static void
cell_free (gpointer data)
{
  cell_clear (data);
  g_free (data);
}

static gboolean
is_bad (Reading *self, GError **error)
{
  if (!self->in.failed)
    return FALSE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, _ ("This is no snapshot"));
  return TRUE;
}

static char *
read_text (FlowSyncReader *in)
{
  gsize size;
  const guint8 *data = flow_sync_read_bytes (in, &size);

  if (data == NULL || !g_utf8_validate ((const char *) data, (gssize) size, NULL))
    {
      in->failed = TRUE;
      return g_strdup ("");
    }
  return g_strndup ((const char *) data, size);
}

static void
read_sources (Reading *self)
{
  guint64 n = flow_sync_read_varint (&self->in);

  for (; n > 0 && !self->in.failed; n--)
    {
      Source source = { 0 };

      flow_sync_read_dot (&self->in, &source.dot);
      source.hlc = flow_sync_read_u64 (&self->in);
      source.chain = flow_sync_read_raw (&self->in, FLOW_SYNC_CHAIN_SIZE);
      source.context = flow_sync_read_varint (&self->in);
      g_array_append_val (self->sources, source);
    }
}

static gboolean
find_streams (Reading *self, GError **error)
{
  for (guint i = 0; i < self->sources->len; i++)
    {
      Source *source = &g_array_index (self->sources, Source, i);

      source->stream = flow_sync_get_stream (self->sync, self->scope, source->dot.device, source->dot.epoch, error);
      if (source->stream == NULL)
        return FALSE;
      source->before = source->stream->dot.seq;
    }
  return TRUE;
}

static int
by_stream (gconstpointer a, gconstpointer b)
{
  const FlowSyncContextEntry *first = a;
  const FlowSyncContextEntry *second = b;

  return first->stream < second->stream ? -1 : first->stream > second->stream;
}

static gboolean
read_context (Reading *self, GError **error)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (FlowSyncContextEntry));
  g_autoptr (FlowSyncContext) context = NULL;
  FlowSyncContext *kept;

  for (guint64 n = flow_sync_read_varint (&self->in); n > 0 && !self->in.failed; n--)
    {
      guint64 place = flow_sync_read_varint (&self->in);
      FlowSyncContextEntry entry = { 0, flow_sync_read_varint (&self->in) };

      self->in.failed |= place >= self->sources->len;
      if (self->in.failed)
        break;
      entry.stream = g_array_index (self->sources, Source, place).stream->id;
      g_array_append_val (entries, entry);
    }
  g_array_sort (entries, by_stream);
  context = flow_sync_context_new ((const FlowSyncContextEntry *) (gpointer) entries->data, entries->len);
  kept = flow_sync_keep_context (self->sync, context, error);
  if (kept != NULL)
    g_ptr_array_add (self->contexts, kept);
  return kept != NULL;
}

static gboolean
read_contexts (Reading *self, GError **error)
{
  for (guint64 n = flow_sync_read_varint (&self->in); n > 0 && !self->in.failed; n--)
    if (!read_context (self, error))
      return FALSE;
  for (guint i = 0; i < self->sources->len; i++)
    self->in.failed |= g_array_index (self->sources, Source, i).context > self->contexts->len;
  return !is_bad (self, error);
}

/* From here on all that the snapshot covers is known. */
static gboolean
raise_streams (Reading *self, GError **error)
{
  gint64 now_ms = flow_sync_get_now_ms (self->sync);

  for (guint i = 0; i < self->sources->len; i++)
    {
      const Source *source = &g_array_index (self->sources, Source, i);
      FlowSyncStream *stream = source->stream;

      if (stream->dot.seq >= source->dot.seq || flow_sync_is_own (self->sync, stream))
        continue;
      if (self->sync->recovering && !flow_sync_forget_orphans (self->sync, stream, source->before + 1, error))
        return FALSE;
      stream->dot.seq = source->dot.seq;
      stream->hlc = MAX (stream->hlc, source->hlc);
      memcpy (stream->chain, source->chain, FLOW_SYNC_CHAIN_SIZE);
      g_clear_pointer (&stream->context, flow_sync_context_unref);
      if (source->context > 0)
        stream->context = flow_sync_context_ref (g_ptr_array_index (self->contexts, source->context - 1));
      stream->changed = TRUE;
      self->sync->hlc = flow_sync_hlc_receive (self->sync->hlc, source->hlc, now_ms);
    }
  return TRUE;
}

static Cell *
read_cell (Reading *self)
{
  Cell *cell = g_new0 (Cell, 1);
  FlowSyncReader *in = &self->in;
  guint64 place;
  const guint8 *data;
  gsize size;

  cell->table = read_text (in);
  data = flow_sync_read_bytes (in, &size);
  cell->key = g_bytes_new (data, data != NULL ? size : 0);
  cell->write.field = read_text (in);
  cell->write.item = read_text (in);
  place = flow_sync_read_varint (in);
  cell->seq = flow_sync_read_varint (in);
  cell->hlc = flow_sync_read_u64 (in);
  cell->context = flow_sync_read_varint (in);
  cell->number = flow_sync_read_varint (in);
  cell->flags = flow_sync_read_u8 (in);
  cell->proof = self->joins ? flow_sync_read_u8 (in) : FLOW_SYNC_PROOF_NONE;
  data = flow_sync_read_bytes (in, &size);
  in->failed |= data == NULL || !flow_sync_value_is_valid (data, size) || place >= self->sources->len ||
                cell->context == 0 || cell->context > self->contexts->len || cell->seq == 0 ||
                cell->proof > FLOW_SYNC_PROOF_LOG ||
                cell->seq > g_array_index (self->sources, Source, MIN (place, self->sources->len - 1)).dot.seq;
  if (in->failed)
    {
      cell_free (cell);
      return NULL;
    }
  cell->write.value = flow_sync_value_new (data, size);
  cell->source = &g_array_index (self->sources, Source, place);
  return cell;
}

static GBytes *
make_name (const char *table, GBytes *key)
{
  g_autoptr (GByteArray) name = g_byte_array_new ();
  gsize size;
  gconstpointer data = g_bytes_get_data (key, &size);

  flow_sync_put_bytes (name, table, strlen (table));
  flow_sync_put_bytes (name, data, size);
  return g_byte_array_free_to_bytes (g_steal_pointer (&name));
}

/* How far the snapshot knew the stream of a write, 0: not at all. */
static guint64
get_covered (Reading *self, const FlowSyncStream *stream)
{
  for (guint i = 0; i < self->sources->len; i++)
    if (g_array_index (self->sources, Source, i).stream == stream)
      return g_array_index (self->sources, Source, i).dot.seq;
  return 0;
}

static gboolean
is_in (GPtrArray *cells, const FlowSyncCell *cell)
{
  for (guint i = 0; i < cells->len; i++)
    {
      const Cell *other = g_ptr_array_index (cells, i);

      if (other->source->stream == cell->stream && other->seq == cell->seq &&
          g_str_equal (other->write.field, cell->field) && g_str_equal (other->write.item, cell->item))
        return TRUE;
    }
  return FALSE;
}

/* What the snapshot knew and has not got was written over by somebody who knew it. */
static void
drop_gone (Reading *self, FlowSyncRow *row, GPtrArray *cells)
{
  for (guint i = row->cells->len; i-- > 0;)
    {
      const FlowSyncCell *cell = g_ptr_array_index (row->cells, i);

      if (cell->seq > get_covered (self, cell->stream) || is_in (cells, cell))
        continue;
      g_ptr_array_add (row->removed, g_ptr_array_steal_index (row->cells, i));
      row->foreign = row->divided = TRUE;
    }
}

static gboolean
write_number (Reading *self, const Cell *cell, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = NULL;

  if (cell->number == 0)
    return TRUE;
  stmt = flow_sync_stmt (self->sync, FLOW_SYNC_STMT_NUMBER_WRITE, error);
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, cell->source->stream->id);
  sqlite3_bind_int64 (stmt, 2, (gint64) cell->seq);
  sqlite3_bind_int64 (stmt, 3, (gint64) cell->number);
  return flow_sql_step_done (stmt, error);
}

static gboolean
take_cell (Reading *self, FlowSyncRow *row, const Cell *cell, GError **error)
{
  row->late = TRUE;
  row->foreign |= flow_sync_row_merge (row, cell->source->stream, cell->seq, cell->hlc, cell->flags,
                                       g_ptr_array_index (self->contexts, cell->context - 1), &cell->write);
  row->late = FALSE;
  return write_number (self, cell, error);
}

/* (nullable): the same write here. */
static FlowSyncCell *
find_same (const FlowSyncRow *row, const Cell *cell)
{
  FlowSyncPlace place;

  flow_sync_row_find_place (row, cell->write.field, cell->write.item, &place);
  for (guint i = 0; i < place.n; i++)
    if (place.cells[i]->stream == cell->source->stream && place.cells[i]->seq == cell->seq)
      return place.cells[i];
  return NULL;
}

/* What the other device has and this one has not is taken, unless it was written over here; what is here stays. What is
   not known here comes as an operation. */
static gboolean
join_row (Reading *self, FlowSyncChange *change, FlowSyncRow *row, GPtrArray *cells, GError **error)
{
  gboolean empty = row->cells->len == 0;

  for (guint i = 0; i < cells->len; i++)
    {
      const Cell *cell = g_ptr_array_index (cells, i);
      const FlowSyncContent theirs = { cell->hlc, cell->flags, cell->write.value, cell->proof };
      FlowSyncCell *same = find_same (row, cell);

      if (cell->seq > cell->source->before)
        continue;
      if (same != NULL ? !flow_sync_join_write (change, row, same, &theirs, error)
                       : !take_cell (self, row, cell, error))
        return FALSE;
    }
  /* A deleted record that is not here was forgotten. */
  if (empty && !flow_sync_row_is_alive (row))
    {
      g_ptr_array_set_size (row->cells, 0);
      row->foreign = FALSE;
    }
  return TRUE;
}

static gboolean
take_row (Reading *self, FlowSyncChange *change, GPtrArray *cells, GError **error)
{
  const Cell *first = g_ptr_array_index (cells, 0);
  FlowSyncRow *row = flow_sync_change_get_row (change, first->table, first->key, error);

  if (row == NULL)
    return FALSE;
  if (self->joins)
    return join_row (self, change, row, cells, error);
  g_hash_table_add (self->rows, make_name (first->table, first->key));
  drop_gone (self, row, cells);
  for (guint i = 0; i < cells->len; i++)
    {
      const Cell *cell = g_ptr_array_index (cells, i);

      /* What was known here and is here no more was written over here. */
      if (cell->seq > cell->source->before && !take_cell (self, row, cell, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_of_row (const Cell *cell, GPtrArray *cells)
{
  const Cell *first = cells->len > 0 ? g_ptr_array_index (cells, 0) : cell;

  return g_str_equal (cell->table, first->table) && g_bytes_equal (cell->key, first->key);
}

static void
count (Reading *self, const FlowSyncApplied *applied)
{
  self->applied->records += applied->records;
  self->applied->made += applied->made;
  self->applied->asked += applied->asked;
  self->applied->decided += applied->decided;
}

/* Takes the next records in. */
static gboolean
take_page (Reading *self, Cell **next, GError **error)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (cell_free);
  g_auto (FlowSyncChange) change;

  flow_sync_change_init (&change, self->sync);
  for (guint n = 0; n < PAGE && *next != NULL; n++)
    {
      g_ptr_array_set_size (cells, 0);
      while (*next != NULL && is_of_row (*next, cells))
        {
          g_ptr_array_add (cells, *next);
          *next = self->in.at < self->in.end ? read_cell (self) : NULL;
        }
      if (is_bad (self, error) || !take_row (self, &change, cells, error))
        return FALSE;
    }
  if (!flow_sync_change_end (&change, error))
    return FALSE;
  count (self, &change.applied);
  return TRUE;
}

static gboolean
take_cells (Reading *self, GError **error)
{
  Cell *next = self->in.at < self->in.end ? read_cell (self) : NULL;
  gboolean ok = !is_bad (self, error);

  while (ok && next != NULL)
    ok = take_page (self, &next, error);
  g_clear_pointer (&next, cell_free);
  return ok;
}

/* Records that are here and not in the snapshot. */
static gboolean
list_others (Reading *self, char **table, GBytes **key, FlowSyncChange *change, guint *n, GError **error)
{
  g_autofree char *last_table = g_strdup (*table);
  g_autoptr (GBytes) last_key = g_bytes_ref (*key);
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self->sync, FLOW_SYNC_STMT_SNAPSHOT_ROWS, error);
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, last_table);
  flow_sync_bind_bytes (stmt, 2, last_key);
  flow_sync_bind_text (stmt, 3, self->scope);
  sqlite3_bind_int (stmt, 4, PAGE);
  for (*n = 0;; (*n)++)
    {
      g_autoptr (GBytes) name = NULL;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      g_free (*table);
      *table = g_strdup (flow_sync_column_text (stmt, 0));
      g_bytes_unref (*key);
      *key = flow_sync_column_bytes (stmt, 1);
      name = make_name (*table, *key);
      if (!g_hash_table_contains (self->rows, name) && flow_sync_change_get_row (change, *table, *key, error) == NULL)
        return FALSE;
    }
}

static gboolean
drop_others (Reading *self, GError **error)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autofree char *table = g_strdup ("");
  g_autoptr (GBytes) key = g_bytes_new_static ("", 0);
  guint n = PAGE;

  while (n == PAGE)
    {
      g_auto (FlowSyncChange) change;
      GHashTableIter iter;
      gpointer row;

      flow_sync_change_init (&change, self->sync);
      if (!list_others (self, &table, &key, &change, &n, error))
        return FALSE;
      g_hash_table_iter_init (&iter, change.rows);
      while (g_hash_table_iter_next (&iter, &row, NULL))
        drop_gone (self, row, none);
      if (!flow_sync_change_end (&change, error))
        return FALSE;
      count (self, &change.applied);
    }
  return TRUE;
}

static gboolean
read_all (Reading *self, GError **error)
{
  const guint8 *magic = flow_sync_read_raw (&self->in, 4);

  self->in.failed |= magic == NULL ||
                     memcmp (magic, self->joins ? FLOW_SYNC_REPAIR_MAGIC : FLOW_SYNC_SNAPSHOT_MAGIC, 4) != 0;
  read_sources (self);
  if (is_bad (self, error) || !find_streams (self, error) || !read_contexts (self, error))
    return FALSE;
  if (self->joins)
    return take_cells (self, error) && flow_sync_store_streams (self->sync, error);
  return raise_streams (self, error) && take_cells (self, error) && drop_others (self, error) &&
         flow_sync_store_streams (self->sync, error) && flow_sync_end_recovery (self->sync, error);
}

static gboolean
read_from (FlowSync *self, const char *scope, gboolean joins, GBytes *bytes, FlowSyncApplied *applied, GError **error)
{
  Reading reading = { .sync = self, .scope = scope, .joins = joins, .applied = applied };
  gsize size;
  gboolean ok;

  *applied = (FlowSyncApplied) { FLOW_SYNC_TAKEN };
  if (!flow_sync_capture (self, NULL, error))
    return FALSE;
  reading.in.at = g_bytes_get_data (bytes, &size);
  reading.in.end = size > 0 ? reading.in.at + size : reading.in.at;
  reading.sources = g_array_new (FALSE, FALSE, sizeof (Source));
  reading.contexts = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_sync_context_unref);
  reading.rows = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  ok = read_all (&reading, error);
  g_array_unref (reading.sources);
  g_ptr_array_unref (reading.contexts);
  g_hash_table_unref (reading.rows);
  return ok || flow_sync_failed (self);
}

/**
 * flow_sync_read_snapshot:
 * @self: an engine that is turned on
 * @scope: of which scope
 * @snapshot: what flow_sync_write_snapshot() of another device gave
 * @applied: (out): what it did
 * @error: return location
 *
 * Take in what holds elsewhere. What was done here and there without knowing of each other stays; what was here, was
 * known there and is there no more, is gone here as well.
 *
 * Returns: %FALSE with `FLOW_ERROR_CORRUPT` or the codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_read_snapshot (FlowSync *self, const char *scope, GBytes *snapshot, FlowSyncApplied *applied, GError **error)
{
  return read_from (self, scope, FALSE, snapshot, applied, error);
}

/**
 * flow_sync_read_repair:
 * @self: an engine that is turned on
 * @scope: of which scope
 * @blob: what the repair is called
 * @repair: what flow_sync_write_repair() of another device gave
 * @applied: (out): what it did
 * @error: return location
 *
 * Take in what holds on a device that knows the same, and is not here. Nothing goes away by it: of a write that is
 * another one there the one holds that can be proved, and the other one is in the log of conflicts when neither can.
 *
 * Returns: %FALSE with `FLOW_ERROR_CORRUPT` or the codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_read_repair (FlowSync *self, const char *scope, const char *blob, GBytes *repair, FlowSyncApplied *applied,
                       GError **error)
{
  if (!read_from (self, scope, TRUE, repair, applied, error))
    return FALSE;
  flow_sync_note_joined (self, scope, blob);
  return TRUE;
}
