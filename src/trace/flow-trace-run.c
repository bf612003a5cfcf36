/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-run.h"

#include <string.h>

#include "base/flow-error.h"
#include "store/flow-statement.h"

/*
 * keys: all hashes, ascending, 8 bytes each; then for each its number - first_number, 4 bytes. Little endian.
 * filter: a Bloom filter in blocks of 512 bits (Putze, Sanders, Singler: "Cache-, hash- and space-efficient Bloom
 * filters"), 16 bits a key and six probes: one absent id in about 600 is looked up in vain.
 */
#define BITS_PER_KEY 16
#define PROBES 6
#define KEY_BYTES 12

void
flow_trace_run_free (FlowTraceRun *self)
{
  g_free (self->filter);
  g_free (self);
}

static guint64 *
block_of (const FlowTraceRun *self, guint64 hash)
{
  return self->filter + ((hash >> 32) * self->blocks >> 32) * 8;
}

static void
filter_add (FlowTraceRun *self, guint64 hash)
{
  guint64 *block = block_of (self, hash);
  guint64 bits = hash * 0x9e3779b97f4a7c15u;

  for (guint i = 0; i < PROBES; i++, bits >>= 9)
    block[(bits >> 6) & 7] |= G_GUINT64_CONSTANT (1) << (bits & 63);
}

/** flow_trace_run_may_hold: %FALSE when no trace with this hash is in the run. */
gboolean
flow_trace_run_may_hold (const FlowTraceRun *self, guint64 hash)
{
  const guint64 *block = block_of (self, hash);
  guint64 bits = hash * 0x9e3779b97f4a7c15u;

  for (guint i = 0; i < PROBES; i++, bits >>= 9)
    if (!(block[(bits >> 6) & 7] & G_GUINT64_CONSTANT (1) << (bits & 63)))
      return FALSE;
  return TRUE;
}

/** flow_trace_run_from_row: of the statement trace-run-read. A damaged filter lets everything through. */
FlowTraceRun *
flow_trace_run_from_row (sqlite3_stmt *stmt)
{
  FlowTraceRun *self = g_new0 (FlowTraceRun, 1);
  gsize bytes = (gsize) sqlite3_column_bytes (stmt, 4);

  self->id = sqlite3_column_int64 (stmt, 0);
  self->first_number = (guint64) sqlite3_column_int64 (stmt, 1);
  self->last_number = (guint64) sqlite3_column_int64 (stmt, 2);
  self->count = (guint64) sqlite3_column_int64 (stmt, 3) / KEY_BYTES;
  self->blocks = (guint32) MAX (bytes / 64, 1);
  self->filter = g_malloc (self->blocks * 64);
  memset (self->filter, 0xff, self->blocks * 64);
  if (bytes > 0 && bytes % 64 == 0)
    memcpy (self->filter, sqlite3_column_blob (stmt, 4), bytes);
  for (guint32 i = 0; i < self->blocks * 8; i++)
    self->filter[i] = GUINT64_FROM_LE (self->filter[i]);
  return self;
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  const FlowTraceKey *left = a, *right = b;

  return left->hash < right->hash ? -1 : left->hash > right->hash;
}

static guint8 *
pack_keys (const FlowTraceRun *self, const GArray *keys)
{
  guint8 *packed = g_malloc ((gsize) keys->len * KEY_BYTES + 1);
  guint8 *numbers = packed + (gsize) keys->len * 8;

  for (guint i = 0; i < keys->len; i++)
    {
      const FlowTraceKey *key = &g_array_index (keys, FlowTraceKey, i);
      guint64 hash = GUINT64_TO_LE (key->hash);
      guint32 number = GUINT32_TO_LE ((guint32) (key->number - self->first_number));

      memcpy (packed + (gsize) i * 8, &hash, 8);
      memcpy (numbers + (gsize) i * 4, &number, 4);
    }
  return packed;
}

/**
 * flow_trace_run_write:
 * @keys: (element-type FlowTraceKey): in any order; sorted here
 *
 * Append a run to the table.
 *
 * Returns: (transfer full) (nullable): the run, %NULL with @error
 */
FlowTraceRun *
flow_trace_run_write (sqlite3 *db, GArray *keys, GError **error)
{
  FlowTraceRun *self = g_new0 (FlowTraceRun, 1);
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autofree guint8 *packed = NULL;
  g_autofree guint64 *filter = NULL;

  self->first_number = G_MAXUINT64;
  self->count = keys->len;
  self->blocks = MAX (keys->len * BITS_PER_KEY / 512, 1);
  self->filter = g_new0 (guint64, self->blocks * 8);
  g_array_sort (keys, compare_keys);
  for (guint i = 0; i < keys->len; i++)
    {
      const FlowTraceKey *key = &g_array_index (keys, FlowTraceKey, i);

      self->first_number = MIN (self->first_number, key->number);
      self->last_number = MAX (self->last_number, key->number);
      filter_add (self, key->hash);
    }
  packed = pack_keys (self, keys);
  filter = g_new (guint64, self->blocks * 8);
  for (guint32 i = 0; i < self->blocks * 8; i++)
    filter[i] = GUINT64_TO_LE (self->filter[i]);
  if (!flow_sql_prepare (db, "trace-run-write", &stmt, error))
    {
      flow_trace_run_free (self);
      return NULL;
    }
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) self->first_number);
  sqlite3_bind_int64 (stmt, 2, (sqlite3_int64) self->last_number);
  sqlite3_bind_blob64 (stmt, 3, packed, (sqlite3_uint64) keys->len * KEY_BYTES, SQLITE_STATIC);
  sqlite3_bind_blob64 (stmt, 4, filter, (sqlite3_uint64) self->blocks * 64, SQLITE_STATIC);
  if (!flow_sql_step_done (stmt, error))
    {
      flow_trace_run_free (self);
      return NULL;
    }
  self->id = sqlite3_last_insert_rowid (db);
  return self;
}

static gboolean
read_at (sqlite3 *db, sqlite3_blob *blob, gpointer out, gsize length, gsize offset, GError **error)
{
  int code = sqlite3_blob_read (blob, out, (int) length, (int) offset);

  return code == SQLITE_OK || flow_sql_error_code (code, sqlite3_errmsg (db), error, "Reading a trace run");
}

/* The first position whose hash is not below. */
static gboolean
lower_bound (const FlowTraceRun *self, sqlite3 *db, sqlite3_blob *blob, guint64 hash, gsize *position, GError **error)
{
  gsize low = 0, high = self->count;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;
      guint64 found = 0;

      if (!read_at (db, blob, &found, 8, middle * 8, error))
        return FALSE;
      if (GUINT64_FROM_LE (found) < hash)
        low = middle + 1;
      else
        high = middle;
    }
  *position = low;
  return TRUE;
}

static gboolean
verify (sqlite3 *db, guint64 number, const guint8 trace_id[16], gboolean *same, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "trace-id", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) number);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *same = row && sqlite3_column_bytes (stmt, 0) == 16 && memcmp (sqlite3_column_blob (stmt, 0), trace_id, 16) == 0;
  return TRUE;
}

static gboolean
find_in_blob (const FlowTraceRun *self, sqlite3 *db, sqlite3_blob *blob, guint64 hash, const guint8 trace_id[16],
              guint64 *number, GError **error)
{
  gsize position;

  if (!lower_bound (self, db, blob, hash, &position, error))
    return FALSE;
  for (; position < self->count; position++)
    {
      guint64 found = 0;
      guint32 relative = 0;
      gboolean same = FALSE;

      if (!read_at (db, blob, &found, 8, position * 8, error))
        return FALSE;
      if (GUINT64_FROM_LE (found) != hash)
        return TRUE;
      if (!read_at (db, blob, &relative, 4, self->count * 8 + position * 4, error) ||
          !verify (db, self->first_number + GUINT32_FROM_LE (relative), trace_id, &same, error))
        return FALSE;
      if (same)
        {
          *number = self->first_number + GUINT32_FROM_LE (relative);
          return TRUE;
        }
    }
  return TRUE;
}

/**
 * flow_trace_run_find:
 * @number: (out): 0 when the trace is not in this run
 */
gboolean
flow_trace_run_find (const FlowTraceRun *self, sqlite3 *db, guint64 hash, const guint8 trace_id[16], guint64 *number,
                     GError **error)
{
  sqlite3_blob *blob = NULL;
  gboolean ok;

  *number = 0;
  if (sqlite3_blob_open (db, "main", "trace_run", "keys", self->id, 0, &blob) != SQLITE_OK)
    {
      sqlite3_blob_close (blob);
      return flow_sql_error (db, error, "Opening a trace run");
    }
  ok = find_in_blob (self, db, blob, hash, trace_id, number, error);
  sqlite3_blob_close (blob);
  return ok;
}

/** flow_trace_run_read_keys: append all keys of a run to @keys, for a merge. */
gboolean
flow_trace_run_read_keys (const FlowTraceRun *self, sqlite3 *db, GArray *keys, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;
  const guint8 *packed;
  gsize count;

  if (!flow_sql_prepare (db, "trace-run-keys", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, self->id);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  packed = sqlite3_column_blob (stmt, 0);
  count = (gsize) sqlite3_column_bytes (stmt, 0) / KEY_BYTES;
  for (gsize i = 0; i < count; i++)
    {
      guint64 hash;
      guint32 number;

      memcpy (&hash, packed + i * 8, 8);
      memcpy (&number, packed + count * 8 + i * 4, 4);
      FlowTraceKey key = { GUINT64_FROM_LE (hash), self->first_number + GUINT32_FROM_LE (number) };
      g_array_append_val (keys, key);
    }
  return TRUE;
}

gboolean
flow_trace_run_delete (const FlowTraceRun *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "trace-run-delete", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, self->id);
  return flow_sql_step_done (stmt, error);
}
