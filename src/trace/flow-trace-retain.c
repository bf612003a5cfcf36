/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-store-private.h"

/* Segments that retention deletes in one transaction. */
#define RETAIN_STEP 8

/* Take the rows of one trace in a segment that goes off its counts; a trace with none left goes too. */
static gboolean
subtract_trace (FlowTraceStore *self, guint64 trace, gint64 spans, gint64 logs, gint64 errors, GError **error)
{
  sqlite3_stmt *stmt = flow_trace_store_stmt (self, FLOW_STMT_TRACE_SUBTRACT);
  gboolean row = FALSE;
  gint64 left;

  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) trace);
  sqlite3_bind_int64 (stmt, 2, spans);
  sqlite3_bind_int64 (stmt, 3, logs);
  sqlite3_bind_int64 (stmt, 4, errors);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  left = row ? sqlite3_column_int64 (stmt, 0) : 1;
  sqlite3_reset (stmt);
  flow_span_sets_remove (self->sets, trace);
  if (left > 0)
    {
      flow_trace_changes_add (&self->changes, trace);
      return TRUE;
    }
  flow_trace_index_forget (self->index, trace);
  self->totals.traces--;
  return flow_trace_delete_row (self, trace, error);
}

static gboolean
is_kept (const FlowSegment *segment, gsize row, gpointer data)
{
  return flow_trace_kept_has (&((FlowTraceStore *) data)->kept, flow_segment_get (segment, FLOW_COLUMN_TRACE, row));
}

static gsize
count_kept (FlowTraceStore *self, const FlowSegment *segment)
{
  gsize kept = 0;

  for (gsize row = 0; row < segment->rows; row++)
    kept += is_kept (segment, row, self);
  return kept;
}

/* Take the rows that go off the counts of their traces. */
static gboolean
subtract_rows (FlowTraceStore *self, const FlowSegment *segment, GError **error)
{
  gsize row = 0;

  while (row < segment->rows)
    {
      guint64 trace = flow_segment_get (segment, FLOW_COLUMN_TRACE, row);
      gint64 rows = 0, errors = 0;

      for (; row < segment->rows && flow_segment_get (segment, FLOW_COLUMN_TRACE, row) == trace; row++)
        {
          rows++;
          errors += flow_segment_get (segment, FLOW_COLUMN_FLAGS, row) & FLOW_SPAN_ERROR;
        }
      if (trace == 0 || flow_trace_kept_has (&self->kept, trace))
        continue;
      if (!(segment->signal == FLOW_SIGNAL_TRACES ? subtract_trace (self, trace, rows, 0, errors, error)
                                                  : subtract_trace (self, trace, 0, rows, 0, error)))
        return FALSE;
    }
  return TRUE;
}

/* Write the segment again with the rows of kept traces alone. One that cannot be read stays: what of it is to be kept
 * is nobody's to throw away. */
static gboolean
thin_out (FlowTraceStore *self, sqlite3 *db, const FlowSegmentEntry *entry, gboolean *spared, GError **error)
{
  g_autoptr (GError) local = NULL;

  *spared = FALSE;
  if (flow_trace_rewrite_segment (self, db, entry, is_kept, self, &local))
    {
      flow_trace_kept_add_whole (&self->kept, entry, entry->revision + 1);
      return TRUE;
    }
  if (!flow_trace_is_damage (local))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  flow_trace_kept_add_whole (&self->kept, entry, entry->revision);
  *spared = TRUE;
  return TRUE;
}

static void
count_deleted (FlowTraceStore *self, gsize rows)
{
  self->changes.removed = TRUE;
  g_mutex_lock (&self->lock);
  self->stats.retention_deleted += rows;
  g_mutex_unlock (&self->lock);
}

static gboolean
drop_segment (FlowTraceStore *self, sqlite3 *db, const FlowSegmentEntry *entry, GError **error)
{
  g_autoptr (FlowSegment) segment = flow_segment_new (entry);
  g_autoptr (GError) local = NULL;
  gboolean spared = FALSE;
  gsize kept;

  if (!flow_segment_need_columns (segment, db,
                                  FLOW_COLUMN_BIT (FLOW_COLUMN_TRACE) | FLOW_COLUMN_BIT (FLOW_COLUMN_FLAGS), &local))
    {
      /* Nobody can tell of which traces it was: their counts stay. */
      if (flow_trace_is_damage (local))
        return flow_trace_delete_segment (self, entry->signal, entry->id, error);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  kept = count_kept (self, segment);
  if (kept == segment->rows && kept > 0)
    {
      flow_trace_kept_add_whole (&self->kept, entry, entry->revision);
      return TRUE;
    }
  if (kept > 0 ? !thin_out (self, db, entry, &spared, error)
               : !flow_trace_delete_segment (self, entry->signal, entry->id, error))
    return FALSE;
  if (spared)
    return TRUE;
  count_deleted (self, segment->rows - kept);
  return subtract_rows (self, segment, error);
}

static gboolean
over_size (sqlite3 *db, guint megabytes, gboolean *over, GError **error)
{
  gint64 pages = 0, free_pages = 0, page_size = 0;

  if (!flow_sql_get_int64 (db, "PRAGMA page_count", &pages, error) ||
      !flow_sql_get_int64 (db, "PRAGMA freelist_count", &free_pages, error) ||
      !flow_sql_get_int64 (db, "PRAGMA page_size", &page_size, error))
    return FALSE;
  *over = megabytes > 0 && (pages - free_pages) * page_size > (gint64) megabytes << 20;
  return TRUE;
}

/**
 * flow_trace_retain:
 * @more: (out): whether there is more to delete
 *
 * Delete the oldest segments, a few of them, when the store is larger or they are older than the settings say. Age
 * counts from arrival, so that an old file that was imported stays. What the user pinned, tagged, noted or named stays
 * too, also when it alone is above the limit. Inside a transaction.
 */
gboolean
flow_trace_retain (FlowTraceStore *self, sqlite3 *db, gboolean *more, GError **error)
{
  g_autoptr (GArray) entries = NULL;
  FlowRetention retention;
  gint64 limit;
  gboolean over;

  g_mutex_lock (&self->lock);
  retention = self->retention;
  g_mutex_unlock (&self->lock);
  *more = FALSE;
  limit = g_get_real_time () / G_USEC_PER_SEC - (gint64) retention.days * 24 * 60 * 60;
  if (!flow_trace_kept_load (&self->kept, self->index, db, error))
    return FALSE;
  entries = flow_segment_entries (db, "segment-oldest", -1, RETAIN_STEP + g_hash_table_size (self->kept.whole), error);
  if (entries == NULL)
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    {
      const FlowSegmentEntry *entry = &g_array_index (entries, FlowSegmentEntry, i);

      if (flow_trace_kept_is_whole (&self->kept, entry))
        continue;
      if (!over_size (db, retention.megabytes, &over, error))
        return FALSE;
      if (!over && (retention.days == 0 || entry->arrived >= limit))
        break;
      *more = TRUE;
      if (!drop_segment (self, db, entry, error))
        return FALSE;
    }
  if (!flow_trace_retain_elsewhere (self, db, more, error))
    return FALSE;
  return !*more || (flow_trace_forget_services (self, db, error) && flow_trace_keep_numbers (self, db, error));
}
