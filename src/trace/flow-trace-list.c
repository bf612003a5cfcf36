/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-bloom.h"
#include "trace/flow-trace-reader-private.h"

#define DEFAULT_LIMIT 100

/* A filter made ready: what can be told from a trace's row, and the attributes that need its spans. */
typedef struct
{
  FlowTraceReader *reader;
  const FlowTraceFilter *filter;
  guint limit;
  gboolean no_such_service;
  guint32 service;
  char *name; /* lower case */
  FlowAttributeTest *attributes;
  guint n_attributes;
  GPtrArray *found; /* FlowTraceInfo */
} Listing;

static void
listing_clear (Listing *self)
{
  g_free (self->name);
  g_free (self->attributes);
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
  if (filter->name != NULL)
    self->name = g_ascii_strdown (filter->name, -1);
  if (filter->service != NULL)
    {
      if (!flow_trace_reader_service_number (reader, filter->service, &self->service, error))
        return FALSE;
      self->no_such_service = self->service == 0;
    }
  for (guint i = 0; filter->attributes != NULL && filter->attributes[i] != NULL; i++)
    {
      self->attributes = g_renew (FlowAttributeTest, self->attributes, i + 1);
      if (!flow_attribute_test_init (&self->attributes[i], filter->attributes[i], error))
        return FALSE;
      self->n_attributes = i + 1;
    }
  return TRUE;
}

static gboolean
has_service (const guint8 *at, gsize length, guint32 wanted)
{
  const guint8 *end = at + length;
  guint64 service;

  while (at < end && (at = flow_varint_get (at, end, &service)) != NULL)
    if (service == wanted)
      return TRUE;
  return FALSE;
}

static gboolean
name_matches (const Listing *self, sqlite3_stmt *row)
{
  g_autofree char *name = g_ascii_strdown ((const char *) sqlite3_column_text (row, 8), -1);

  return strstr (name, self->name) != NULL;
}

static gboolean
asks_for_facts (const FlowTraceFilter *filter)
{
  return filter->tag != NULL || filter->has_note || filter->has_tags || filter->pinned;
}

static gboolean
facts_match (const Listing *self, sqlite3_stmt *row)
{
  g_autoptr (FlowTraceFacts) facts = NULL;

  if (!asks_for_facts (self->filter))
    return TRUE;
  if (sqlite3_column_bytes (row, 1) == 16)
    facts = flow_trace_reader_find_facts (self->reader, sqlite3_column_blob (row, 1));
  return flow_trace_filter_match_facts (self->filter, facts);
}

/* What a row of trace-newest tells by itself. */
static gboolean
row_matches (const Listing *self, sqlite3_stmt *row)
{
  const FlowTraceFilter *filter = self->filter;
  gint64 t0 = sqlite3_column_int64 (row, 2), t1 = sqlite3_column_int64 (row, 3);

  if ((filter->since_ns != 0 && t1 < filter->since_ns) || (filter->until_ns != 0 && t0 > filter->until_ns) ||
      (filter->min_duration_ns != 0 && t1 - t0 < filter->min_duration_ns) ||
      (filter->max_duration_ns != 0 && t1 - t0 > filter->max_duration_ns) || sqlite3_column_int64 (row, 4) == 0 ||
      (filter->errors_only && sqlite3_column_int64 (row, 6) == 0) ||
      (filter->before_number != 0 && (guint64) sqlite3_column_int64 (row, 0) >= filter->before_number))
    return FALSE;
  if (self->service != 0 &&
      !has_service (sqlite3_column_blob (row, 9), (gsize) sqlite3_column_bytes (row, 9), self->service))
    return FALSE;
  return facts_match (self, row) && (self->name == NULL || name_matches (self, row));
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

static gint64
row_sort_value (const Listing *self, sqlite3_stmt *row)
{
  FlowTraceInfo info = {
    .number = (guint64) sqlite3_column_int64 (row, 0),
    .start_ns = sqlite3_column_int64 (row, 2),
    .end_ns = sqlite3_column_int64 (row, 3),
    .spans = (guint32) sqlite3_column_int64 (row, 4),
    .errors = (guint32) sqlite3_column_int64 (row, 6),
  };

  return sort_value (self, &info);
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
  sqlite3_stmt *stmt = self->reader->newest;
  guint64 before = self->filter->before_number;
  gboolean sorted = self->filter->sort != FLOW_TRACE_SORT_NEWEST, row = FALSE;
  gint64 worst = G_MININT64;

  sqlite3_reset (stmt);
  sqlite3_bind_int64 (stmt, 1, before != 0 ? (sqlite3_int64) before : G_MAXINT64);
  while (sorted || self->found->len < self->limit)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        break;
      if ((sorted && row_sort_value (self, stmt) < worst) || !row_matches (self, stmt))
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
      if (!row || !row_matches (self, stmt))
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
trace_has_attributes (Listing *self, const guint8 trace_id[16], GError **error)
{
  g_autoptr (FlowTrace) trace = NULL;

  if (self->n_attributes == 1)
    return TRUE;
  trace = flow_trace_reader_load (self->reader, trace_id, error);
  for (guint i = 1; trace != NULL && i < self->n_attributes; i++)
    {
      gboolean found = FALSE;

      for (gsize s = 0; s < trace->n_spans && !found; s++)
        {
          const FlowTraceSpan *span = &trace->spans[s];

          found = flow_attribute_test_extra (&self->attributes[i], span->strings, span->extra, span->extra_length) ||
                  flow_attribute_test_header (&self->attributes[i], span->resource.data, span->resource.length);
        }
      if (!found)
        return FALSE;
    }
  return trace != NULL;
}

static gboolean
take_candidate (FlowSegment *segment, gsize row, gpointer data)
{
  Candidates *self = data;
  guint64 trace = flow_segment_get (segment, FLOW_COLUMN_TRACE, row);
  gboolean found = FALSE;

  if (trace == self->last || trace == 0 || !g_hash_table_add (self->seen, (gpointer) (gsize) trace))
    return TRUE;
  self->last = trace;
  sqlite3_reset (self->row);
  sqlite3_bind_int64 (self->row, 1, (sqlite3_int64) trace);
  if (!flow_sql_step_row (self->row, &found, &self->error))
    return FALSE;
  if (found && sqlite3_column_bytes (self->row, 1) == 16 && row_matches (self->listing, self->row) &&
      trace_has_attributes (self->listing, sqlite3_column_blob (self->row, 1), &self->error))
    {
      g_ptr_array_add (self->listing->found, flow_trace_reader_info (self->listing->reader, self->row));
      keep_best (self->listing, FALSE);
    }
  return self->error == NULL;
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
  g_autoptr (GArray) query = flow_attribute_test_query (&self->attributes[0], &self->reader->key);
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
      gboolean ok = flow_trace_reader_match_attribute (self->reader, segment, &self->attributes[0], query,
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
  if (ok && !listing.no_such_service)
    ok = listing.n_attributes > 0  ? list_by_attribute (&listing, error)
         : asks_for_facts (filter) ? list_by_facts (&listing, error)
                                   : list_by_rows (&listing, error);
  flow_trace_reader_end (self);
  if (!ok)
    return NULL;
  keep_best (&listing, TRUE);
  return g_steal_pointer (&listing.found);
}
