/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "store/flow-statement.h"
#include "trace/flow-trace-store-private.h"

/* No segment is anywhere near as large; what says so is damaged. */
#define MAX_ROWS (1 << 20)

/**
 * flow_segment_entry_from_row:
 * @stmt: at a row of one of the statements segment-*, which all have the same columns
 *
 * Returns: %FALSE when the row makes no sense
 */
gboolean
flow_segment_entry_from_row (sqlite3_stmt *stmt, FlowSegmentEntry *entry)
{
  gint64 signal = sqlite3_column_int64 (stmt, 0), rows = sqlite3_column_int64 (stmt, 5);

  if (signal < 0 || signal >= FLOW_N_SIGNALS || rows < 0 || rows > MAX_ROWS)
    return FALSE;
  *entry = (FlowSegmentEntry) {
    .signal = (FlowSignal) signal,
    .id = (guint64) sqlite3_column_int64 (stmt, 1),
    .sealed = sqlite3_column_int (stmt, 2) == 1,
    .t0 = sqlite3_column_int64 (stmt, 3),
    .t1 = sqlite3_column_int64 (stmt, 4),
    .rows = (guint32) rows,
    .last = (guint64) sqlite3_column_int64 (stmt, 6),
    .first_trace = (guint64) sqlite3_column_int64 (stmt, 7),
    .last_trace = (guint64) sqlite3_column_int64 (stmt, 8),
    .services_length = (gsize) sqlite3_column_bytes (stmt, 9),
    .max_duration = sqlite3_column_int64 (stmt, 10),
    .errors = (guint64) sqlite3_column_int64 (stmt, 11),
    .arrived = sqlite3_column_int64 (stmt, 12),
    .revision = (guint32) sqlite3_column_int64 (stmt, 13),
  };
  entry->services = g_memdup2 (sqlite3_column_blob (stmt, 9), entry->services_length);
  return TRUE;
}

void
flow_segment_entry_clear (FlowSegmentEntry *entry)
{
  g_clear_pointer (&entry->services, g_free);
}

/**
 * flow_segment_entries:
 * @statement: a statement with the parameters signal and @argument
 *
 * Returns: (transfer full) (element-type FlowSegmentEntry) (nullable): %NULL with @error
 */
GArray *
flow_segment_entries (sqlite3 *db, const char *statement, FlowSignal signal, gint64 argument, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (FlowSegmentEntry));
  gboolean row = FALSE;

  g_array_set_clear_func (entries, (GDestroyNotify) flow_segment_entry_clear);
  if (!flow_sql_prepare (db, statement, &stmt, error))
    return NULL;
  sqlite3_bind_int (stmt, 1, signal);
  sqlite3_bind_int64 (stmt, 2, argument);
  while (TRUE)
    {
      FlowSegmentEntry entry;

      if (!flow_sql_step_row (stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&entries);
      if (flow_segment_entry_from_row (stmt, &entry))
        g_array_append_val (entries, entry);
    }
}

/**
 * flow_trace_part_segments:
 * @segment_at: the statement segment-at, prepared
 * @parts: delta varints of ordinals, as in trace.parts
 *
 * The parts and segments where the rows of a trace lie, each once, in order. An ordinal stays valid through seals,
 * merges and deletes, as a segment keeps the smallest ordinal of its rows.
 *
 * Returns: (transfer full) (element-type FlowSegmentEntry) (nullable): %NULL with @error
 */
GArray *
flow_trace_part_segments (sqlite3_stmt *segment_at, FlowSignal signal, gconstpointer parts, gsize length,
                          GError **error)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (FlowSegmentEntry));
  const guint8 *at = parts, *end = at + length;
  guint64 ordinal = 0, delta, covered = 0;

  g_array_set_clear_func (entries, (GDestroyNotify) flow_segment_entry_clear);
  while (at < end && (at = flow_varint_get (at, end, &delta)) != NULL)
    {
      FlowSegmentEntry entry;
      gboolean row = FALSE;

      ordinal += delta;
      if (ordinal < covered)
        continue;
      sqlite3_reset (segment_at);
      sqlite3_bind_int (segment_at, 1, signal);
      sqlite3_bind_int64 (segment_at, 2, (sqlite3_int64) ordinal);
      if (!flow_sql_step_row (segment_at, &row, error))
        {
          sqlite3_reset (segment_at);
          return NULL;
        }
      if (!row || !flow_segment_entry_from_row (segment_at, &entry))
        continue;
      covered = entry.last;
      if (ordinal < entry.last)
        g_array_append_val (entries, entry);
      else
        flow_segment_entry_clear (&entry);
    }
  sqlite3_reset (segment_at);
  return g_steal_pointer (&entries);
}
