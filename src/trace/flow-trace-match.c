/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-match.h"

#include "base/flow-error.h"
#include "trace/flow-trace-touch.h"

#define ID_DIGITS 32

static gboolean
add_service (FlowTraceMatch *self, const char *name, GError **error)
{
  guint32 service;

  if (!flow_trace_reader_service_number (self->reader, name, &service, error))
    return FALSE;
  g_array_append_val (self->services, service);
  self->nothing |= service == 0;
  return TRUE;
}

static gboolean
add_attribute (FlowTraceMatch *self, const char *text, GError **error)
{
  self->attributes = g_renew (FlowAttributeTest, self->attributes, self->n_attributes + 1);
  if (!flow_attribute_test_init (&self->attributes[self->n_attributes], text, error))
    return FALSE;
  self->n_attributes++;
  return TRUE;
}

/**
 * flow_trace_match_init:
 * @self: what to fill; clear it also after a failure
 * @reader: in a read transaction
 * @filter: lives as long as @self
 *
 * Make a filter ready.
 *
 * Returns: %FALSE with @error: %FLOW_ERROR_BAD_ARGUMENT for an attribute that is not key=value
 */
gboolean
flow_trace_match_init (FlowTraceMatch *self, FlowTraceReader *reader, const FlowTraceFilter *filter, GError **error)
{
  *self = (FlowTraceMatch) {
    .reader = reader,
    .filter = filter,
    .services = g_array_new (FALSE, FALSE, sizeof (guint32)),
    .words = g_ptr_array_new_with_free_func (g_free),
  };
  if (filter->name != NULL)
    g_ptr_array_add (self->words, g_ascii_strdown (filter->name, -1));
  for (guint i = 0; filter->words != NULL && filter->words[i] != NULL; i++)
    g_ptr_array_add (self->words, g_ascii_strdown (filter->words[i], -1));
  if (filter->service != NULL && !add_service (self, filter->service, error))
    return FALSE;
  for (guint i = 0; filter->services != NULL && filter->services[i] != NULL; i++)
    if (!add_service (self, filter->services[i], error))
      return FALSE;
  for (guint i = 0; filter->attributes != NULL && filter->attributes[i] != NULL; i++)
    if (!add_attribute (self, filter->attributes[i], error))
      return FALSE;
  return flow_trace_match_places_init (self, error);
}

/** flow_trace_match_asks_for_facts: whether only a trace with facts of the user's own can match. */
gboolean
flow_trace_match_asks_for_facts (const FlowTraceFilter *filter)
{
  return filter->tag != NULL || filter->has_note || filter->has_tags || filter->pinned;
}

/** flow_trace_match_clear: give up what it holds. */
void
flow_trace_match_clear (FlowTraceMatch *self)
{
  g_clear_pointer (&self->services, g_array_unref);
  g_clear_pointer (&self->words, g_ptr_array_unref);
  g_clear_pointer (&self->attributes, g_free);
  flow_trace_match_places_clear (self);
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
has_services (const FlowTraceMatch *self, sqlite3_stmt *row)
{
  const guint8 *services;
  gsize length;

  if (self->services->len == 0)
    return TRUE;
  services = sqlite3_column_blob (row, FLOW_TRACE_ROW_SERVICES);
  length = (gsize) sqlite3_column_bytes (row, FLOW_TRACE_ROW_SERVICES);
  for (guint i = 0; i < self->services->len; i++)
    if (!has_service (services, length, g_array_index (self->services, guint32, i)))
      return FALSE;
  return TRUE;
}

/* A million names are looked at for one answer, so none is copied. */
static gboolean
contains (const char *text, const char *lower)
{
  for (; *text != '\0'; text++)
    {
      gsize i = 0;

      while (lower[i] != '\0' && g_ascii_tolower (text[i]) == lower[i])
        i++;
      if (lower[i] == '\0')
        return TRUE;
    }
  return *lower == '\0';
}

static gboolean
is_id (const char *word, gconstpointer id, gsize length)
{
  if (length != ID_DIGITS / 2 || strlen (word) != ID_DIGITS)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      int high = g_ascii_xdigit_value (word[i * 2]), low = g_ascii_xdigit_value (word[i * 2 + 1]);

      if (high < 0 || low < 0 || ((const guint8 *) id)[i] != (high << 4 | low))
        return FALSE;
    }
  return TRUE;
}

/* The user's own name for it counts as well. */
static gboolean
title_contains (const FlowTraceMatch *self, sqlite3_stmt *row, const char *lower)
{
  g_autoptr (FlowTraceFacts) facts = NULL;

  if (sqlite3_column_bytes (row, FLOW_TRACE_ROW_ID) == ID_DIGITS / 2)
    facts = flow_trace_reader_find_facts (self->reader, sqlite3_column_blob (row, FLOW_TRACE_ROW_ID));
  return facts != NULL && contains (facts->title, lower);
}

static gboolean
has_words (const FlowTraceMatch *self, sqlite3_stmt *row)
{
  const char *name;

  if (self->words->len == 0)
    return TRUE;
  name = (const char *) sqlite3_column_text (row, FLOW_TRACE_ROW_NAME);
  for (guint i = 0; i < self->words->len; i++)
    if (!contains (name != NULL ? name : "", self->words->pdata[i]) &&
        !title_contains (self, row, self->words->pdata[i]) &&
        !is_id (self->words->pdata[i], sqlite3_column_blob (row, FLOW_TRACE_ROW_ID),
                (gsize) sqlite3_column_bytes (row, FLOW_TRACE_ROW_ID)))
      return FALSE;
  return TRUE;
}

static gboolean
in_time (const FlowTraceFilter *filter, gint64 t0, gint64 t1)
{
  return (filter->since_ns == 0 || t1 >= filter->since_ns) && (filter->until_ns == 0 || t0 <= filter->until_ns) &&
         (filter->min_duration_ns == 0 || t1 - t0 >= filter->min_duration_ns) &&
         (filter->max_duration_ns == 0 || t1 - t0 <= filter->max_duration_ns);
}

static gboolean
has_marks (const FlowTraceFilter *filter, sqlite3_stmt *row)
{
  if ((filter->errors_only || filter->ok_only) &&
      filter->errors_only != (sqlite3_column_int64 (row, FLOW_TRACE_ROW_ERRORS) != 0))
    return FALSE;
  if (filter->has_logs && sqlite3_column_int64 (row, FLOW_TRACE_ROW_LOGS) == 0)
    return FALSE;
  return !filter->has_location || (sqlite3_column_int64 (row, FLOW_TRACE_ROW_FLAGS) & FLOW_TRACE_LOCATION) != 0;
}

static gboolean
has_facts (const FlowTraceMatch *self, sqlite3_stmt *row)
{
  g_autoptr (FlowTraceFacts) facts = NULL;

  if (!flow_trace_match_asks_for_facts (self->filter))
    return TRUE;
  if (sqlite3_column_bytes (row, FLOW_TRACE_ROW_ID) == ID_DIGITS / 2)
    facts = flow_trace_reader_find_facts (self->reader, sqlite3_column_blob (row, FLOW_TRACE_ROW_ID));
  return flow_trace_filter_match_facts (self->filter, facts);
}

/**
 * flow_trace_match_row:
 * @row: a row of trace-newest or trace-one
 *
 * Returns: whether all holds that the row tells by itself; attributes are left to flow_trace_match_attributes()
 */
gboolean
flow_trace_match_row (const FlowTraceMatch *self, sqlite3_stmt *row)
{
  const FlowTraceFilter *filter = self->filter;
  guint64 number = (guint64) sqlite3_column_int64 (row, FLOW_TRACE_ROW_NUMBER);

  return !self->nothing && (filter->before_number == 0 || number < filter->before_number) &&
         sqlite3_column_int64 (row, FLOW_TRACE_ROW_SPANS) != 0 &&
         in_time (filter, sqlite3_column_int64 (row, FLOW_TRACE_ROW_START),
                  sqlite3_column_int64 (row, FLOW_TRACE_ROW_END)) &&
         has_marks (filter, row) && has_services (self, row) && has_facts (self, row) && has_words (self, row) &&
         flow_trace_match_has_place (self, number);
}

static gboolean
spans_have (const FlowTrace *trace, const FlowAttributeTest *test)
{
  for (gsize i = 0; i < trace->n_spans; i++)
    {
      const FlowTraceSpan *span = &trace->spans[i];

      if (flow_attribute_test_extra (test, span->strings, span->extra, span->extra_length) ||
          flow_attribute_test_header (test, span->resource.data, span->resource.length))
        return TRUE;
    }
  return FALSE;
}

/**
 * flow_trace_match_attributes:
 * @trace_id: a trace whose row matches
 * @from: the attributes before this one are known to match
 * @matches: (out): whether some span has each of the others
 *
 * Ask a trace's spans, which are read only when there is an attribute left.
 *
 * Returns: %FALSE with @error when they could not be read
 */
gboolean
flow_trace_match_attributes (const FlowTraceMatch *self, const guint8 trace_id[16], guint from, gboolean *matches,
                             GError **error)
{
  g_autoptr (FlowTrace) trace = NULL;

  *matches = TRUE;
  if (from >= self->n_attributes)
    return TRUE;
  trace = flow_trace_reader_load (self->reader, trace_id, error);
  if (trace == NULL)
    return FALSE;
  for (guint i = from; i < self->n_attributes && *matches; i++)
    *matches = spans_have (trace, &self->attributes[i]);
  return TRUE;
}

/**
 * flow_trace_match_sort_value:
 * @row: a row of trace-newest or trace-one
 *
 * Returns: what the filter sorts by: greater comes first, and then the later arrival
 */
gint64
flow_trace_match_sort_value (const FlowTraceMatch *self, sqlite3_stmt *row)
{
  switch (self->filter->sort)
    {
    case FLOW_TRACE_SORT_START:
      return sqlite3_column_int64 (row, FLOW_TRACE_ROW_START);
    case FLOW_TRACE_SORT_DURATION:
      return sqlite3_column_int64 (row, FLOW_TRACE_ROW_END) - sqlite3_column_int64 (row, FLOW_TRACE_ROW_START);
    case FLOW_TRACE_SORT_SPANS:
      return sqlite3_column_int64 (row, FLOW_TRACE_ROW_SPANS);
    case FLOW_TRACE_SORT_ERRORS:
      return sqlite3_column_int64 (row, FLOW_TRACE_ROW_ERRORS);
    case FLOW_TRACE_SORT_NEWEST:
    default:
      return sqlite3_column_int64 (row, FLOW_TRACE_ROW_NUMBER);
    }
}
