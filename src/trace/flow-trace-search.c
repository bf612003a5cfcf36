/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "trace/flow-bloom.h"
#include "trace/flow-otlp-wire.h"
#include "trace/flow-trace-reader-private.h"
#include "trace/flow-value-json.h"

#define DEFAULT_LIMIT 100
/* Bytes of a value that a hit shows. */
#define SHOWN 200

#define SEARCH_COLUMNS                                                                                                 \
  (FLOW_COLUMN_BIT (FLOW_COLUMN_TRACE) | FLOW_COLUMN_BIT (FLOW_COLUMN_RESOURCE) | FLOW_COLUMN_BIT (FLOW_COLUMN_NAME) | \
   FLOW_COLUMN_BIT (FLOW_COLUMN_EXTRA_LENGTH))

/** flow_trace_reader_bloom: whether a segment may hold the words of @query. A part always may. */
gboolean
flow_trace_reader_bloom (FlowTraceReader *self, const FlowSegment *segment, const GArray *query, gboolean *may_hold,
                         GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  *may_hold = TRUE;
  if (!segment->sealed || query->len == 0)
    return TRUE;
  if (!flow_sql_prepare (self->db, "segment-bloom", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) segment->id);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row)
    *may_hold = flow_bloom_may_hold (sqlite3_column_blob (stmt, 0), (gsize) sqlite3_column_bytes (stmt, 0), query);
  return TRUE;
}

/* Which resources of the segment have the attribute: 0 not looked at, 1 no, 2 yes. */
static gboolean
resource_matches (const FlowSegment *segment, const FlowAttributeTest *test, gsize row, guint8 *known)
{
  guint32 id = (guint32) flow_segment_get (segment, FLOW_COLUMN_RESOURCE, row);
  gsize length;
  const char *header = flow_dictionary_get (segment->strings, id, &length);

  if (id >= flow_dictionary_size (segment->strings))
    return FALSE;
  if (known[id] == 0)
    known[id] = flow_attribute_test_header (test, header, length) ? 2 : 1;
  return known[id] == 2;
}

/**
 * flow_trace_reader_match_attribute:
 * @stopped: (out): whether @match said to stop
 *
 * Call @match for each row that has an attribute, of its own or of its resource, last row first.
 */
gboolean
flow_trace_reader_match_attribute (FlowTraceReader *self, FlowSegment *segment, const FlowAttributeTest *test,
                                   const GArray *bloom_query, FlowMatch match, gpointer data, gboolean *stopped,
                                   GError **error)
{
  g_autofree guint8 *known = NULL;
  gboolean may_hold;
  guint32 key;

  *stopped = FALSE;
  if (!flow_trace_reader_bloom (self, segment, bloom_query, &may_hold, error))
    return FALSE;
  if (!may_hold)
    return TRUE;
  if (!flow_segment_need_text (segment, self->db, error) ||
      !flow_segment_need_columns (segment, self->db, SEARCH_COLUMNS, error))
    return FALSE;
  known = g_malloc0 (flow_dictionary_size (segment->strings));
  may_hold = flow_dictionary_lookup (segment->strings, test->key, test->key_length, &key);
  for (gsize row = segment->rows; row > 0 && !*stopped; row--)
    {
      gsize length;
      const guint8 *extra = flow_segment_extra (segment, row - 1, &length);

      if ((may_hold && flow_attribute_test_extra (test, segment->strings, extra, length)) ||
          resource_matches (segment, test, row - 1, known))
        *stopped = !match (segment, row - 1, data);
    }
  return TRUE;
}

typedef struct
{
  FlowTraceReader *reader;
  const char *text;
  gsize length;
  guint limit;
  GPtrArray *hits;
  guint8 *matches; /* Match of each dictionary id of the segment at hand */
  guint32 n_matches;
  const char *bytes; /* the protobuf bytes that are looked into */
  gboolean found;
} Search;

/* What is known of a string. Protobuf bytes (arrays, maps, resources) hold the text in one of their strings. */
typedef enum
{
  MATCH_NO,
  MATCH_YES,
  MATCH_SOMEWHERE, /* the text is there, perhaps not as words */
  MATCH_INSIDE_YES,
  MATCH_INSIDE_NO,
} Match;

static void
match_any_string (const char *text, gsize length, gpointer data)
{
  Search *self = data;
  gsize before = (gsize) (text - self->bytes);

  if (before < FLOW_BLOOM_TEXT &&
      flow_words_match (text, MIN (length, FLOW_BLOOM_TEXT - before), self->text, self->length))
    self->found = TRUE;
}

static void
match_strings (Search *self, const FlowSegment *segment)
{
  guint32 size = flow_dictionary_size (segment->strings);

  self->matches = g_realloc (self->matches, size);
  memset (self->matches, 0, size);
  self->n_matches = 0;
  for (guint32 id = 1; id < size; id++)
    {
      gsize length;
      const char *text = flow_dictionary_get (segment->strings, id, &length);

      if (!flow_text_holds (text, length, self->text, self->length))
        continue;
      self->matches[id] = flow_words_match (text, length, self->text, self->length) ? MATCH_YES : MATCH_SOMEWHERE;
      self->n_matches++;
    }
}

static gboolean
is_match (const Search *self, const FlowSegment *segment, guint32 id)
{
  return id < flow_dictionary_size (segment->strings) && self->matches[id] == MATCH_YES;
}

typedef void (*VisitFunc) (Search *self, const char *bytes, gsize length);

static void
visit_any_value (Search *self, const char *bytes, gsize length)
{
  flow_any_value_visit_strings (bytes, length, match_any_string, self);
}

/* Whether one of the strings in protobuf bytes has the text; found out once. */
static gboolean
is_match_inside (Search *self, const FlowSegment *segment, guint32 id, VisitFunc visit)
{
  gsize length;

  if (id >= flow_dictionary_size (segment->strings) || self->matches[id] == MATCH_NO)
    return FALSE;
  if (self->matches[id] < MATCH_INSIDE_YES)
    {
      self->found = FALSE;
      self->bytes = flow_dictionary_get (segment->strings, id, &length);
      visit (self, self->bytes, length);
      self->matches[id] = self->found ? MATCH_INSIDE_YES : MATCH_INSIDE_NO;
    }
  return self->matches[id] == MATCH_INSIDE_YES;
}

static gboolean
value_matches (Search *self, const FlowSegment *segment, const FlowAttribute *attribute)
{
  if (attribute->type == FLOW_VALUE_STRING)
    return is_match (self, segment, attribute->value.string);
  return attribute->type == FLOW_VALUE_ANY &&
         is_match_inside (self, segment, attribute->value.string, visit_any_value);
}

static char *
shown (const char *text, gsize length)
{
  const char *end;
  g_autofree char *cut = g_strndup (text, MIN (length, SHOWN));

  if (g_utf8_validate (cut, -1, &end) || end == cut)
    return g_utf8_make_valid (cut, -1);
  return g_strndup (cut, (gsize) (end - cut));
}

static char *
string_of (const FlowSegment *segment, guint32 id)
{
  gsize length;
  const char *text = flow_dictionary_get (segment->strings, id, &length);

  return shown (text, length);
}

static char *
value_text (const FlowSegment *segment, const FlowAttribute *attribute)
{
  gsize length;
  const char *bytes = flow_dictionary_get (segment->strings, attribute->value.string, &length);
  g_autofree char *text = NULL;

  if (attribute->type == FLOW_VALUE_STRING)
    return shown (bytes, length);
  text = flow_any_value_to_text (bytes, length);
  return shown (text, strlen (text));
}

/* Where in a row the text is: the key and value, or FALSE. */
static gboolean
search_attributes (Search *self, const FlowSegment *segment, FlowExtraReader *reader, guint64 count, const char *where,
                   FlowSearchHit *hit)
{
  gboolean found = FALSE;

  for (guint64 i = 0; i < count; i++)
    {
      FlowAttribute attribute;

      if (!flow_extra_reader_attribute (reader, &attribute))
        return found;
      if (found || !value_matches (self, segment, &attribute))
        continue;
      found = TRUE;
      hit->key = where != NULL ? g_strdup (where) : string_of (segment, attribute.key);
      hit->value = value_text (segment, &attribute);
    }
  return found;
}

static gboolean
search_extra (Search *self, const FlowSegment *segment, gsize row, FlowSearchHit *hit)
{
  FlowExtraReader reader;
  FlowExtraItem item;
  guint64 count;
  gsize length;
  const guint8 *extra = flow_segment_extra (segment, row, &length);

  if (!flow_extra_reader_init (&reader, extra, length, &count))
    return FALSE;
  if (search_attributes (self, segment, &reader, count, NULL, hit))
    return TRUE;
  while (flow_extra_reader_field (&reader, &item))
    {
      const char *where = item.field == FLOW_FIELD_EVENT ? "event" : item.field == FLOW_FIELD_BODY ? "body" : NULL;
      guint32 id = item.field == FLOW_FIELD_EVENT ? item.name : (guint32) item.number;

      if ((item.field == FLOW_FIELD_EVENT || item.field == FLOW_FIELD_STATUS_MESSAGE ||
           item.field == FLOW_FIELD_EVENT_NAME) &&
          is_match (self, segment, id))
        {
          hit->key = g_strdup (item.field == FLOW_FIELD_STATUS_MESSAGE ? "status" : "event");
          hit->value = string_of (segment, id);
          return TRUE;
        }
      if (search_attributes (self, segment, &reader, item.count, where, hit))
        return TRUE;
    }
  return FALSE;
}

/* The values of the resource's attributes: ResourceSpans.resource = 1, Resource.attributes = 1, KeyValue.value = 2. */
static void
visit_header (Search *self, const char *header, gsize length)
{
  FlowWire wire = { (const guint8 *) header, (const guint8 *) header + length }, resource, pair, value;
  guint32 tag;

  if (length == 0 || !flow_wire_tag (&wire, &tag) || tag != FLOW_WIRE_TAG (1, BYTES) ||
      !flow_wire_bytes (&wire, &resource))
    return;
  while (resource.at < resource.end && flow_wire_tag (&resource, &tag))
    {
      if (tag != FLOW_WIRE_TAG (1, BYTES))
        {
          if (!flow_wire_skip (&resource, tag))
            return;
          continue;
        }
      if (!flow_wire_bytes (&resource, &pair))
        return;
      while (pair.at < pair.end && flow_wire_tag (&pair, &tag))
        if (tag != FLOW_WIRE_TAG (2, BYTES))
          {
            if (!flow_wire_skip (&pair, tag))
              return;
          }
        else if (flow_wire_bytes (&pair, &value))
          flow_any_value_visit_strings (value.at, flow_wire_left (&value), match_any_string, self);
        else
          return;
    }
}

static gboolean
search_resource (Search *self, const FlowSegment *segment, gsize row, FlowSearchHit *hit)
{
  guint32 id = (guint32) flow_segment_get (segment, FLOW_COLUMN_RESOURCE, row);

  if (!is_match_inside (self, segment, id, visit_header))
    return FALSE;
  hit->key = g_strdup ("resource");
  hit->value = g_strndup (self->text, self->length);
  return TRUE;
}

static gboolean
search_row (Search *self, const FlowSegment *segment, gsize row, FlowSearchHit *hit)
{
  guint32 name = (guint32) flow_segment_get (segment, FLOW_COLUMN_NAME, row);

  if (is_match (self, segment, name))
    {
      hit->key = g_strdup (segment->signal == FLOW_SIGNAL_TRACES ? "name" : "body");
      hit->value = string_of (segment, name);
      return TRUE;
    }
  return search_extra (self, segment, row, hit) || search_resource (self, segment, row, hit);
}

void
flow_search_hit_free (FlowSearchHit *hit)
{
  g_free (hit->name);
  g_free (hit->service);
  g_free (hit->key);
  g_free (hit->value);
  g_free (hit);
}

static gboolean
complete_hit (Search *self, FlowSegment *segment, gsize row, FlowSearchHit *hit, GError **error)
{
  guint64 number;
  FlowTraceInfo *info;
  GError *local = NULL;

  if (!flow_segment_need_columns (segment, self->reader->db,
                                  FLOW_COLUMN_BIT (FLOW_COLUMN_SPAN_ID) | FLOW_COLUMN_BIT (FLOW_COLUMN_START) |
                                      FLOW_COLUMN_BIT (FLOW_COLUMN_SERVICE),
                                  error))
    return FALSE;
  hit->signal = segment->signal;
  hit->span_id = flow_segment_get (segment, FLOW_COLUMN_SPAN_ID, row);
  hit->time_ns = flow_segment_get (segment, FLOW_COLUMN_START, row);
  hit->name = string_of (segment, (guint32) flow_segment_get (segment, FLOW_COLUMN_NAME, row));
  hit->service = flow_trace_reader_service_name (self->reader,
                                                 (guint32) flow_segment_get (segment, FLOW_COLUMN_SERVICE, row));
  number = flow_segment_get (segment, FLOW_COLUMN_TRACE, row);
  info = number != 0 ? flow_trace_reader_info_by_number (self->reader, number, &local) : NULL;
  if (info != NULL)
    {
      memcpy (hit->trace_id, info->trace_id, 16);
      flow_trace_info_unref (info);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
search_segment (Search *self, FlowSegment *segment, const GArray *query, GError **error)
{
  gboolean may_hold;

  if (!flow_trace_reader_bloom (self->reader, segment, query, &may_hold, error))
    return FALSE;
  if (!may_hold)
    return TRUE;
  if (!flow_segment_need_text (segment, self->reader->db, error) ||
      !flow_segment_need_columns (segment, self->reader->db, SEARCH_COLUMNS, error))
    return FALSE;
  match_strings (self, segment);
  if (self->n_matches == 0)
    return TRUE;
  for (gsize row = segment->rows; row > 0 && self->hits->len < self->limit; row--)
    {
      FlowSearchHit found = { 0 };
      FlowSearchHit *hit;

      if (!search_row (self, segment, row - 1, &found))
        continue;
      hit = g_memdup2 (&found, sizeof found);
      g_ptr_array_add (self->hits, hit);
      if (!complete_hit (self, segment, row - 1, hit, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
search_signal (Search *self, FlowSignal signal, const GArray *query, GError **error)
{
  GArray *directory = flow_trace_reader_directory (self->reader, signal, error);

  for (guint i = directory != NULL ? directory->len : 0; i > 0 && self->hits->len < self->limit; i--)
    {
      FlowSegment *segment = flow_trace_reader_segment (self->reader,
                                                        &g_array_index (directory, FlowSegmentEntry, i - 1));
      gboolean ok = search_segment (self, segment, query, error);

      flow_trace_reader_settle (self->reader, segment);
      if (!ok)
        return FALSE;
    }
  return directory != NULL;
}

static int
compare_hits (gconstpointer a, gconstpointer b)
{
  const FlowSearchHit *left = *(FlowSearchHit *const *) a, *right = *(FlowSearchHit *const *) b;

  return left->time_ns > right->time_ns ? -1 : left->time_ns < right->time_ns;
}

/**
 * flow_trace_reader_search:
 * @text: whole words, as they stand beside each other; ASCII case does not matter
 * @limit: 0: 100
 *
 * Find spans and logs by what is written in them: names, attribute values, events, status, log bodies, resources.
 * Newest first, as they arrived; the hits are then ordered by time.
 *
 * Returns: (transfer full) (element-type FlowSearchHit) (nullable): %NULL with @error
 */
GPtrArray *
flow_trace_reader_search (FlowTraceReader *self, const char *text, guint limit, GError **error)
{
  Search search = { self, text, strlen (text), limit > 0 ? limit : DEFAULT_LIMIT };
  g_autoptr (GArray) query = flow_bloom_query_new (&self->key, text, strlen (text));
  g_autoptr (GPtrArray) hits = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_search_hit_free);
  gboolean ok;

  search.hits = hits;
  if (!flow_trace_reader_begin (self, error))
    return NULL;
  ok = search_signal (&search, FLOW_SIGNAL_TRACES, query, error);
  if (ok)
    {
      search.limit = hits->len + (limit > 0 ? limit : DEFAULT_LIMIT);
      ok = search_signal (&search, FLOW_SIGNAL_LOGS, query, error);
    }
  flow_trace_reader_end (self);
  g_free (search.matches);
  if (!ok)
    return NULL;
  g_ptr_array_sort (hits, compare_hits);
  if (hits->len > (limit > 0 ? limit : DEFAULT_LIMIT))
    g_ptr_array_set_size (hits, (gint) (limit > 0 ? limit : DEFAULT_LIMIT));
  return g_steal_pointer (&hits);
}
