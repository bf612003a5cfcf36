/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-store-private.h"

/* Tiers of size are powers of this, so a row of a small segment is rewritten at most three times. */
#define MERGE_FACTOR 8
#define MERGE_SECONDS (24 * 60 * 60)
/* Segments kept decoded while a transaction fills span sets. */
#define RECENT 8

/** flow_trace_is_damage: whether @error came from a segment that cannot be read. It is logged. */
gboolean
flow_trace_is_damage (const GError *error)
{
  if (!g_error_matches (error, FLOW_ERROR, FLOW_ERROR_CORRUPT))
    return FALSE;
  g_warning ("%s", error->message);
  return TRUE;
}

/** flow_trace_store_recent_segment: (transfer none): decoded once for all traces of a resent batch. */
FlowSegment *
flow_trace_store_recent_segment (FlowTraceStore *self, const FlowSegmentEntry *entry)
{
  FlowSegment *segment;

  for (guint i = 0; i < self->recent->len; i++)
    {
      segment = self->recent->pdata[i];
      if (segment->id == entry->id && segment->signal == entry->signal)
        return segment;
    }
  if (self->recent->len >= RECENT)
    g_ptr_array_remove_index (self->recent, 0);
  segment = flow_segment_new (entry);
  g_ptr_array_add (self->recent, segment);
  return segment;
}

typedef struct
{
  guint64 trace;
  guint32 segment;
  guint32 row;
} Place;

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *left = a, *right = b;

  if (left->trace != right->trace)
    return left->trace < right->trace ? -1 : 1;
  if (left->segment != right->segment)
    return left->segment < right->segment ? -1 : 1;
  return left->row < right->row ? -1 : left->row > right->row;
}

/* The rows of several segments in the order of a sealed one. */
static FlowSegmentBuilder *
build_from (GPtrArray *segments, GError **error)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (Place));
  FlowSegmentBuilder *builder;
  FlowRemap *maps = g_new0 (FlowRemap, segments->len);
  gboolean ok = TRUE;

  for (guint i = 0; i < segments->len; i++)
    {
      const FlowSegment *segment = segments->pdata[i];

      for (gsize row = 0; row < segment->rows; row++)
        {
          Place place = { flow_segment_get (segment, FLOW_COLUMN_TRACE, row), i, (guint32) row };

          g_array_append_val (places, place);
        }
    }
  g_array_sort (places, compare_places);
  builder = flow_segment_builder_new (((FlowSegment *) segments->pdata[0])->signal, places->len);
  for (guint i = 0; i < segments->len; i++)
    flow_remap_init (&maps[i], ((FlowSegment *) segments->pdata[i])->strings, builder->strings);
  for (guint i = 0; i < places->len && ok; i++)
    {
      const Place *place = &g_array_index (places, Place, i);

      ok = flow_segment_add_to_builder (segments->pdata[place->segment], place->row, builder, &maps[place->segment]);
    }
  for (guint i = 0; i < segments->len; i++)
    flow_remap_clear (&maps[i]);
  g_free (maps);
  if (ok)
    return builder;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, "A segment is damaged (extra)");
  flow_segment_builder_free (builder);
  return NULL;
}

/* Make one segment of neighbours; it takes the smallest id and the latest arrival. */
static gboolean
join (FlowTraceStore *self, sqlite3 *db, GArray *entries, guint first, guint count, GError **error)
{
  g_autoptr (GPtrArray) segments = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_segment_unref);
  g_autoptr (FlowSegmentBuilder) builder = NULL;
  const FlowSegmentEntry *oldest = &g_array_index (entries, FlowSegmentEntry, first);
  const FlowSegmentEntry *newest = &g_array_index (entries, FlowSegmentEntry, first + count - 1);
  guint32 revision = 0;

  for (guint i = first; i < first + count; i++)
    {
      const FlowSegmentEntry *entry = &g_array_index (entries, FlowSegmentEntry, i);
      FlowSegment *segment = flow_segment_new (entry);

      g_ptr_array_add (segments, segment);
      revision = MAX (revision, entry->revision);
      if (!flow_segment_need_columns (segment, db, FLOW_COLUMNS_ALL, error) ||
          !flow_segment_need_text (segment, db, error))
        return FALSE;
    }
  builder = build_from (segments, error);
  if (builder == NULL)
    return FALSE;
  for (guint i = first; i < first + count; i++)
    if (!flow_trace_delete_segment (self, oldest->signal, g_array_index (entries, FlowSegmentEntry, i).id, error))
      return FALSE;
  return flow_trace_write_segment (self, builder, oldest->id, newest->last, TRUE, revision + 1, newest->arrived, error);
}

/* Whether nothing of the same signal lies between the two. Small ones are listed alone, so a large one may. */
static gboolean
adjoin (sqlite3 *db, const FlowSegmentEntry *left, const FlowSegmentEntry *right, gboolean *adjoining, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "segment-between", &stmt, error))
    return FALSE;
  sqlite3_bind_int (stmt, 1, left->signal);
  sqlite3_bind_int64 (stmt, 2, (sqlite3_int64) left->id);
  sqlite3_bind_int64 (stmt, 3, (sqlite3_int64) right->id);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *adjoining = !row;
  return TRUE;
}

static gboolean
blob_bytes (sqlite3 *db, guint64 id, const char *column, guint64 *bytes, GError **error)
{
  sqlite3_blob *blob = NULL;
  guint8 head[10];
  guint64 value = 0;
  int length;

  if (sqlite3_blob_open (db, "main", "segment_data", column, (sqlite3_int64) id, 0, &blob) != SQLITE_OK)
    {
      sqlite3_blob_close (blob);
      return flow_sql_error (db, error, "Opening a segment");
    }
  length = MIN (sqlite3_blob_bytes (blob), (int) sizeof head);
  if (sqlite3_blob_read (blob, head, length, 0) == SQLITE_OK && flow_varint_get (head, head + length, &value) != NULL)
    *bytes += value >> 1;
  sqlite3_blob_close (blob);
  return TRUE;
}

/* The same where values may be sealed: their length is in what is sealed. */
static gboolean
opened_bytes (sqlite3 *db, guint64 id, guint64 *bytes, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "segment-text-bytes", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) id);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  for (int column = 0; row && column < 2; column++)
    {
      const guint8 *head = sqlite3_column_blob (stmt, column);
      guint64 value = 0;

      if (head != NULL && flow_varint_get (head, head + sqlite3_column_bytes (stmt, column), &value) != NULL)
        *bytes += value >> 1;
    }
  return TRUE;
}

/* What the strings and extras of a segment take in memory. */
static gboolean
text_bytes (sqlite3 *db, const FlowSegmentEntry *entry, guint64 *bytes, GError **error)
{
  gboolean sealed = FALSE;

  if (!flow_segment_is_sealed_by_key (db, entry->id, &sealed, error))
    return FALSE;
  if (sealed)
    return opened_bytes (db, entry->id, bytes, error);
  return blob_bytes (db, entry->id, "dictionary", bytes, error) && blob_bytes (db, entry->id, "extra", bytes, error);
}

/* How many from @first on may become one segment: neighbours of not too many rows and bytes. With a sealed one between
 * them, what comes after it would no longer be found by its ordinal. */
static gboolean
count_for_segment (sqlite3 *db, GArray *entries, guint first, guint *count, GError **error)
{
  guint rows = g_array_index (entries, FlowSegmentEntry, first).rows;
  guint64 bytes = 0;

  if (!text_bytes (db, &g_array_index (entries, FlowSegmentEntry, first), &bytes, error))
    return FALSE;
  for (*count = 1; first + *count < entries->len; (*count)++)
    {
      const FlowSegmentEntry *entry = &g_array_index (entries, FlowSegmentEntry, first + *count);
      gboolean adjoining = FALSE;

      rows += entry->rows;
      if (!adjoin (db, entry - 1, entry, &adjoining, error) || !text_bytes (db, entry, &bytes, error))
        return FALSE;
      if (rows > FLOW_SEGMENT_ROWS || bytes > FLOW_SEGMENT_BYTES || !adjoining)
        break;
    }
  return TRUE;
}

/**
 * flow_trace_adopt_orphans:
 *
 * Seal parts whose rows are not in memory: those of a run that was killed, or from before a roll-back.
 */
gboolean
flow_trace_adopt_orphans (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    {
      g_autoptr (GArray) entries = flow_segment_entries (db, "segment-parts", signal, 0, error);
      guint count;

      if (entries == NULL)
        return FALSE;
      for (guint first = 0; first < entries->len; first += count)
        {
          if (!count_for_segment (db, entries, first, &count, error) || !join (self, db, entries, first, count, error))
            return FALSE;
        }
    }
  return TRUE;
}

static guint
tier_of (guint32 rows)
{
  guint tier = 0;

  for (guint32 limit = MERGE_FACTOR; rows >= limit; limit *= MERGE_FACTOR)
    tier++;
  return tier;
}

/* Neighbours from @first on whose rows together are of a higher tier than each, or 0: so a row is rewritten once
 * a tier at most. They must have come within a day, so that retention by age is kept. */
static gboolean
find_mergeable (sqlite3 *db, GArray *entries, guint first, guint *count, GError **error)
{
  const FlowSegmentEntry *begin = &g_array_index (entries, FlowSegmentEntry, first);
  guint32 rows = begin->rows;
  guint tier = tier_of (rows);
  guint64 bytes = 0;

  *count = 0;
  if (!text_bytes (db, begin, &bytes, error))
    return FALSE;
  for (guint i = first + 1; i < entries->len; i++)
    {
      const FlowSegmentEntry *entry = &g_array_index (entries, FlowSegmentEntry, i);
      gboolean adjoining = FALSE;

      if (!adjoin (db, entry - 1, entry, &adjoining, error) || !text_bytes (db, entry, &bytes, error))
        return FALSE;
      rows += entry->rows;
      tier = MAX (tier, tier_of (entry->rows));
      if (!adjoining || bytes > FLOW_SEGMENT_BYTES || ABS (entry->arrived - begin->arrived) > MERGE_SECONDS)
        return TRUE;
      if (tier_of (rows) > tier)
        {
          *count = i - first + 1;
          return TRUE;
        }
    }
  return TRUE;
}

static gboolean
merge_signal (FlowTraceStore *self, sqlite3 *db, FlowSignal signal, gboolean *merged, GError **error)
{
  g_autoptr (GArray) entries = flow_segment_entries (db, "segment-small", signal, FLOW_SEGMENT_SMALL, error);
  guint count;

  for (guint first = 0; entries != NULL && first < entries->len; first++)
    {
      if (!find_mergeable (db, entries, first, &count, error))
        return FALSE;
      if (count == 0)
        continue;
      *merged = TRUE;
      return join (self, db, entries, first, count, error);
    }
  return entries != NULL;
}

/**
 * flow_trace_merge_small:
 * @merged: (out): whether there may be more to merge
 *
 * One merge. Inside a transaction.
 */
gboolean
flow_trace_merge_small (FlowTraceStore *self, sqlite3 *db, gboolean *merged, GError **error)
{
  *merged = FALSE;
  for (guint signal = 0; signal < FLOW_N_SIGNALS && !*merged; signal++)
    if (!merge_signal (self, db, signal, merged, error))
      return FALSE;
  if (*merged)
    {
      g_mutex_lock (&self->lock);
      self->stats.segments_merged++;
      g_mutex_unlock (&self->lock);
    }
  return TRUE;
}

/**
 * flow_trace_rewrite_segment:
 * @keep: whether a row stays
 *
 * Write a segment again without some of its rows; one without any left is deleted.
 */
gboolean
flow_trace_rewrite_segment (FlowTraceStore *self, sqlite3 *db, const FlowSegmentEntry *entry, FlowRowFilter keep,
                            gpointer data, GError **error)
{
  g_autoptr (FlowSegment) segment = flow_segment_new (entry);
  g_autoptr (FlowSegmentBuilder) builder = flow_segment_builder_new (entry->signal, entry->rows);
  FlowRemap map;
  gboolean ok = TRUE;

  if (!flow_segment_need_columns (segment, db, FLOW_COLUMNS_ALL, error) || !flow_segment_need_text (segment, db, error))
    return FALSE;
  flow_remap_init (&map, segment->strings, builder->strings);
  for (gsize row = 0; row < segment->rows && ok; row++)
    if (keep (segment, row, data))
      ok = flow_segment_add_to_builder (segment, row, builder, &map);
  flow_remap_clear (&map);
  if (!ok)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, "Segment %" G_GUINT64_FORMAT " is damaged", entry->id);
      return FALSE;
    }
  if (!flow_trace_delete_segment (self, entry->signal, entry->id, error))
    return FALSE;
  return builder->rows == 0 || flow_trace_write_segment (self, builder, entry->id, entry->last, entry->sealed,
                                                         entry->revision + 1, entry->arrived, error);
}

static gboolean
is_replaced (const FlowSegment *segment, gsize row, const FlowReplacement *old)
{
  return flow_segment_get (segment, FLOW_COLUMN_SPAN_ID, row) == old->span_id &&
         flow_segment_get (segment, FLOW_COLUMN_TRACE, row) == old->trace &&
         flow_segment_get (segment, FLOW_COLUMN_START, row) == old->start_ns &&
         flow_segment_get (segment, FLOW_COLUMN_SERVICE, row) == old->service &&
         flow_segment_get (segment, FLOW_COLUMN_KIND, row) == old->kind;
}

/* Older versions of spans, by the segment where they lie. */
typedef struct
{
  FlowSegmentEntry entry;
  GHashTable *rows; /* row + 1 */
} Outdated;

static void
outdated_free (gpointer data)
{
  Outdated *self = data;

  flow_segment_entry_clear (&self->entry);
  g_hash_table_unref (self->rows);
  g_free (self);
}

static void
add_outdated (GHashTable *segments, const FlowSegmentEntry *entry, gsize row)
{
  Outdated *outdated = g_hash_table_lookup (segments, (gpointer) (gsize) entry->id);

  if (outdated == NULL)
    {
      outdated = g_new0 (Outdated, 1);
      outdated->entry = *entry;
      outdated->entry.services = g_memdup2 (entry->services, entry->services_length);
      outdated->rows = g_hash_table_new (NULL, NULL);
      g_hash_table_insert (segments, (gpointer) (gsize) entry->id, outdated);
    }
  g_hash_table_add (outdated->rows, (gpointer) (row + 1));
}

static gboolean
is_current (const FlowSegment *segment, gsize row, gpointer data)
{
  return !g_hash_table_contains (((Outdated *) data)->rows, (gpointer) (row + 1));
}

/* The segments of a trace's spans. */
static GArray *
trace_segments (FlowTraceStore *self, sqlite3 *db, guint64 trace, GError **error)
{
  sqlite3_stmt *stmt = flow_trace_store_stmt (self, FLOW_STMT_TRACE_READ);
  gboolean row = FALSE;
  GArray *entries;

  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) trace);
  if (!flow_sql_step_row (stmt, &row, error))
    return NULL;
  entries = flow_trace_part_segments (self->stmts[FLOW_STMT_SEGMENT_AT], FLOW_SIGNAL_TRACES,
                                      row ? sqlite3_column_blob (stmt, 9) : NULL,
                                      row ? (gsize) sqlite3_column_bytes (stmt, 9) : 0, error);
  sqlite3_reset (stmt);
  return entries;
}

/* Find where the old version lies. It was counted, and so was the new one, as a row of this transaction. */
static gboolean
find_replaced (FlowTraceStore *self, sqlite3 *db, const FlowReplacement *replacement, GHashTable *segments,
               GError **error)
{
  g_autoptr (GArray) entries = trace_segments (self, db, replacement->trace, error);
  FlowTouch *touch = &g_array_index (self->touches, FlowTouch, replacement->touch);

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const FlowSegmentEntry *entry = &g_array_index (entries, FlowSegmentEntry, i);
      FlowSegment *segment = flow_trace_store_recent_segment (self, entry);
      gsize row, end;

      if (!flow_segment_need_columns (segment, db,
                                      FLOW_COLUMN_BIT (FLOW_COLUMN_TRACE) | FLOW_COLUMN_BIT (FLOW_COLUMN_SPAN_ID) |
                                          FLOW_COLUMN_BIT (FLOW_COLUMN_START) | FLOW_COLUMN_BIT (FLOW_COLUMN_FLAGS) |
                                          FLOW_COLUMN_BIT (FLOW_COLUMN_SERVICE) | FLOW_COLUMN_BIT (FLOW_COLUMN_KIND),
                                      error))
        return FALSE;
      flow_segment_find_trace (segment, replacement->trace, &row, &end);
      while (row < end && !is_replaced (segment, row, replacement))
        row++;
      if (row == end)
        continue;
      if (flow_segment_get (segment, FLOW_COLUMN_FLAGS, row) & FLOW_SPAN_ERROR)
        touch->errors--;
      touch->spans--;
      add_outdated (segments, entry, row);
      return TRUE;
    }
  return entries != NULL;
}

/**
 * flow_trace_apply_replacements:
 *
 * Remove the older versions of spans that came again with a later end, each segment once. Before the new rows are
 * written.
 */
gboolean
flow_trace_apply_replacements (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_autoptr (GHashTable) segments = g_hash_table_new_full (NULL, NULL, NULL, outdated_free);
  GHashTableIter iter;
  gpointer outdated;

  for (guint i = 0; i < self->replacements->len; i++)
    if (!find_replaced (self, db, &g_array_index (self->replacements, FlowReplacement, i), segments, error))
      return FALSE;
  g_array_set_size (self->replacements, 0);
  g_hash_table_iter_init (&iter, segments);
  while (g_hash_table_iter_next (&iter, NULL, &outdated))
    if (!flow_trace_rewrite_segment (self, db, &((Outdated *) outdated)->entry, is_current, outdated, error))
      return FALSE;
  return TRUE;
}
