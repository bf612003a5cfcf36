/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-match.h"

#define DEFAULT_LIMIT 100

/* Those that match so far. */
typedef struct
{
  FlowTraceReader *reader;
  const FlowTraceFilter *filter;
  guint limit;
  FlowTraceMatch match;
  GPtrArray *found; /* FlowTraceInfo */
} Listing;

static void
listing_clear (Listing *self)
{
  flow_trace_match_clear (&self->match);
  g_clear_pointer (&self->found, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listing, listing_clear)

static gboolean
listing_init (Listing *self, FlowTraceReader *reader, const FlowTraceFilter *filter, GError **error)
{
  self->reader = reader;
  self->filter = filter;
  self->limit = filter->limit > 0 ? filter->limit : DEFAULT_LIMIT;
  self->found = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_trace_info_unref);
  return flow_trace_match_init (&self->match, reader, filter, error);
}

static gint64
sort_value (const Listing *self, const FlowTraceInfo *info)
{
  switch (self->filter->sort)
    {
    case FLOW_TRACE_SORT_START:
      return info->start_ns;
    case FLOW_TRACE_SORT_DURATION:
      return info->end_ns - info->start_ns;
    case FLOW_TRACE_SORT_SPANS:
      return info->spans;
    case FLOW_TRACE_SORT_ERRORS:
      return info->errors;
    case FLOW_TRACE_SORT_NEWEST:
    default:
      return (gint64) info->number;
    }
}

static int
compare_infos (gconstpointer a, gconstpointer b, gpointer data)
{
  const FlowTraceInfo *left = *(FlowTraceInfo *const *) a, *right = *(FlowTraceInfo *const *) b;
  gint64 left_value = sort_value (data, left), right_value = sort_value (data, right);

  if (left_value != right_value)
    return left_value > right_value ? -1 : 1;
  return left->number > right->number ? -1 : left->number < right->number;
}

/* Keep the best ones: sort and cut whenever twice as many as wanted have gathered. Returns whether it did. */
static gboolean
keep_best (Listing *self, gboolean last)
{
  if (!last && self->found->len < MAX ((guint64) self->limit * 2, 256))
    return FALSE;
  g_ptr_array_sort_with_data (self->found, compare_infos, self);
  if (self->found->len > self->limit)
    g_ptr_array_set_size (self->found, (gint) self->limit);
  return TRUE;
}

static gboolean
list_by_rows (Listing *self, GError **error)
{
  guint64 before = self->filter->before_number;
  sqlite3_stmt *stmt = flow_trace_match_rows (&self->match, before != 0 ? (gint64) before : G_MAXINT64);
  gboolean sorted = self->filter->sort != FLOW_TRACE_SORT_NEWEST, row = FALSE;
  gint64 worst = G_MININT64;

  while (sorted || self->found->len < self->limit)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        break;
      if ((sorted && flow_trace_match_sort_value (&self->match, stmt) < worst) ||
          !flow_trace_match_row (&self->match, stmt))
        continue;
      g_ptr_array_add (self->found, flow_trace_reader_info (self->reader, stmt));
      if (sorted && keep_best (self, FALSE))
        worst = sort_value (self, self->found->pdata[self->limit - 1]);
    }
  sqlite3_reset (stmt);
  return TRUE;
}

/* Few traces have facts: look at these alone. */
static gboolean
list_by_facts (Listing *self, GError **error)
{
  GHashTable *facts = flow_trace_reader_get_facts (self->reader, error);
  g_autoptr (sqlite3_stmt) stmt = NULL;
  GHashTableIter iter;
  gpointer trace_id;
  gboolean row = FALSE;

  if (facts == NULL || !flow_sql_prepare (self->reader->db, "trace-one", &stmt, error))
    return FALSE;
  g_hash_table_iter_init (&iter, facts);
  while (g_hash_table_iter_next (&iter, &trace_id, NULL))
    {
      guint64 number = 0;

      if (!flow_trace_reader_find (self->reader, trace_id, &number, error))
        return FALSE;
      sqlite3_reset (stmt);
      sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) number);
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row || !flow_trace_match_row (&self->match, stmt))
        continue;
      g_ptr_array_add (self->found, flow_trace_reader_info (self->reader, stmt));
      keep_best (self, FALSE);
    }
  return TRUE;
}

/* Listing by an attribute: segments, newest first, until no older one can hold a newer trace. */
typedef struct
{
  Listing *listing;
  GHashTable *seen; /* trace numbers */
  sqlite3_stmt *row;
  guint64 last; /* the trace of the row before */
  GError *error;
} Candidates;

static gboolean
row_matches (Listing *self, sqlite3_stmt *row, gboolean *matches, GError **error)
{
  *matches = sqlite3_column_bytes (row, FLOW_TRACE_ROW_ID) == 16 && flow_trace_match_row (&self->match, row);
  return !*matches ||
         flow_trace_match_attributes (&self->match, sqlite3_column_blob (row, FLOW_TRACE_ROW_ID), 1, matches, error);
}

static gboolean
take_candidate (FlowSegment *segment, gsize row, gpointer data)
{
  Candidates *self = data;
  guint64 trace = flow_segment_get (segment, FLOW_COLUMN_TRACE, row);
  gboolean found = FALSE, matches = FALSE;

  if (trace == self->last || trace == 0 || !g_hash_table_add (self->seen, (gpointer) (gsize) trace))
    return TRUE;
  self->last = trace;
  sqlite3_reset (self->row);
  sqlite3_bind_int64 (self->row, 1, (sqlite3_int64) trace);
  if (!flow_sql_step_row (self->row, &found, &self->error) ||
      (found && !row_matches (self->listing, self->row, &matches, &self->error)))
    return FALSE;
  if (matches)
    {
      g_ptr_array_add (self->listing->found, flow_trace_reader_info (self->listing->reader, self->row));
      keep_best (self->listing, FALSE);
    }
  return TRUE;
}

static gboolean
enough (Listing *self, guint64 highest_left)
{
  guint newer = 0;

  if (self->filter->sort != FLOW_TRACE_SORT_NEWEST)
    return FALSE;
  for (guint i = 0; i < self->found->len; i++)
    newer += ((FlowTraceInfo *) self->found->pdata[i])->number > highest_left;
  return newer >= self->limit;
}

static gboolean
search_segments (Listing *self, Candidates *candidates, GError **error)
{
  GArray *directory = flow_trace_reader_directory (self->reader, FLOW_SIGNAL_TRACES, error);
  g_autoptr (GArray) query = flow_attribute_test_query (&self->match.attributes[0], &self->reader->key);
  g_autofree guint64 *highest = NULL;

  if (directory == NULL)
    return FALSE;
  highest = g_new0 (guint64, directory->len + 1);
  for (guint i = 0; i < directory->len; i++)
    highest[i + 1] = MAX (highest[i], g_array_index (directory, FlowSegmentEntry, i).last_trace);
  for (guint i = directory->len; i > 0 && !enough (self, highest[i]); i--)
    {
      FlowSegment *segment = flow_trace_reader_segment (self->reader,
                                                        &g_array_index (directory, FlowSegmentEntry, i - 1));
      gboolean stopped = FALSE;
      gboolean ok = flow_trace_reader_match_attribute (self->reader, segment, &self->match.attributes[0], query,
                                                       take_candidate, candidates, &stopped, error);

      flow_trace_reader_settle (self->reader, segment);
      if (!ok)
        return FALSE;
      if (candidates->error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&candidates->error));
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
list_by_attribute (Listing *self, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (sqlite3_stmt) row = NULL;
  Candidates candidates = { self, seen, NULL, 0, NULL };

  if (!flow_sql_prepare (self->reader->db, "trace-one", &row, error))
    return FALSE;
  candidates.row = row;
  return search_segments (self, &candidates, error);
}

/**
 * flow_trace_reader_list:
 *
 * The traces that match, in the order asked for. Traces of which only logs have come are left out.
 *
 * Returns: (transfer full) (element-type FlowTraceInfo) (nullable): %NULL with @error:
 *   %FLOW_ERROR_BAD_ARGUMENT for an attribute that is not key=value
 */
GPtrArray *
flow_trace_reader_list (FlowTraceReader *self, const FlowTraceFilter *filter, GError **error)
{
  g_auto (Listing) listing = { 0 };
  gboolean ok;

  if (!flow_trace_reader_begin (self, error))
    return NULL;
  ok = listing_init (&listing, self, filter, error);
  if (ok && !listing.match.nothing)
    ok = listing.match.n_attributes > 0             ? list_by_attribute (&listing, error)
         : flow_trace_match_asks_for_facts (filter) ? list_by_facts (&listing, error)
                                                    : list_by_rows (&listing, error);
  flow_trace_reader_end (self);
  if (!ok)
    return NULL;
  keep_best (&listing, TRUE);
  return g_steal_pointer (&listing.found);
}
