/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-span-filter-text"

#include "trace/flow-span-filter-text.h"

#include <string.h>

#include "base/flow-error.h"
#include "trace/flow-id-table.h"
#include "trace/flow-time-text.h"
#include "trace/flow-trace-reader-private.h"

/* How often somebody may stop a long search. */
#define NODES_A_TURN 65536

typedef enum
{
  TEST_NAME,
  TEST_SERVICE,
  TEST_LONGER,  /* by nanoseconds */
  TEST_SHORTER, /* by nanoseconds */
  TEST_LONGER_SHARE,
  TEST_SHORTER_SHARE, /* of the whole trace */
  TEST_FLAGS,
  TEST_NO_FLAGS,
  TEST_KIND,
  TEST_ATTRIBUTE,
} TestType;

typedef struct
{
  TestType type;
  gboolean negated;
  char *text; /* folded for names and services */
  gint64 ns;
  double share;
  guint8 flags;
  FlowNodeKind kind;
  FlowAttributeTest attribute; /* points into text */
} Test;

struct _FlowSpanFilterText
{
  gatomicrefcount references;
  GArray *tests;
};

static void
test_clear (gpointer data)
{
  g_free (((Test *) data)->text);
}

/* A word, or several in quotation marks; quotation marks may stand inside of a word: key="a b". */
static char *
next_word (const char **text, gboolean *quoted)
{
  GString *word = g_string_new (NULL);
  gboolean inside = FALSE;
  const char *at = *text;

  while (g_ascii_isspace (*at))
    at++;
  *quoted = *at == '"';
  for (; *at != '\0' && (inside || !g_ascii_isspace (*at)); at++)
    {
      if (*at == '\\' && inside && (at[1] == '"' || at[1] == '\\'))
        g_string_append_c (word, *++at);
      else if (*at == '"')
        inside = !inside;
      else
        g_string_append_c (word, *at);
    }
  *text = at;
  return g_string_free (word, FALSE);
}

static gboolean
parse_length (Test *test, const char *word, GError **error)
{
  gboolean longer = word[0] == '>';
  const char *number = word + 1 + (word[1] == '=');
  char *end;
  double share = g_ascii_strtod (number, &end);

  if (end > number && g_str_equal (end, "%"))
    {
      test->type = longer ? TEST_LONGER_SHARE : TEST_SHORTER_SHARE;
      test->share = share / 100;
      return TRUE;
    }
  test->type = longer ? TEST_LONGER : TEST_SHORTER;
  return flow_duration_parse (number, &test->ns, error);
}

static const struct
{
  const char *word;
  TestType type;
  guint8 flags;
  FlowNodeKind kind;
} fixed_words[] = {
  { "status:error", TEST_FLAGS, FLOW_NODE_ERROR, 0 },
  { "status:ok", TEST_NO_FLAGS, FLOW_NODE_ERROR, 0 },
  { "has:location", TEST_FLAGS, FLOW_NODE_LOCATION, 0 },
  { "has:logs", TEST_FLAGS, FLOW_NODE_EVENTS, 0 },
  { "has:events", TEST_FLAGS, FLOW_NODE_EVENTS, 0 },
  { "has:errors", TEST_FLAGS, FLOW_NODE_ERROR | FLOW_NODE_ERROR_BELOW, 0 },
  { "is:critical", TEST_FLAGS, FLOW_NODE_CRITICAL, 0 },
  { "is:odd", TEST_FLAGS, FLOW_NODE_SKEW | FLOW_NODE_NEGATIVE | FLOW_NODE_CYCLE, 0 },
  { "is:log", TEST_KIND, 0, FLOW_NODE_LOG },
  { "is:event", TEST_KIND, 0, FLOW_NODE_EVENT },
  { "is:span", TEST_KIND, 0, FLOW_NODE_SPAN },
};

static gboolean
parse_fixed (Test *test, const char *word, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fixed_words); i++)
    if (g_ascii_strcasecmp (word, fixed_words[i].word) == 0)
      {
        test->type = fixed_words[i].type;
        test->flags = fixed_words[i].flags;
        test->kind = fixed_words[i].kind;
        return TRUE;
      }
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
               "“%s” is not known; write status:error, status:ok, has:location, has:logs, has:errors, is:critical, "
               "is:odd or is:log",
               word);
  return FALSE;
}

static gboolean
is_fixed (const char *word)
{
  return g_ascii_strncasecmp (word, "status:", 7) == 0 || g_ascii_strncasecmp (word, "has:", 4) == 0 ||
         g_ascii_strncasecmp (word, "is:", 3) == 0;
}

static gboolean
parse_word (Test *test, const char *word, gboolean quoted, GError **error)
{
  if (!quoted && (word[0] == '>' || word[0] == '<'))
    return parse_length (test, word, error);
  if (!quoted && is_fixed (word))
    return parse_fixed (test, word, error);
  if (!quoted && g_ascii_strncasecmp (word, "service:", 8) == 0)
    {
      test->type = TEST_SERVICE;
      test->text = g_utf8_casefold (word + 8, -1);
      return TRUE;
    }
  if (!quoted && strchr (word, '=') != NULL && word[0] != '=')
    {
      test->type = TEST_ATTRIBUTE;
      test->text = g_strdup (word);
      return flow_attribute_test_init (&test->attribute, test->text, error);
    }
  test->type = TEST_NAME;
  test->text = g_utf8_casefold (word, -1);
  return TRUE;
}

/**
 * flow_span_filter_text_parse:
 * @text: words that names contain, `key=value`, `>200ms`, `<1s`, `>2.5%` of the trace, `service:NAME`, `status:error`,
 *   `has:location`, `is:critical`; quotation marks keep spaces, a minus sign before any of them turns it round
 * @error: return location
 *
 * Read a filter.
 *
 * Returns: (transfer full) (nullable): the filter, or %NULL with %FLOW_ERROR_BAD_ARGUMENT
 */
FlowSpanFilterText *
flow_span_filter_text_parse (const char *text, GError **error)
{
  g_autoptr (FlowSpanFilterText) self = g_new0 (FlowSpanFilterText, 1);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  const char *at = valid;

  g_atomic_ref_count_init (&self->references);
  self->tests = g_array_new (FALSE, TRUE, sizeof (Test));
  g_array_set_clear_func (self->tests, test_clear);
  while (*(at += strspn (at, " \t\n\r\f\v")) != '\0')
    {
      gboolean negated = at[0] == '-' && at[1] != '\0' && !g_ascii_isspace (at[1]), quoted;
      g_autofree char *word = NULL;
      Test test = { .negated = negated };
      gboolean fine;

      at += negated;
      word = next_word (&at, &quoted);
      if (*word == '\0')
        continue;
      fine = parse_word (&test, word, quoted, error);
      g_array_append_val (self->tests, test);
      if (!fine)
        return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * flow_span_filter_text_ref:
 * @self: a filter
 *
 * Returns: (transfer full): @self
 */
FlowSpanFilterText *
flow_span_filter_text_ref (FlowSpanFilterText *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
flow_span_filter_text_unref (FlowSpanFilterText *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_array_unref (self->tests);
  g_free (self);
}

/**
 * flow_span_filter_text_is_empty:
 * @self: a filter
 *
 * Returns: whether it asks for nothing
 */
gboolean
flow_span_filter_text_is_empty (const FlowSpanFilterText *self)
{
  return self->tests->len == 0;
}

/**
 * flow_span_filter_text_needs_attributes:
 * @self: a filter
 *
 * Returns: whether an outline alone cannot answer it
 */
gboolean
flow_span_filter_text_needs_attributes (const FlowSpanFilterText *self)
{
  for (guint i = 0; i < self->tests->len; i++)
    if (g_array_index (self->tests, Test, i).type == TEST_ATTRIBUTE)
      return TRUE;
  return FALSE;
}

/* Names repeat, so each one is looked at once. */
static guint8 *
match_strings (const GPtrArray *strings, const char *wanted)
{
  guint8 *found = g_malloc0 (MAX (strings->len, 1));

  for (guint i = 0; i < strings->len; i++)
    {
      g_autofree char *folded = g_utf8_casefold (g_ptr_array_index (strings, i), -1);

      found[i] = strstr (folded, wanted) != NULL;
    }
  return found;
}

static gboolean
span_has (const Test *test, const FlowTraceSpan *span)
{
  return flow_attribute_test_extra (&test->attribute, span->strings, span->extra, span->extra_length) ||
         flow_attribute_test_header (&test->attribute, span->resource.data, span->resource.length);
}

static gboolean
log_has (const Test *test, const FlowTraceLog *record)
{
  return flow_attribute_test_extra (&test->attribute, record->strings, record->extra, record->extra_length) ||
         flow_attribute_test_header (&test->attribute, record->resource.data, record->resource.length);
}

static gboolean
has_attribute (const Test *test, const FlowOutlineNode *node, guint source, const FlowTrace *trace)
{
  if (node->kind == FLOW_NODE_SPAN && source < trace->n_spans)
    return span_has (test, &trace->spans[source]);
  if (node->kind == FLOW_NODE_LOG && source < trace->n_logs)
    return log_has (test, &trace->logs[source]);
  return FALSE;
}

/* For an outline whose nodes do not know their place in the trace. */
static void
collect_ids (const Test *test, const FlowTrace *trace, FlowIdTable *ids)
{
  for (gsize i = 0; i < trace->n_spans; i++)
    if (span_has (test, &trace->spans[i]))
      flow_id_table_add (ids, trace->spans[i].span_id, 1);
}

typedef struct
{
  const FlowTraceOutline *outline;
  const FlowTrace *trace;
  const guint8 *strings;  /* whether the nth name or service holds the text */
  const FlowIdTable *ids; /* spans that have the attribute, for an outline without sources */
} Subject;

static gboolean
holds (const Test *test, const FlowOutlineNode *node, const Subject *subject)
{
  gboolean lasts = node->kind == FLOW_NODE_SPAN;
  double whole = (double) MAX (1, subject->outline->length_ns);

  switch (test->type)
    {
    case TEST_NAME:
      return subject->strings[node->name] && node->kind != FLOW_NODE_MISSING;
    case TEST_SERVICE:
      return subject->strings[node->service] && node->kind != FLOW_NODE_MISSING;
    case TEST_LONGER:
      return lasts && node->length_ns >= test->ns;
    case TEST_SHORTER:
      return lasts && node->length_ns <= test->ns;
    case TEST_LONGER_SHARE:
      return lasts && (double) node->length_ns >= test->share * whole;
    case TEST_SHORTER_SHARE:
      return lasts && (double) node->length_ns <= test->share * whole;
    case TEST_FLAGS:
      return (node->flags & test->flags) != 0;
    case TEST_NO_FLAGS:
      return lasts && (node->flags & test->flags) == 0;
    case TEST_KIND:
      return node->kind == test->kind;
    case TEST_ATTRIBUTE:
    default:
      if (subject->outline->sources == NULL)
        return node->kind == FLOW_NODE_SPAN && flow_id_table_lookup (subject->ids, node->id) != FLOW_ID_TABLE_NONE;
      return subject->trace != NULL &&
             has_attribute (test, node, subject->outline->sources[node - subject->outline->nodes], subject->trace);
    }
}

/* Takes out of @matches what the test does not hold for. */
static gboolean
apply (const Test *test, Subject *subject, guint8 *matches, GCancellable *cancellable, GError **error)
{
  const FlowTraceOutline *outline = subject->outline;
  g_autofree guint8 *strings = NULL;
  g_auto (FlowIdTable) ids = { 0 };

  flow_id_table_init (&ids, 0);
  if (test->type == TEST_ATTRIBUTE && outline->sources == NULL && subject->trace != NULL)
    collect_ids (test, subject->trace, &ids);
  subject->ids = &ids;
  if (test->type == TEST_NAME)
    strings = match_strings (outline->names, test->text);
  else if (test->type == TEST_SERVICE)
    strings = match_strings (outline->services, test->text);
  subject->strings = strings;
  for (guint i = 0; i < outline->n_nodes; i++)
    {
      if (i % NODES_A_TURN == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (matches[i] && holds (test, &outline->nodes[i], subject) == test->negated)
        matches[i] = FALSE;
    }
  return TRUE;
}

/**
 * flow_span_filter_text_match:
 * @self: a filter
 * @outline: where to look
 * @trace: (nullable): the same trace with attributes
 * @cancellable: (nullable): stops a long search
 * @error: return location
 *
 * Look at each node of an outline. May be called on any thread.
 *
 * Returns: (transfer full) (nullable): one byte a node, not 0 when it matches
 */
guint8 *
flow_span_filter_text_match (const FlowSpanFilterText *self, const FlowTraceOutline *outline, const FlowTrace *trace,
                             GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *matches = g_malloc (MAX (outline->n_nodes, 1));
  Subject subject = { outline, trace, NULL, NULL };

  memset (matches, 1, MAX (outline->n_nodes, 1));
  for (guint i = 0; i < self->tests->len; i++)
    if (!apply (&g_array_index (self->tests, Test, i), &subject, matches, cancellable, error))
      return NULL;
  return g_steal_pointer (&matches);
}
