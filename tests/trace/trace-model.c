/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

void
test_model_init (TestModel *self)
{
  self->traces = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  self->ids = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

void
test_model_clear (TestModel *self)
{
  g_hash_table_unref (self->traces);
  g_hash_table_unref (self->ids);
}

static gboolean
is_same (const TestSpan *a, const TestSpan *b)
{
  return a->span_id == b->span_id && a->start_ns == b->start_ns && a->kind == b->kind &&
         g_strcmp0 (a->service, b->service) == 0;
}

static void
take_one (TestModel *self, const TestSpan *span)
{
  GArray *spans = g_hash_table_lookup (self->traces, GUINT_TO_POINTER (span->trace));
  gboolean is_new = g_hash_table_add (self->ids, g_memdup2 (&span->span_id, sizeof span->span_id));

  if (spans == NULL)
    {
      spans = g_array_new (FALSE, FALSE, sizeof (TestSpan));
      g_hash_table_insert (self->traces, GUINT_TO_POINTER (span->trace), spans);
    }
  for (guint i = 0; !is_new && i < spans->len; i++)
    {
      TestSpan *known = &g_array_index (spans, TestSpan, i);

      if (!is_same (known, span))
        continue;
      if (span->end_ns > known->end_ns)
        *known = *span;
      return;
    }
  g_array_append_vals (spans, span, 1);
}

/* What storage.md 6 says about spans that come again. */
void
test_model_take (TestModel *self, const TestSpan *spans, guint count)
{
  for (guint i = 0; i < count; i++)
    take_one (self, &spans[i]);
}

void
test_model_erase (TestModel *self, guint trace)
{
  g_hash_table_remove (self->traces, GUINT_TO_POINTER (trace));
}

guint
test_model_spans (const TestModel *self)
{
  GHashTableIter iter;
  gpointer spans;
  guint count = 0;

  g_hash_table_iter_init (&iter, self->traces);
  while (g_hash_table_iter_next (&iter, NULL, &spans))
    count += ((GArray *) spans)->len;
  return count;
}

static void
compare_attribute (const FlowTraceSpan *span, const FlowAttribute *found, const TestAttribute *wanted)
{
  gsize length;
  const char *text;

  g_assert_cmpstr (flow_dictionary_get (span->strings, found->key, NULL), ==, wanted->key);
  g_assert_cmpint (found->type, ==, wanted->type);
  switch (wanted->type)
    {
    case FLOW_VALUE_STRING:
      g_assert_cmpstr (flow_dictionary_get (span->strings, found->value.string, NULL), ==, wanted->string);
      break;
    case FLOW_VALUE_INT:
      g_assert_cmpint (found->value.integer, ==, wanted->integer);
      break;
    case FLOW_VALUE_DOUBLE:
      g_assert_cmpfloat (found->value.number, ==, wanted->number);
      break;
    case FLOW_VALUE_ANY:
      text = flow_dictionary_get (span->strings, found->value.string, &length);
      g_assert_nonnull (memmem (text, length, wanted->string, strlen (wanted->string)));
      break;
    case FLOW_VALUE_BYTES:
    case FLOW_VALUE_FALSE:
    case FLOW_VALUE_TRUE:
    case FLOW_VALUE_EMPTY:
    default:
      break;
    }
}

static void
compare_extra (const FlowTraceSpan *span, const TestSpan *wanted)
{
  FlowExtraReader reader;
  FlowExtraItem item;
  FlowAttribute attribute;
  guint64 count, expected = 0;
  const char *event = NULL, *message = NULL;

  while (expected < TEST_ATTRIBUTES && wanted->attributes[expected].key != NULL)
    expected++;
  g_assert_true (flow_extra_reader_init (&reader, span->extra, span->extra_length, &count));
  g_assert_cmpuint (count, ==, expected);
  for (guint i = 0; i < count; i++)
    {
      g_assert_true (flow_extra_reader_attribute (&reader, &attribute));
      compare_attribute (span, &attribute, &wanted->attributes[i]);
    }
  while (flow_extra_reader_field (&reader, &item))
    if (item.field == FLOW_FIELD_EVENT)
      event = flow_dictionary_get (span->strings, item.name, NULL);
    else
      message = flow_dictionary_get (span->strings, (guint32) item.number, NULL);
  g_assert_true (reader.at == reader.end);
  g_assert_cmpstr (event, ==, wanted->event);
  g_assert_cmpstr (message, ==, wanted->status_message);
}

static void
compare_span (const FlowTraceSpan *span, const TestSpan *wanted)
{
  g_assert_cmphex (span->parent_id, ==, wanted->parent_id);
  g_assert_cmpuint (span->start_ns, ==, wanted->start_ns);
  g_assert_cmpuint (span->start_ns + (guint64) span->duration_ns, ==, wanted->end_ns);
  g_assert_cmpstr (span->name.data, ==, wanted->name != NULL ? wanted->name : "");
  g_assert_cmpstr (span->service.data, ==, wanted->service != NULL ? wanted->service : "");
  g_assert_cmpstr (span->file.data, ==, wanted->file != NULL ? wanted->file : "");
  g_assert_cmpuint (span->line, ==, wanted->line);
  g_assert_cmpuint (span->kind, ==, wanted->kind);
  g_assert_cmpuint (span->status, ==, wanted->status);
  g_assert_cmpint ((span->flags & FLOW_SPAN_ERROR) != 0, ==, wanted->error);
  g_assert_cmpint (span->scope.length > 0, ==, wanted->scope != NULL);
  if (wanted->scope != NULL)
    g_assert_nonnull (memmem (span->scope.data, span->scope.length, wanted->scope, strlen (wanted->scope)));
  if (wanted->host != NULL)
    g_assert_nonnull (memmem (span->resource.data, span->resource.length, wanted->host, strlen (wanted->host)));
  compare_extra (span, wanted);
}

/* What makes a span the same one. */
typedef struct
{
  guint64 span_id;
  guint64 start_ns;
  guint kind;
  const char *service;
} SpanKey;

static guint
span_key_hash (gconstpointer data)
{
  const SpanKey *key = data;

  return g_int64_hash (&key->span_id) ^ g_int64_hash (&key->start_ns) ^ key->kind;
}

static gboolean
span_key_equal (gconstpointer first, gconstpointer second)
{
  const SpanKey *a = first, *b = second;

  return a->span_id == b->span_id && a->start_ns == b->start_ns && a->kind == b->kind &&
         g_str_equal (a->service, b->service);
}

/* The spans of a trace by what they are; none is there twice. */
static GHashTable *
index_spans (const FlowTrace *trace)
{
  GHashTable *index = g_hash_table_new_full (span_key_hash, span_key_equal, g_free, NULL);

  for (gsize i = 0; i < trace->n_spans; i++)
    {
      const FlowTraceSpan *span = &trace->spans[i];
      SpanKey key = { span->span_id, span->start_ns, span->kind, span->service.data };

      g_assert_true (g_hash_table_insert (index, g_memdup2 (&key, sizeof key), (gpointer) span));
    }
  return index;
}

/* The name is that of the best span, or of another that is as good. */
static void
assert_named (const FlowTraceInfo *info, GArray *spans, const TestSpan *best)
{
  gboolean found = FALSE;

  for (guint i = 0; i < spans->len; i++)
    {
      const TestSpan *span = &g_array_index (spans, TestSpan, i);

      if (span->start_ns == best->start_ns && (span->parent_id == 0) == (best->parent_id == 0))
        found |= g_strcmp0 (info->name, span->name != NULL ? span->name : "") == 0;
    }
  g_assert_true (found);
}

/* The trace's own row: what can be told from its spans. Times may reach further, to versions that were replaced. */
static void
compare_info (const FlowTraceInfo *info, GArray *spans)
{
  const TestSpan *named = NULL;
  guint errors = 0;
  gint64 start = G_MAXINT64, end = 0;
  gboolean location = FALSE;

  for (guint i = 0; i < spans->len; i++)
    {
      const TestSpan *span = &g_array_index (spans, TestSpan, i);
      gboolean root = span->parent_id == 0, had_root = named != NULL && named->parent_id == 0;

      errors += span->error;
      start = MIN (start, flow_clamp_time (span->start_ns));
      end = MAX (end, flow_clamp_time (MAX (span->start_ns, span->end_ns)));
      location |= span->file != NULL;
      if (named == NULL || (root != had_root ? root : span->start_ns < named->start_ns))
        named = span;
      if (span->service != NULL && g_strv_length (info->services) < FLOW_TOUCH_SERVICES)
        g_assert_true (g_strv_contains ((const char *const *) info->services, span->service));
    }
  g_assert_cmpuint (info->spans, ==, spans->len);
  g_assert_cmpuint (info->errors, ==, errors);
  g_assert_cmpint (info->start_ns, ==, start);
  g_assert_cmpint (info->end_ns, ==, end);
  assert_named (info, spans, named);
  g_assert_true (info->has_location || !location);
}

static void
compare_trace (FlowTraceReader *reader, guint number, GArray *spans)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTrace) trace = NULL;
  g_autoptr (GHashTable) index = NULL;
  guint8 id[16];

  test_trace_id (number, id);
  trace = flow_trace_reader_load (reader, id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trace->n_spans, ==, spans->len);
  index = index_spans (trace);
  for (guint i = 0; i < spans->len; i++)
    {
      const TestSpan *wanted = &g_array_index (spans, TestSpan, i);
      SpanKey key = { wanted->span_id, wanted->start_ns, wanted->kind, wanted->service != NULL ? wanted->service : "" };
      const FlowTraceSpan *span = g_hash_table_lookup (index, &key);

      g_assert_nonnull (span);
      compare_span (span, wanted);
    }
  compare_info (trace->info, spans);
}

/* Everything that the model has is there as it is, and nothing else. */
void
test_model_compare (const TestModel *self, FlowTraceReader *reader)
{
  g_autoptr (GError) error = NULL;
  FlowTraceFilter filter = { .limit = 1000000 };
  g_autoptr (GPtrArray) list = flow_trace_reader_list (reader, &filter, &error);
  GHashTableIter iter;
  gpointer number, spans;

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, g_hash_table_size (self->traces));
  g_hash_table_iter_init (&iter, self->traces);
  while (g_hash_table_iter_next (&iter, &number, &spans))
    compare_trace (reader, GPOINTER_TO_UINT (number), spans);
}
