/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "store/flow-statement.h"
#include "trace/flow-trace-store-private.h"

/* Which spans of a trace are stored: read from the database when a trace comes again whose span set is not in memory
 * any more. Who sends a batch again sends its traces in about the order of the first time, so those that follow are
 * read with it, the more the longer that goes on. */

#define MAX_AHEAD 512
/* Traces that may be missing between one and the next: they had come from somebody else. */
#define NEAR 8

#define COLUMNS                                                                                                        \
  (FLOW_COLUMN_BIT (FLOW_COLUMN_TRACE) | FLOW_COLUMN_BIT (FLOW_COLUMN_SPAN_ID) | FLOW_COLUMN_BIT (FLOW_COLUMN_START) | \
   FLOW_COLUMN_BIT (FLOW_COLUMN_SERVICE) | FLOW_COLUMN_BIT (FLOW_COLUMN_KIND) |                                        \
   FLOW_COLUMN_BIT (FLOW_COLUMN_DURATION) | FLOW_COLUMN_BIT (FLOW_COLUMN_DURATION_HIGH))

static void
add_rows (FlowTraceStore *self, FlowSpanSet *set, const FlowSegment *segment)
{
  gsize first, end;

  flow_segment_find_trace (segment, set->trace, &first, &end);
  for (gsize at = first; at < end; at++)
    {
      guint64 start = flow_segment_get (segment, FLOW_COLUMN_START, at);
      FlowSpanKey key = { flow_segment_get (segment, FLOW_COLUMN_SPAN_ID, at),
                          start + flow_segment_duration (segment, at),
                          flow_span_identity (start, (guint32) flow_segment_get (segment, FLOW_COLUMN_SERVICE, at),
                                              (guint8) flow_segment_get (segment, FLOW_COLUMN_KIND, at)),
                          0 };

      if (flow_segment_get (segment, FLOW_COLUMN_TRACE, at) == set->trace)
        flow_span_set_add (self->sets, set, &key);
    }
}

/* The segment that covers an ordinal; %NULL in @segment when it is gone. Most of the traces that follow each other lie
 * in the same one. */
static gboolean
find_segment (FlowTraceStore *self, guint64 ordinal, FlowSegment **segment, GError **error)
{
  sqlite3_stmt *stmt;
  FlowSegmentEntry entry;
  gboolean row = FALSE;

  *segment = NULL;
  for (guint i = self->recent->len; i > 0; i--)
    {
      FlowSegment *recent = self->recent->pdata[i - 1];

      if (recent->signal != FLOW_SIGNAL_TRACES || ordinal < recent->id || ordinal >= recent->last)
        continue;
      *segment = recent;
      return TRUE;
    }
  stmt = flow_trace_store_stmt (self, FLOW_STMT_SEGMENT_AT);
  sqlite3_bind_int (stmt, 1, FLOW_SIGNAL_TRACES);
  sqlite3_bind_int64 (stmt, 2, (sqlite3_int64) ordinal);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row && flow_segment_entry_from_row (stmt, &entry))
    {
      if (ordinal < entry.last)
        *segment = flow_trace_store_recent_segment (self, &entry);
      flow_segment_entry_clear (&entry);
    }
  sqlite3_reset (stmt);
  return TRUE;
}

/* @parts: delta varints of ordinals, as in trace.parts. */
static gboolean
fill (FlowTraceStore *self, sqlite3 *db, FlowSpanSet *set, const guint8 *parts, gsize length, GError **error)
{
  const guint8 *at = parts, *end = at + length;
  guint64 ordinal = 0, delta, covered = 0;

  while (at < end && (at = flow_varint_get (at, end, &delta)) != NULL)
    {
      g_autoptr (GError) local = NULL;
      FlowSegment *segment;

      ordinal += delta;
      if (ordinal < covered)
        continue;
      if (!find_segment (self, ordinal, &segment, error))
        return FALSE;
      if (segment == NULL)
        continue;
      covered = segment->last;
      if (flow_segment_need_columns (segment, db, COLUMNS, &local))
        add_rows (self, set, segment);
      /* What cannot be read must not keep new spans out. */
      else if (!flow_trace_is_damage (local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  return TRUE;
}

/* How many traces to read from @trace on. */
static guint
look_ahead (FlowTraceStore *self, guint64 trace)
{
  gboolean goes_on = trace >= self->known_next && trace < self->known_next + NEAR;

  self->known_ahead = goes_on ? CLAMP (self->known_ahead * 2, 1, MAX_AHEAD) : 1;
  return self->known_ahead;
}

/**
 * flow_trace_store_fill_set:
 * @set: the empty set of a trace that is in the database
 *
 * Read the span keys of a trace from the database, and those of the next ones when traces come in the order in which
 * they are stored.
 */
gboolean
flow_trace_store_fill_set (FlowTraceStore *self, sqlite3 *db, FlowSpanSet *set, GError **error)
{
  sqlite3_stmt *stmt = flow_trace_store_stmt (self, FLOW_STMT_TRACE_PARTS);
  guint ahead = look_ahead (self, set->trace);
  gboolean row = FALSE, ok;

  self->known_next = set->trace + 1;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) set->trace);
  sqlite3_bind_int64 (stmt, 2, (sqlite3_int64) (set->trace + ahead - 1));
  while ((ok = flow_sql_step_row (stmt, &row, error)) && row)
    {
      guint64 number = (guint64) sqlite3_column_int64 (stmt, 0);
      FlowSpanSet *one = number == set->trace ? set : NULL;

      self->known_next = number + 1;
      if (one == NULL && flow_span_sets_get (self->sets, number) != NULL)
        continue;
      if (one == NULL)
        one = flow_span_sets_add (self->sets, number);
      ok = fill (self, db, one, sqlite3_column_blob (stmt, 1), (gsize) sqlite3_column_bytes (stmt, 1), error);
      if (ok)
        continue;
      if (one != set)
        flow_span_sets_remove (self->sets, number);
      break;
    }
  sqlite3_reset (stmt);
  return ok;
}
