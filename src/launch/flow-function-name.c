/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-function-name"

#include "launch/flow-function-name.h"

#include <string.h>

/* Longer lines are bundles and data. */
#define MAX_LINE 2000

/* Words right before a name that is declared there, in the languages that have such words. */
static const char *const keywords[] = {
  "def",    "defp",  "defun", "defn",   "function", "func", "fn",   "fun",    "sub",       "proc",   "procedure",
  "method", "macro", "class", "struct", "trait",    "impl", "enum", "module", "interface", "object",
};

/* Words that come before a call but never before a declaration. */
static const char *const callers[] = {
  "return", "await", "new", "throw", "yield", "else", "case", "in",
  "if",     "while", "for", "and",   "or",    "not",  "go",   "defer",
};

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '$' || (c & 0x80) != 0;
}

static gboolean
is_identifier (const char *text, gsize length)
{
  if (length == 0 || g_ascii_isdigit (text[0]))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!is_word (text[i]) && !(i == length - 1 && (text[i] == '?' || text[i] == '!')))
      return FALSE;
  return TRUE;
}

/* What generics, receivers and argument lists hold is no part of the name: "(*Server).Handle[T](x)". */
static char *
without_brackets (const char *text)
{
  GString *out = g_string_new (NULL);
  int depth = 0;

  for (; *text != '\0'; text++)
    {
      if (strchr ("<[", *text) != NULL)
        depth++;
      else if (strchr (">]", *text) != NULL)
        depth -= depth > 0;
      else if (depth == 0 && strchr ("()*&", *text) == NULL)
        g_string_append_c (out, *text);
      else if (depth == 0 && *text == '(' && out->len > 0 && is_word (out->str[out->len - 1]))
        break;
    }
  return g_string_free (out, FALSE);
}

/**
 * flow_function_name_parse:
 * @text: as `code.function.name` has it: "UserService.load", "app::users::load", "main.(*Server).Handle", "App\\X::y"
 * @name: (out caller-allocates): its last two parts
 *
 * Take a function's name apart.
 *
 * Returns: %FALSE when there is no name to look for, as for "<anonymous>" and for text that is no name
 */
gboolean
flow_function_name_parse (const char *text, FlowFunctionName *name)
{
  g_autofree char *plain = without_brackets (text);
  g_auto (GStrv) parts = NULL;
  const char *last = NULL, *before = NULL;

  *name = (FlowFunctionName) { NULL };
  /* Of "->" the second half went with the brackets. */
  g_strdelimit (plain, ".:#/\\-", '\n');
  parts = g_strsplit (plain, "\n", -1);
  for (gsize i = 0; parts[i] != NULL; i++)
    {
      if (parts[i][0] == '\0')
        continue;
      if (!is_identifier (parts[i], strlen (parts[i])))
        return FALSE;
      before = last;
      last = parts[i];
    }
  if (last == NULL || strlen (last) < 2)
    return FALSE;
  name->name = g_strdup (last);
  name->container = g_strdup (before);
  return TRUE;
}

/**
 * flow_function_name_clear:
 * @self: a name
 *
 * Free what it holds.
 */
void
flow_function_name_clear (FlowFunctionName *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->container, g_free);
}

/* The word that ends before @end, blanks skipped. */
static gsize
word_before (const char *line, gsize end, gsize *start)
{
  while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t' || line[end - 1] == '*'))
    end--;
  *start = end;
  while (*start > 0 && is_word (line[*start - 1]))
    (*start)--;
  return end - *start;
}

static gboolean
is_one_of (const char *const *list, gsize n, const char *word, gsize length)
{
  for (gsize i = 0; i < n; i++)
    if (strlen (list[i]) == length && memcmp (list[i], word, length) == 0)
      return TRUE;
  return FALSE;
}

static const char *
skip_blanks (const char *at, const char *end)
{
  while (at < end && (*at == ' ' || *at == '\t'))
    at++;
  return at;
}

/* "func (s *Server) name": the receiver of Go. */
static gboolean
follows_receiver (const char *line, gsize at)
{
  const char *start = skip_blanks (line, line + at);

  while (at > 0 && line[at - 1] == ' ')
    at--;
  return at > 0 && line[at - 1] == ')' && strncmp (start, "func (", 6) == 0;
}

/* "name = (a, b) =>", "name: async function", "name := func". */
static gboolean
is_assigned_function (const char *at, const char *end)
{
  g_autofree char *rest = NULL;

  at = skip_blanks (at, end);
  if (at < end && *at == ':')
    at++;
  if (at < end && *at == '=')
    at++;
  at = skip_blanks (at, end);
  if (end - at >= 6 && strncmp (at, "async ", 6) == 0)
    at = skip_blanks (at + 6, end);
  rest = g_strndup (at, (gsize) (end - at));
  return g_str_has_prefix (rest, "function") || g_str_has_prefix (rest, "func") || g_str_has_prefix (rest, "fn") ||
         g_str_has_prefix (rest, "lambda") || g_str_has_prefix (rest, "proc") || strstr (rest, "=>") != NULL;
}

static gboolean
is_only_types (const char *line, gsize at)
{
  gsize start, length = word_before (line, at, &start);

  if (is_one_of (callers, G_N_ELEMENTS (callers), line + start, length))
    return FALSE;
  for (gsize i = 0; i < at; i++)
    if (!is_word (line[i]) && strchr (" \t*&<>[],:@", line[i]) == NULL)
      return FALSE;
  return TRUE;
}

/* Nothing but types, modifiers and stars before, arguments and no end of a statement behind: "static int name (int a)",
 * "public async load(id: string): Promise<User> {". With nothing before it may be a call as well. */
static guint
rate_plain (const char *line, gsize at, const char *behind, const char *end)
{
  const char *first = skip_blanks (line, line + at);

  behind = skip_blanks (behind, end);
  while (end > behind && g_ascii_isspace (end[-1]))
    end--;
  if (behind >= end || *behind != '(' || end[-1] == ';' || end[-1] == ',' || !is_only_types (line, at))
    return 0;
  if (end[-1] == '{')
    return 70;
  if (first < line + at)
    return 50;
  return at == 0 ? 30 : 0;
}

/**
 * flow_function_name_rate_line:
 * @self: a name
 * @line: a line of source, without its end
 * @length: bytes
 * @column: (out): 1-based, in bytes, where the name is
 *
 * Judge how likely a line declares the function, whatever the language.
 *
 * Returns: 0: it does not; the more the likelier
 */
guint
flow_function_name_rate_line (const FlowFunctionName *self, const char *line, gsize length, guint *column)
{
  gsize name_length = strlen (self->name);
  const char *end = line + length;
  const char *found = line;
  guint best = 0;

  if (length > MAX_LINE)
    return 0;
  while ((found = memmem (found, (gsize) (end - found), self->name, name_length)) != NULL)
    {
      const char *behind = found + name_length;
      gsize at = (gsize) (found - line), start;
      gsize before = word_before (line, at, &start);
      guint rating = 0;

      if ((at > 0 && is_word (found[-1])) || (behind < end && is_word (*behind)))
        {
          found = behind;
          continue;
        }
      if (start + before < at && is_one_of (keywords, G_N_ELEMENTS (keywords), line + start, before))
        rating = 100;
      else if (follows_receiver (line, at))
        rating = 100;
      else if (behind < end && (at == 0 || found[-1] != '"') && is_assigned_function (behind, end) &&
               strchr (" \t:=", *behind) != NULL)
        rating = 80;
      else
        rating = rate_plain (line, at, behind, end);
      if (rating > best)
        {
          best = rating;
          *column = (guint) at + 1;
        }
      found = behind;
    }
  return best;
}
