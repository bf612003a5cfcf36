/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include "wire/flow-http-text.h"

#include <string.h>

/* The words of HTTP that a request's head is made of, read strictly, for whoever takes heads apart. */

/**
 * flow_http_text_find_end:
 * @text: what has come
 * @length: its length in bytes
 * @scanned: (inout) (optional): how much was looked at before, 0 at first
 *
 * Find the empty line that ends a head. Lines end in CR LF and nothing else (RFC 9112, section 2.2, allows a
 * bare LF, and hides requests in each other with it).
 *
 * Returns: the length of the head with its last line, 0 when it has not come yet, -1 when a line ends wrong
 */
gssize
flow_http_text_find_end (const char *text, gsize length, gsize *scanned)
{
  const char *end = text + length;
  const char *at = text + (scanned != NULL ? *scanned : 0);

  while ((at = memchr (at, '\n', (gsize) (end - at))) != NULL)
    {
      if (at == text || at[-1] != '\r')
        return -1;
      if (at - text >= 3 && at[-2] == '\n')
        return at + 1 - text;
      at++;
    }
  if (scanned != NULL)
    *scanned = length;
  return 0;
}

/**
 * flow_http_text_is_token:
 * @text: its first byte
 * @end: behind its last byte
 *
 * Check that something is a token (RFC 9110, section 5.6.2), as methods and names of headers are.
 *
 * Returns: whether it is
 */
gboolean
flow_http_text_is_token (const char *text, const char *end)
{
  if (text == end)
    return FALSE;
  for (; text < end; text++)
    {
      if (!g_ascii_isalnum (*text) && (*text == '\0' || strchr ("!#$%&'*+-.^_`|~", *text) == NULL))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_http_text_is_target:
 * @text: a request target
 *
 * Check that it is not empty and has only what URIs may have, no fragment and no backslash.
 *
 * Returns: whether it is so
 */
gboolean
flow_http_text_is_target (const char *text)
{
  if (*text == '\0')
    return FALSE;
  for (; *text != '\0'; text++)
    {
      if (!g_ascii_isgraph (*text) || *text == '#' || *text == '\\')
        return FALSE;
    }
  return TRUE;
}

/* Visible characters, blanks, and what is beyond ASCII. */
static gboolean
is_value (const char *text, const char *end)
{
  for (; text < end; text++)
    {
      guchar c = (guchar) *text;

      if ((c < 0x20 && c != '\t') || c == 0x7f)
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_http_text_split_header:
 * @line: a header line; is written into, so that it ends as the name does
 * @end: behind its last byte, where a zero may be written
 *
 * Split a header line (RFC 9112, section 5): a token, a colon at once, a value without the blanks around it.
 *
 * Returns: (transfer none) (nullable): the value; %NULL when it is no header line
 */
const char *
flow_http_text_split_header (char *line, char *end)
{
  char *colon = memchr (line, ':', (gsize) (end - line));
  char *value;

  if (colon == NULL || !flow_http_text_is_token (line, colon) || !is_value (colon + 1, end))
    return NULL;
  *colon = '\0';
  for (value = colon + 1; *value == ' ' || *value == '\t';)
    value++;
  while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  *end = '\0';
  return value;
}

/**
 * flow_http_text_has_word:
 * @list: the value of a header that is a list with commas
 * @word: a word
 *
 * Find out whether a word is in a list, in any case.
 *
 * Returns: whether it is
 */
gboolean
flow_http_text_has_word (const char *list, const char *word)
{
  gsize length = strlen (word);

  while (*list != '\0')
    {
      gsize size;

      list += strspn (list, ", \t");
      size = strcspn (list, ", \t");
      if (size == length && g_ascii_strncasecmp (list, word, length) == 0)
        return TRUE;
      list += size;
    }
  return FALSE;
}
