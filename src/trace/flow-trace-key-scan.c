/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-key-scan.h"

#include "store/flow-statement.h"
#include "trace/flow-trace-match.h"

/* How long a piece may take: a question that waits for a reader notices nothing. */
#define PIECE_US 8000
/* Rows between two looks at the clock. */
#define ROWS_PER_LOOK 256
/* The first page comes with its rows, and at once. */
#define FIRST_ROWS 128

/**
 * flow_trace_key_scan_new:
 * @filter: what is looked for; its limit is not
 * @above: only traces with a greater number; 0: all
 * @whole: find all before any is shown
 *
 * Returns: (transfer full): a scan that has looked at nothing yet
 */
FlowTraceKeyScan *
flow_trace_key_scan_new (FlowTraceFilterCopy *filter, guint64 above, gboolean whole)
{
  FlowTraceKeyScan *self = g_new0 (FlowTraceKeyScan, 1);

  self->filter = flow_trace_filter_copy_ref (filter);
  self->above = above;
  self->whole = whole;
  self->keys = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
  self->held = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
  self->infos = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_trace_info_unref);
  self->before = filter->filter.before_number != 0 ? filter->filter.before_number : G_MAXINT64;
  self->segment = G_MAXINT64;
  return self;
}

/**
 * flow_trace_key_scan_free:
 * @self: (transfer full): a scan
 *
 * Give it up, done or not.
 */
void
flow_trace_key_scan_free (FlowTraceKeyScan *self)
{
  flow_trace_filter_copy_unref (self->filter);
  g_array_unref (self->keys);
  g_array_unref (self->held);
  g_ptr_array_unref (self->infos);
  g_clear_pointer (&self->found, flow_trace_keys_free);
  g_clear_pointer (&self->seen, g_hash_table_unref);
  g_free (self);
}

/**
 * flow_trace_key_scan_in_pieces:
 * @self: a scan
 *
 * Returns: whether each piece comes after the ones before, rather than everything with the last one
 */
gboolean
flow_trace_key_scan_in_pieces (const FlowTraceKeyScan *self)
{
  return !self->whole && self->filter->filter.sort == FLOW_TRACE_SORT_NEWEST;
}

/**
 * flow_trace_key_scan_will_find:
 * @self: a scan in pieces
 * @number: a trace
 *
 * Returns: whether the scan has yet to come to a trace, if it matches
 */
gboolean
flow_trace_key_scan_will_find (const FlowTraceKeyScan *self, guint64 number)
{
  return self->seen == NULL && number < self->before && number > self->above;
}

/**
 * flow_trace_key_scan_drop:
 * @self: a scan
 * @numbers: traces, a few
 *
 * Have them not been found: by this piece, and by all.
 */
void
flow_trace_key_scan_drop (FlowTraceKeyScan *self, FlowTraceNumbers *numbers)
{
  g_autoptr (GArray) all = flow_trace_numbers_to_array (numbers);
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
  g_autoptr (GHashTable) found = NULL;
  GHashTableIter iter;
  gpointer key;
  guint position;

  if (all->len == 0)
    return;
  for (guint i = self->keys->len; i > 0; i--)
    if (flow_trace_numbers_has (numbers, g_array_index (self->keys, FlowTraceKey, i - 1).number))
      g_array_remove_index (self->keys, i - 1);
  if (self->found == NULL)
    return;
  found = flow_trace_keys_find_numbers (self->found, (const guint64 *) (gpointer) all->data, all->len);
  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, NULL, &key))
    g_array_append_vals (keys, key, 1);
  for (guint i = 0; i < keys->len; i++)
    if (flow_trace_keys_find (self->found, &g_array_index (keys, FlowTraceKey, i), &position))
      flow_trace_keys_remove (self->found, position);
}

static void
take (FlowTraceKeyScan *self, const FlowTraceMatch *match, sqlite3_stmt *row)
{
  FlowTraceKey key = { flow_trace_match_sort_value (match, row),
                       (guint64) sqlite3_column_int64 (row, FLOW_TRACE_ROW_NUMBER) };

  g_array_append_val (self->held, key);
  self->matched++;
}

static gboolean
is_time (gint64 started)
{
  return g_get_monotonic_time () - started >= PIECE_US;
}

static gboolean
scan_rows (FlowTraceKeyScan *self, const FlowTraceMatch *match, GError **error)
{
  sqlite3_stmt *stmt = flow_trace_match_rows (match, (gint64) self->before);
  gint64 started = g_get_monotonic_time ();
  gboolean first = self->matched == 0 && flow_trace_key_scan_in_pieces (self), row = FALSE;

  for (guint rows = 1;; rows++)
    {
      guint64 number;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      number = row ? (guint64) sqlite3_column_int64 (stmt, FLOW_TRACE_ROW_NUMBER) : 0;
      self->done = !row || number <= self->above;
      if (self->done)
        break;
      self->before = number;
      self->newest = MAX (self->newest, number);
      if (flow_trace_match_row (match, stmt))
        take (self, match, stmt);
      if ((first && self->matched >= FIRST_ROWS) || (rows % ROWS_PER_LOOK == 0 && is_time (started)))
        break;
    }
  sqlite3_reset (stmt);
  return TRUE;
}

/* The rows of traces that something else than their row speaks for. */
typedef struct
{
  FlowTraceKeyScan *scan;
  const FlowTraceMatch *match;
  sqlite3_stmt *row;
  guint from; /* attributes before this one are known to match */
  GError *error;
} Candidates;

static gboolean
take_candidate (Candidates *self, guint64 number)
{
  gboolean row = FALSE, matches = FALSE;

  if (number <= self->scan->above)
    return TRUE;
  sqlite3_reset (self->row);
  sqlite3_bind_int64 (self->row, 1, (sqlite3_int64) number);
  if (!flow_sql_step_row (self->row, &row, &self->error))
    return FALSE;
  if (!row || sqlite3_column_bytes (self->row, FLOW_TRACE_ROW_ID) != 16 ||
      !flow_trace_match_row (self->match, self->row))
    return TRUE;
  if (!flow_trace_match_attributes (self->match, sqlite3_column_blob (self->row, FLOW_TRACE_ROW_ID), self->from,
                                    &matches, &self->error))
    return FALSE;
  if (matches)
    take (self->scan, self->match, self->row);
  return TRUE;
}

/* Few traces have facts of the user's own: these alone are looked at. */
static gboolean
scan_facts (Candidates *self, GError **error)
{
  FlowTraceReader *reader = self->match->reader;
  GHashTable *facts = flow_trace_reader_get_facts (reader, error);
  GHashTableIter iter;
  gpointer trace_id;

  if (facts == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, facts);
  while (g_hash_table_iter_next (&iter, &trace_id, NULL))
    {
      guint64 number = 0;

      if (!flow_trace_reader_find (reader, trace_id, &number, error))
        return FALSE;
      if (number != 0 && !take_candidate (self, number))
        {
          g_propagate_error (error, g_steal_pointer (&self->error));
          return FALSE;
        }
    }
  self->scan->done = TRUE;
  return TRUE;
}

static gboolean
segment_row_cb (FlowSegment *segment, gsize row, gpointer data)
{
  Candidates *self = data;
  guint64 number = flow_segment_get (segment, FLOW_COLUMN_TRACE, row);

  if (number == 0 || !g_hash_table_add (self->scan->seen, (gpointer) (gsize) number))
    return TRUE;
  return take_candidate (self, number);
}

static gboolean
scan_segment (Candidates *self, const FlowSegmentEntry *entry, const GArray *query, GError **error)
{
  FlowTraceReader *reader = self->match->reader;
  FlowSegment *segment = flow_trace_reader_segment (reader, entry);
  gboolean stopped = FALSE;
  gboolean ok = flow_trace_reader_match_attribute (reader, segment, &self->match->attributes[0], query, segment_row_cb,
                                                   self, &stopped, error);

  flow_trace_reader_settle (reader, segment);
  if (!ok)
    return FALSE;
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

static gboolean
scan_segments (Candidates *self, guint64 *highest, GError **error)
{
  FlowTraceKeyScan *scan = self->scan;
  GArray *directory = flow_trace_reader_directory (self->match->reader, FLOW_SIGNAL_TRACES, error);
  g_autoptr (GArray) query = flow_attribute_test_query (&self->match->attributes[0], &self->match->reader->key);
  gint64 started = g_get_monotonic_time ();
  guint left;

  if (directory == NULL)
    return FALSE;
  if (scan->seen == NULL)
    scan->seen = g_hash_table_new (NULL, NULL);
  left = directory->len;
  while (left > 0 && g_array_index (directory, FlowSegmentEntry, left - 1).id >= scan->segment)
    left--;
  while (left > 0 && !is_time (started))
    {
      const FlowSegmentEntry *entry = &g_array_index (directory, FlowSegmentEntry, --left);

      scan->segment = entry->id;
      if (!scan_segment (self, entry, query, error))
        return FALSE;
    }
  scan->done = left == 0;
  for (guint i = 0; i < left; i++)
    *highest = MAX (*highest, g_array_index (directory, FlowSegmentEntry, i).last_trace);
  return TRUE;
}

static gboolean
scan (FlowTraceKeyScan *self, FlowTraceMatch *match, guint64 *highest, GError **error)
{
  g_autoptr (sqlite3_stmt) row = NULL;
  Candidates candidates = { self, match, NULL, 0, NULL };

  if (match->nothing)
    {
      self->done = TRUE;
      return TRUE;
    }
  if (match->n_attributes == 0 && !flow_trace_match_asks_for_facts (match->filter))
    return scan_rows (self, match, error);
  if (!flow_sql_prepare (match->reader->db, "trace-one", &row, error))
    return FALSE;
  candidates.row = row;
  candidates.from = match->n_attributes > 0;
  return match->n_attributes > 0 ? scan_segments (&candidates, highest, error) : scan_facts (&candidates, error);
}

/* What is in its place for good: matches above @highest, the newest trace that can still come. */
static void
publish (FlowTraceKeyScan *self, guint64 highest)
{
  FlowTraceKey *held = (FlowTraceKey *) (gpointer) self->held->data;
  guint final = 0;

  if (!flow_trace_key_scan_in_pieces (self) && !self->done)
    return;
  flow_trace_keys_sort (held, self->held->len);
  if (!flow_trace_key_scan_in_pieces (self))
    {
      self->found = flow_trace_keys_new_sorted (held, self->held->len);
      g_array_append_vals (self->keys, held, MIN (self->held->len, FIRST_ROWS));
      g_array_set_size (self->held, 0);
      return;
    }
  while (final < self->held->len && held[final].number > highest)
    final++;
  g_array_append_vals (self->keys, held, final);
  g_array_remove_range (self->held, 0, final);
}

static gboolean
read_first_rows (FlowTraceKeyScan *self, FlowTraceReader *reader, GError **error)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GPtrArray) infos = NULL;

  if (self->introduced || self->keys->len == 0)
    return TRUE;
  self->introduced = TRUE;
  for (guint i = 0; i < self->keys->len && i < FIRST_ROWS; i++)
    g_array_append_val (numbers, g_array_index (self->keys, FlowTraceKey, i).number);
  infos = flow_trace_reader_infos (reader, (const guint64 *) (gpointer) numbers->data, numbers->len, error);
  if (infos == NULL)
    return FALSE;
  g_ptr_array_extend_and_steal (self->infos, g_steal_pointer (&infos));
  return TRUE;
}

/**
 * flow_trace_key_scan_next:
 * @self: a scan that is not done
 * @reader: any reader of the store
 *
 * Look at the next piece. Traces that come while a scan goes on are not its concern.
 *
 * Returns: %FALSE with @error: %FLOW_ERROR_BAD_ARGUMENT for an attribute that is not key=value, or those of the store
 */
gboolean
flow_trace_key_scan_next (FlowTraceKeyScan *self, FlowTraceReader *reader, GError **error)
{
  g_auto (FlowTraceMatch) match = { 0 };
  guint64 highest = 0;
  gboolean ok;

  g_array_set_size (self->keys, 0);
  g_ptr_array_set_size (self->infos, 0);
  if (!flow_trace_reader_begin (reader, error))
    return FALSE;
  ok = flow_trace_match_init (&match, reader, &self->filter->filter, error) && scan (self, &match, &highest, error);
  if (ok)
    {
      publish (self, highest);
      ok = read_first_rows (self, reader, error);
    }
  flow_trace_reader_end (reader);
  return ok;
}

static FlowTraceInfo *
read_change (const FlowTraceMatch *match, sqlite3_stmt *row, FlowTraceKey *key, GError **error)
{
  gboolean found = FALSE, matches = FALSE;

  sqlite3_reset (row);
  sqlite3_bind_int64 (row, 1, (sqlite3_int64) key->number);
  if (!flow_sql_step_row (row, &found, error) || !found || sqlite3_column_bytes (row, FLOW_TRACE_ROW_ID) != 16 ||
      !flow_trace_match_row (match, row) ||
      !flow_trace_match_attributes (match, sqlite3_column_blob (row, FLOW_TRACE_ROW_ID), 0, &matches, error) ||
      !matches)
    return NULL;
  key->value = flow_trace_match_sort_value (match, row);
  return flow_trace_reader_info (match->reader, row);
}

static void
change_clear (gpointer data)
{
  g_clear_pointer (&((FlowTraceChange *) data)->info, flow_trace_info_unref);
}

/**
 * flow_trace_reader_changes:
 * @self: a reader
 * @filter: what is looked for
 * @numbers: (array length=count): traces
 * @count: how many
 *
 * Ask what became of traces: where they belong now, and their rows.
 *
 * Returns: (transfer full) (element-type FlowTraceChange) (nullable): one for each number, in their order; %NULL with
 *   @error
 */
GArray *
flow_trace_reader_changes (FlowTraceReader *self, const FlowTraceFilterCopy *filter, const guint64 *numbers,
                           gsize count, GError **error)
{
  g_auto (FlowTraceMatch) match = { 0 };
  g_autoptr (GArray) changes = g_array_new (FALSE, TRUE, sizeof (FlowTraceChange));
  g_autoptr (sqlite3_stmt) row = NULL;
  g_autoptr (GError) problem = NULL;
  gboolean ok;

  g_array_set_clear_func (changes, change_clear);
  if (!flow_trace_reader_begin (self, error))
    return NULL;
  ok = flow_trace_match_init (&match, self, &filter->filter, error) &&
       flow_sql_prepare (self->db, "trace-one", &row, error);
  for (gsize i = 0; ok && i < count; i++)
    {
      FlowTraceChange change = { { 0, numbers[i] }, NULL };

      change.info = read_change (&match, row, &change.key, &problem);
      g_array_append_val (changes, change);
      ok = problem == NULL;
    }
  flow_trace_reader_end (self);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return ok ? g_steal_pointer (&changes) : NULL;
}

/**
 * flow_trace_reader_infos:
 * @self: a reader
 * @numbers: (array length=count): traces
 * @count: how many
 *
 * Read the rows of a page.
 *
 * Returns: (transfer full) (element-type FlowTraceInfo) (nullable): those that are there, in their order; %NULL with
 *   @error
 */
GPtrArray *
flow_trace_reader_infos (FlowTraceReader *self, const guint64 *numbers, gsize count, GError **error)
{
  g_autoptr (GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_trace_info_unref);
  g_autoptr (sqlite3_stmt) row = NULL;
  gboolean nested = !sqlite3_get_autocommit (self->db), found = FALSE, ok;

  if (!flow_trace_reader_begin (self, error))
    return NULL;
  ok = flow_sql_prepare (self->db, "trace-one", &row, error);
  for (gsize i = 0; ok && i < count; i++)
    {
      sqlite3_reset (row);
      sqlite3_bind_int64 (row, 1, (sqlite3_int64) numbers[i]);
      ok = flow_sql_step_row (row, &found, error);
      if (ok && found)
        g_ptr_array_add (infos, flow_trace_reader_info (self, row));
    }
  if (!nested)
    flow_trace_reader_end (self);
  return ok ? g_steal_pointer (&infos) : NULL;
}
