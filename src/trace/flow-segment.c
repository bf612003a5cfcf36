/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-segment.h"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-lod.h"
#include "trace/flow-trace-vault.h"

FlowSegment *
flow_segment_new (const FlowSegmentEntry *entry)
{
  FlowSegment *self = g_new0 (FlowSegment, 1);

  g_atomic_ref_count_init (&self->references);
  self->signal = entry->signal;
  self->id = entry->id;
  self->last = entry->last;
  self->revision = entry->revision;
  self->sealed = entry->sealed;
  self->rows = entry->rows;
  self->bytes = sizeof *self;
  return self;
}

FlowSegment *
flow_segment_ref (FlowSegment *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
flow_segment_unref (FlowSegment *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  for (guint column = 0; column < FLOW_N_COLUMNS; column++)
    flow_column_clear (&self->columns[column]);
  g_clear_pointer (&self->strings, flow_dictionary_free);
  g_free (self->extra);
  g_free (self->extra_offsets);
  g_clear_pointer (&self->lod, g_array_unref);
  g_free (self);
}

static gboolean
damaged (FlowSegment *self, const char *what, GError **error)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, "Segment %" G_GUINT64_FORMAT " is damaged (%s)", self->id, what);
  return FALSE;
}

static gboolean
decode_column (FlowSegment *self, const guint8 *header, FlowColumnId column, const guint8 *stored, gsize length,
               GError **error)
{
  if (!flow_column_decode (header, column, stored, length, self->rows, &self->columns[column]))
    return damaged (self, "column", error);
  self->have |= FLOW_COLUMN_BIT (column);
  self->bytes += self->rows * self->columns[column].width;
  return TRUE;
}

/* The columns that are wanted, of bytes that begin at @begin of the whole. */
static gboolean
decode_columns (FlowSegment *self, const guint8 *header, gsize size, const guint8 *bytes, gsize begin, guint32 wanted,
                GError **error)
{
  gsize offset, length;

  for (guint column = 0; column < FLOW_N_COLUMNS; column++)
    {
      if (!(wanted & FLOW_COLUMN_BIT (column)))
        continue;
      if (!flow_columns_span (header, size, column, &offset, &length))
        return damaged (self, "header", error);
      if (!decode_column (self, header, column, bytes + (offset - begin), length, error))
        return FALSE;
    }
  return TRUE;
}

/* One read covers everything between the first and the last column asked for. */
static gboolean
read_columns (FlowSegment *self, sqlite3_blob *blob, const guint8 *header, guint32 wanted, GError **error)
{
  gsize size = (gsize) sqlite3_blob_bytes (blob), begin = G_MAXSIZE, end = 0, offset, length;
  g_autofree guint8 *bytes = NULL;

  for (guint column = 0; column < FLOW_N_COLUMNS; column++)
    {
      if (!(wanted & FLOW_COLUMN_BIT (column)))
        continue;
      if (!flow_columns_span (header, size, column, &offset, &length))
        return damaged (self, "header", error);
      begin = MIN (begin, offset);
      end = MAX (end, offset + length);
    }
  bytes = g_malloc (end - begin + 1);
  if (end > begin && sqlite3_blob_read (blob, bytes, (int) (end - begin), (int) begin) != SQLITE_OK)
    return damaged (self, "columns", error);
  return decode_columns (self, header, size, bytes, begin, wanted, error);
}

/* What is sealed opens as a whole. */
static gboolean
open_columns (FlowSegment *self, sqlite3_blob *blob, guint32 wanted, GError **error)
{
  gsize length = (gsize) sqlite3_blob_bytes (blob), size;
  g_autofree guint8 *sealed = g_malloc (length);
  g_autofree guint8 *bytes = NULL;

  if (sqlite3_blob_read (blob, sealed, (int) length, 0) != SQLITE_OK)
    return damaged (self, "columns", error);
  bytes = flow_vault_open (FLOW_SEALED_HOT, (gint64) self->id, sealed, length, &size, error);
  if (bytes == NULL)
    return FALSE;
  if (size < FLOW_COLUMNS_HEADER)
    return damaged (self, "header", error);
  return decode_columns (self, bytes, size, bytes, 0, wanted, error);
}

/* The first column of a plain one begins behind the header, so its first byte is never the mark. */
static gboolean
read_blob (FlowSegment *self, sqlite3_blob *blob, guint32 wanted, GError **error)
{
  guint8 header[FLOW_COLUMNS_HEADER];

  if (sqlite3_blob_bytes (blob) < (int) sizeof header ||
      sqlite3_blob_read (blob, header, sizeof header, 0) != SQLITE_OK)
    return damaged (self, "header", error);
  if (header[0] == FLOW_VAULT_MARK)
    return open_columns (self, blob, wanted, error);
  return read_columns (self, blob, header, wanted, error);
}

/**
 * flow_segment_need_columns:
 * @columns: FLOW_COLUMN_BIT() of each
 *
 * Fetch and decode the columns that are not there yet.
 *
 * Returns: %FALSE with %FLOW_ERROR_CORRUPT when the segment is damaged or gone
 */
gboolean
flow_segment_need_columns (FlowSegment *self, sqlite3 *db, guint32 columns, GError **error)
{
  guint32 wanted = columns & ~self->have;
  sqlite3_blob *blob = NULL;
  gboolean ok;

  if (wanted == 0)
    return TRUE;
  if (sqlite3_blob_open (db, "main", "segment_data", "hot", (sqlite3_int64) self->id, 0, &blob) != SQLITE_OK)
    {
      sqlite3_blob_close (blob);
      return damaged (self, sqlite3_errmsg (db), error);
    }
  ok = read_blob (self, blob, wanted, error);
  sqlite3_blob_close (blob);
  return ok;
}

/* A column that may be sealed, expanded. */
static gboolean
expand (FlowSegment *self, sqlite3_stmt *stmt, int column, const char *what, guint8 **out, gsize *length,
        GError **error)
{
  const guint8 *stored = sqlite3_column_blob (stmt, column);
  gsize size = (gsize) sqlite3_column_bytes (stmt, column);
  g_autofree guint8 *opened = NULL;

  if (sqlite3_column_type (stmt, column) == SQLITE_TEXT)
    {
      opened = flow_vault_open (what, (gint64) self->id, stored, size, &size, error);
      if (opened == NULL)
        return FALSE;
      stored = opened;
    }
  *out = flow_blob_expand (stored, size, length);
  return *out != NULL || damaged (self, what, error);
}

static gboolean
take_strings (FlowSegment *self, sqlite3_stmt *stmt, GError **error)
{
  g_autofree guint8 *dictionary = NULL;
  gsize length;

  if (self->strings != NULL)
    return TRUE;
  if (!expand (self, stmt, 0, FLOW_SEALED_DICTIONARY, &dictionary, &length, error))
    return FALSE;
  self->strings = flow_dictionary_new_from_blob (dictionary, length);
  if (self->strings == NULL)
    return damaged (self, "dictionary", error);
  self->bytes += flow_dictionary_bytes (self->strings);
  return TRUE;
}

static gboolean
take_text (FlowSegment *self, sqlite3_stmt *stmt, GError **error)
{
  guint64 offset = 0;

  if (!take_strings (self, stmt, error))
    return FALSE;
  g_clear_pointer (&self->extra, g_free);
  if (!expand (self, stmt, 1, FLOW_SEALED_EXTRA, &self->extra, &self->extra_length, error))
    return FALSE;
  g_free (self->extra_offsets);
  self->extra_offsets = g_new (guint32, self->rows + 1);
  for (gsize row = 0; row < self->rows; row++)
    {
      guint64 one = flow_segment_get (self, FLOW_COLUMN_EXTRA_LENGTH, row);

      self->extra_offsets[row] = (guint32) offset;
      offset += one;
      if (one > self->extra_length || offset > self->extra_length)
        {
          g_clear_pointer (&self->extra_offsets, g_free);
          return damaged (self, "extra", error);
        }
    }
  self->extra_offsets[self->rows] = (guint32) offset;
  self->bytes += self->extra_length + self->rows * 4;
  return TRUE;
}

/**
 * flow_segment_need_strings:
 *
 * Fetch the dictionary, without the extras.
 */
gboolean
flow_segment_need_strings (FlowSegment *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (self->strings != NULL)
    return TRUE;
  if (!flow_sql_prepare (db, "segment-strings", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) self->id);
  if (sqlite3_step (stmt) != SQLITE_ROW)
    return damaged (self, "gone", error);
  return take_strings (self, stmt, error);
}

/**
 * flow_segment_need_text:
 *
 * Fetch the dictionary and the extras.
 */
gboolean
flow_segment_need_text (FlowSegment *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (self->extra_offsets != NULL)
    return TRUE;
  if (!flow_segment_need_columns (self, db, FLOW_COLUMN_BIT (FLOW_COLUMN_EXTRA_LENGTH), error) ||
      !flow_sql_prepare (db, "segment-text", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) self->id);
  if (sqlite3_step (stmt) != SQLITE_ROW)
    return damaged (self, "gone", error);
  return take_text (self, stmt, error);
}

/**
 * flow_segment_need_lod:
 *
 * Fetch the level of detail. A part has none: `lod` is then empty.
 */
gboolean
flow_segment_need_lod (FlowSegment *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (self->lod != NULL)
    return TRUE;
  if (!flow_sql_prepare (db, "segment-lod", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) self->id);
  if (sqlite3_step (stmt) != SQLITE_ROW)
    return damaged (self, "gone", error);
  self->lod = flow_lod_read (sqlite3_column_blob (stmt, 0), (gsize) sqlite3_column_bytes (stmt, 0), &self->lod_shift);
  if (self->lod == NULL)
    return damaged (self, "level of detail", error);
  self->bytes += self->lod->len * sizeof (FlowLodRow);
  return TRUE;
}

/**
 * flow_segment_is_sealed_by_key:
 * @sealed: (out): whether the strings and extras of a segment are encrypted
 *
 * Look whether what a segment holds is encrypted.
 */
gboolean
flow_segment_is_sealed_by_key (sqlite3 *db, guint64 id, gboolean *sealed, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "segment-sealed", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) id);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *sealed = row && sqlite3_column_int (stmt, 0) != 0;
  return TRUE;
}

/**
 * flow_segment_find_trace:
 * @first: (out): first row that may be of @trace
 * @end: (out): row after the last one
 *
 * The rows of one trace: in a sealed segment they stand together; in a part all rows have to be looked at.
 * Needs FLOW_COLUMN_TRACE.
 */
void
flow_segment_find_trace (const FlowSegment *self, guint64 trace, gsize *first, gsize *end)
{
  gsize low = 0, high = self->rows;

  *first = 0;
  *end = self->rows;
  if (!self->sealed)
    return;
  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (flow_segment_get (self, FLOW_COLUMN_TRACE, middle) < trace)
        low = middle + 1;
      else
        high = middle;
    }
  *first = low;
  while (low < self->rows && flow_segment_get (self, FLOW_COLUMN_TRACE, low) == trace)
    low++;
  *end = low;
}

/**
 * flow_segment_parent:
 *
 * The parent's span id, 0: none. Needs PARENT, PARENT_ID and SPAN_ID.
 */
guint64
flow_segment_parent (const FlowSegment *self, gsize row)
{
  guint64 parent = flow_segment_get (self, FLOW_COLUMN_PARENT, row);
  gint64 at;

  if (parent == 0)
    return 0;
  if (parent == 1)
    return flow_segment_get (self, FLOW_COLUMN_PARENT_ID, row);
  at = (gint64) row - flow_unzigzag (parent - 2);
  return at >= 0 && at < (gint64) self->rows ? flow_segment_get (self, FLOW_COLUMN_SPAN_ID, (gsize) at) : 0;
}

/**
 * flow_segment_add_to_builder:
 * @map: from the segment's dictionary to the builder's
 *
 * Append one row of this segment to a builder, for seals after a restart, merges and rewrites. Needs all columns and
 * the text.
 *
 * Returns: %FALSE when the row's extra is damaged
 */
gboolean
flow_segment_add_to_builder (FlowSegment *self, gsize row, FlowSegmentBuilder *builder, FlowRemap *map)
{
  static const guint32 strings = FLOW_COLUMN_BIT (FLOW_COLUMN_NAME) | FLOW_COLUMN_BIT (FLOW_COLUMN_FILE) |
                                 FLOW_COLUMN_BIT (FLOW_COLUMN_RESOURCE) | FLOW_COLUMN_BIT (FLOW_COLUMN_SCOPE);
  guint32 mapped = strings;
  guint64 parent = flow_segment_parent (self, row);
  gsize length, at = flow_segment_builder_add (builder), before = builder->extra.length;
  const guint8 *extra = flow_segment_extra (self, row, &length);

  if (self->signal == FLOW_SIGNAL_METRICS)
    mapped |= FLOW_COLUMN_BIT (FLOW_COLUMN_LINE);
  for (guint column = 0; column < FLOW_N_COLUMNS; column++)
    {
      guint64 value = flow_segment_get (self, column, row);

      builder->values[column][at] = mapped & FLOW_COLUMN_BIT (column) ? flow_remap_id (map, (guint32) value) : value;
    }
  builder->values[FLOW_COLUMN_PARENT][at] = parent != 0 ? 1 : 0;
  builder->values[FLOW_COLUMN_PARENT_ID][at] = parent;
  if (self->signal == FLOW_SIGNAL_METRICS)
    flow_buffer_put (&builder->extra, extra, length);
  else if (!flow_extra_remap (&builder->extra, extra, length, map))
    return FALSE;
  builder->values[FLOW_COLUMN_EXTRA_LENGTH][at] = builder->extra.length - before;
  return TRUE;
}
