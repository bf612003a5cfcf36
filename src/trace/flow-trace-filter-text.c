/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-filter-text.h"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "trace/flow-time-text.h"

/*
 * A filter as one writes it: words, `key=value`, `>200ms`, `service:NAME`, `status:error`, `has:location`, `tag:NAME`,
 * `workspace:NAME`, `session:NAME`, `since:10m`. Whatever holds a space stands in quotes, also in the middle:
 * service:"my shop". A backslash takes the meaning from a quote or a backslash.
 */

typedef struct
{
  const char *start; /* in the text, quotes and all */
  const char *end;
  char *plain;  /* without quotes */
  gsize quoted; /* so many bytes of `plain` are before the first quote: what looks special there is not */
} Token;

static void
token_clear (Token *self)
{
  g_clear_pointer (&self->plain, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Token, token_clear)

/* Returns: %FALSE at the end of the text, and with @error where a quote does not end. */
static gboolean
next_token (const char **at, Token *token, GError **error)
{
  g_autoptr (GString) plain = g_string_new (NULL);
  gboolean inside = FALSE;
  const char *p = *at;

  token_clear (token);
  while (g_ascii_isspace (*p))
    p++;
  *token = (Token) { p, p, NULL, G_MAXSIZE };
  if (*p == '\0')
    return FALSE;
  for (; *p != '\0' && (inside || !g_ascii_isspace (*p)); p++)
    if (*p == '"')
      {
        inside = !inside;
        token->quoted = MIN (token->quoted, plain->len);
      }
    else if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
      g_string_append_c (plain, *++p);
    else
      g_string_append_c (plain, *p);
  if (inside)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("A quote is open: add \" at its end"));
      return FALSE;
    }
  token->end = *at = p;
  token->plain = g_string_free (g_steal_pointer (&plain), FALSE);
  return TRUE;
}

/* What a filter is made of while it is read. */
typedef struct
{
  FlowTraceFilter filter;
  GPtrArray *words;
  GPtrArray *attributes;
  GPtrArray *services;
  char *tag;
  char *workspace;
  char *session;
  gint64 now_ns;
} Parsing;

static void
parsing_clear (Parsing *self)
{
  g_ptr_array_unref (self->words);
  g_ptr_array_unref (self->attributes);
  g_ptr_array_unref (self->services);
  g_free (self->tag);
  g_free (self->workspace);
  g_free (self->session);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parsing, parsing_clear)

/* A token's part before the colon that gives it a meaning. */
static const struct
{
  const char *name;
  FlowFilterToken token;
} prefixes[] = {
  { "service", FLOW_FILTER_SERVICE },
  { "status", FLOW_FILTER_STATUS },
  { "has", FLOW_FILTER_HAS },
  { "tag", FLOW_FILTER_TAG },
  { "since", FLOW_FILTER_SINCE },
  { "until", FLOW_FILTER_UNTIL },
  { "workspace", FLOW_FILTER_WORKSPACE },
  { "session", FLOW_FILTER_SESSION },
};

/* What a token is about, and where in its plain text the value begins. Words hold colons too: `Foo::bar`. */
static FlowFilterToken
classify (const Token *token, const char **value)
{
  gsize colon = strcspn (token->plain, ":"), equals = strcspn (token->plain, "=");

  *value = token->plain;
  if (token->quoted > 0 && (*token->plain == '>' || *token->plain == '<'))
    return FLOW_FILTER_DURATION;
  for (gsize i = 0; i < G_N_ELEMENTS (prefixes) && colon < token->quoted; i++)
    if (strlen (prefixes[i].name) == colon && g_ascii_strncasecmp (token->plain, prefixes[i].name, colon) == 0 &&
        token->plain[colon] == ':')
      {
        *value = token->plain + colon + 1;
        return prefixes[i].token;
      }
  if (equals > 0 && equals < token->quoted && token->plain[equals] == '=')
    return FLOW_FILTER_ATTRIBUTE;
  return FLOW_FILTER_WORD;
}

static gboolean
take_duration (Parsing *self, const char *text, GError **error)
{
  gboolean more = *text == '>', same = text[1] == '=';
  gint64 ns;

  if (!flow_duration_parse (text + 1 + same, &ns, NULL) || ns < 0)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("“%s” is no duration: write >200ms, <1.5s or >2m"),
                   text);
      return FALSE;
    }
  if (more)
    self->filter.min_duration_ns = MAX (self->filter.min_duration_ns, ns + !same);
  else
    {
      gint64 most = MAX (ns - !same, 1);

      self->filter.max_duration_ns = self->filter.max_duration_ns == 0 ? most
                                                                       : MIN (self->filter.max_duration_ns, most);
    }
  return TRUE;
}

static gboolean
take_status (Parsing *self, const char *text, GError **error)
{
  self->filter.errors_only |= g_str_equal (text, "error") || g_str_equal (text, "errors");
  self->filter.ok_only |= g_str_equal (text, "ok");
  if (g_str_equal (text, "error") || g_str_equal (text, "errors") || g_str_equal (text, "ok"))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
               _ ("“status:%s” is unknown: write status:error or status:ok"), text);
  return FALSE;
}

static gboolean
take_has (Parsing *self, const char *text, GError **error)
{
  const struct
  {
    const char *name;
    gboolean *flag;
  } marks[] = {
    { "location", &self->filter.has_location },
    { "logs", &self->filter.has_logs },
    { "log", &self->filter.has_logs },
    { "note", &self->filter.has_note },
    { "tag", &self->filter.has_tags },
    { "tags", &self->filter.has_tags },
    { "pin", &self->filter.pinned },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (g_str_equal (text, marks[i].name))
      {
        *marks[i].flag = TRUE;
        return TRUE;
      }
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
               _ ("“has:%s” is unknown: write has:location, has:logs, has:note, has:tag or has:pin"), text);
  return FALSE;
}

static gboolean
take_time (Parsing *self, const char *text, gint64 *time, GError **error)
{
  if (flow_time_parse (text, self->now_ns, time, NULL) && *time > 0)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
               _ ("“%s” is no time: write 10m (ago), 14:30 or 2026-11-20T08:30"), text);
  return FALSE;
}

/* What a trace has one of. @problem: for who asks for two. */
static gboolean
take_one (char **place, const char *text, const char *problem, GError **error)
{
  if (*place != NULL && !g_str_equal (*place, text))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, problem);
      return FALSE;
    }
  g_free (*place);
  *place = g_strdup (text);
  return TRUE;
}

static gboolean
take_token (Parsing *self, const Token *token, GError **error)
{
  const char *value;
  FlowFilterToken kind = classify (token, &value);

  if (*value == '\0' && kind != FLOW_FILTER_WORD)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("Write something behind “%s”"), token->plain);
      return FALSE;
    }
  switch (kind)
    {
    case FLOW_FILTER_ATTRIBUTE:
      g_ptr_array_add (self->attributes, g_strdup (value));
      return TRUE;
    case FLOW_FILTER_DURATION:
      return take_duration (self, value, error);
    case FLOW_FILTER_SERVICE:
      g_ptr_array_add (self->services, g_strdup (value));
      return TRUE;
    case FLOW_FILTER_STATUS:
      return take_status (self, value, error);
    case FLOW_FILTER_HAS:
      return take_has (self, value, error);
    case FLOW_FILTER_TAG:
      return take_one (&self->tag, value, _ ("Ask for one tag at a time"), error);
    case FLOW_FILTER_WORKSPACE:
      return take_one (&self->workspace, value, _ ("Ask for one workspace at a time"), error);
    case FLOW_FILTER_SESSION:
      return take_one (&self->session, value, _ ("Ask for one debug session at a time"), error);
    case FLOW_FILTER_SINCE:
      return take_time (self, value, &self->filter.since_ns, error);
    case FLOW_FILTER_UNTIL:
      return take_time (self, value, &self->filter.until_ns, error);
    case FLOW_FILTER_WORD:
    default:
      if (*value != '\0')
        g_ptr_array_add (self->words, g_strdup (value));
      return TRUE;
    }
}

static gboolean
check_parsed (const Parsing *self, GError **error)
{
  const FlowTraceFilter *filter = &self->filter;

  if (filter->errors_only && filter->ok_only)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("No trace is both status:error and status:ok"));
  else if (filter->max_duration_ns != 0 && filter->min_duration_ns > filter->max_duration_ns)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                         _ ("No duration is both that long and that short"));
  else if (filter->until_ns != 0 && filter->since_ns > filter->until_ns)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("“since” is later than “until”"));
  else
    return TRUE;
  return FALSE;
}

/**
 * flow_trace_filter_text_parse:
 * @text: a filter as one writes it
 * @now_ns: the time that `since:10m` counts from, ns since 1970
 *
 * Read a filter.
 *
 * Returns: (transfer full) (nullable): the filter; %NULL with %FLOW_ERROR_BAD_ARGUMENT and a message for who wrote it
 */
FlowTraceFilterCopy *
flow_trace_filter_text_parse (const char *text, gint64 now_ns, GError **error)
{
  g_auto (Parsing) parsing = { .words = g_ptr_array_new_null_terminated (0, g_free, TRUE),
                               .attributes = g_ptr_array_new_null_terminated (0, g_free, TRUE),
                               .services = g_ptr_array_new_null_terminated (0, g_free, TRUE),
                               .now_ns = now_ns };
  g_auto (Token) token = { 0 };
  g_autoptr (GError) problem = NULL;

  while (problem == NULL && next_token (&text, &token, &problem))
    take_token (&parsing, &token, &problem);
  if (problem != NULL || !check_parsed (&parsing, &problem))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  parsing.filter.words = (const char *const *) parsing.words->pdata;
  parsing.filter.attributes = (const char *const *) parsing.attributes->pdata;
  parsing.filter.services = (const char *const *) parsing.services->pdata;
  parsing.filter.tag = parsing.tag;
  parsing.filter.workspace = parsing.workspace;
  parsing.filter.session = parsing.session;
  return flow_trace_filter_copy_new (&parsing.filter);
}

static void
append_quoted (GString *text, const char *value)
{
  if (*value != '\0' && strpbrk (value, " \t\n\"\\") == NULL)
    {
      g_string_append (text, value);
      return;
    }
  g_string_append_c (text, '"');
  for (; *value != '\0'; value++)
    {
      if (*value == '"' || *value == '\\')
        g_string_append_c (text, '\\');
      g_string_append_c (text, *value);
    }
  g_string_append_c (text, '"');
}

/* A word that would mean something else stands in quotes. */
static void
append_token (GString *text, FlowFilterToken token, const char *value)
{
  gsize equals = strcspn (value, "=");

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (prefixes[i].token == token)
      g_string_append_printf (text, "%s:", prefixes[i].name);
  if (token == FLOW_FILTER_ATTRIBUTE && value[equals] == '=')
    {
      g_string_append_len (text, value, (gssize) equals + 1);
      append_quoted (text, value + equals + 1);
    }
  else if (token == FLOW_FILTER_WORD && strpbrk (value, ":=<>") != NULL)
    {
      g_autofree char *spaced = g_strconcat (value, " ", NULL);
      g_autoptr (GString) quoted = g_string_new (NULL);

      append_quoted (quoted, spaced);
      g_string_erase (quoted, (gssize) quoted->len - 2, 1);
      g_string_append (text, quoted->str);
    }
  else
    append_quoted (text, value);
}

static gboolean
is_token (const Token *token, FlowFilterToken kind, const char *value)
{
  const char *there;

  return classify (token, &there) == kind && (value == NULL || g_str_equal (there, value));
}

/**
 * flow_trace_filter_text_add:
 * @text: a filter
 * @token: what to ask for
 * @value: the value: `key=value` for an attribute, `>200ms` for a duration
 *
 * Ask for one thing more.
 *
 * Returns: (transfer full): the filter's text
 */
char *
flow_trace_filter_text_add (const char *text, FlowFilterToken token, const char *value)
{
  GString *result = g_string_new (text);

  g_strchomp (result->str);
  g_string_set_size (result, strlen (result->str));
  if (result->len > 0)
    g_string_append_c (result, ' ');
  append_token (result, token, value);
  return g_string_free (result, FALSE);
}

/**
 * flow_trace_filter_text_remove:
 * @text: a filter
 * @token: what not to ask for
 * @value: (nullable): the value, %NULL for any
 *
 * Ask for something no longer. The rest stays as it was written, also what can't be read.
 *
 * Returns: (transfer full): the filter's text
 */
char *
flow_trace_filter_text_remove (const char *text, FlowFilterToken token, const char *value)
{
  GString *result = g_string_new (NULL);
  g_auto (Token) one = { 0 };
  const char *at = text;

  while (next_token (&at, &one, NULL))
    if (!is_token (&one, token, value))
      {
        if (result->len > 0)
          g_string_append_c (result, ' ');
        g_string_append_len (result, one.start, one.end - one.start);
      }
  while (g_ascii_isspace (*at))
    at++;
  if (*at != '\0' && result->len > 0)
    g_string_append_c (result, ' ');
  g_string_append (result, at);
  return g_string_free (result, FALSE);
}

/**
 * flow_trace_filter_text_has:
 * @text: a filter
 * @token: what may be asked for
 * @value: (nullable): the value, %NULL for any
 *
 * Returns: whether it is asked for
 */
gboolean
flow_trace_filter_text_has (const char *text, FlowFilterToken token, const char *value)
{
  g_auto (Token) one = { 0 };

  while (next_token (&text, &one, NULL))
    if (is_token (&one, token, value))
      return TRUE;
  return FALSE;
}

/**
 * flow_trace_filter_text_toggle:
 * @text: a filter
 * @token: what to ask for, or no longer
 * @value: the value
 *
 * Ask for something, or, where that is asked for already, no longer. Of durations and states only one can be asked for.
 *
 * Returns: (transfer full): the filter's text
 */
char *
flow_trace_filter_text_toggle (const char *text, FlowFilterToken token, const char *value)
{
  gboolean alone = token == FLOW_FILTER_DURATION || token == FLOW_FILTER_STATUS;
  g_autofree char *rest = flow_trace_filter_text_remove (text, token, alone ? NULL : value);

  if (flow_trace_filter_text_has (text, token, value))
    return g_steal_pointer (&rest);
  return flow_trace_filter_text_add (rest, token, value);
}
