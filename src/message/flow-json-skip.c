/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-message"

#include "message/flow-json-skip.h"

#include <string.h>

typedef struct
{
  guint64 objects; /* a bit for each level: whether it is an object; the lowest is the innermost */
  guint depth;
  guint max_depth;
  gboolean in_string;
  const char *problem;
} Nest;

/* Takes a bracket. %TRUE when that was the end, or is wrong. */
static inline gboolean
take_bracket (Nest *self, char bracket)
{
  if ((bracket | 0x20) == '{')
    {
      self->objects = self->objects << 1 | (bracket == '{');
      if (++self->depth <= self->max_depth)
        return FALSE;
      self->problem = "the message is more than 64 levels deep";
      return TRUE;
    }
  if ((self->objects & 1) != (bracket == '}'))
    {
      self->problem = "a bracket in the message does not match";
      return TRUE;
    }
  self->objects >>= 1;
  return --self->depth == 0;
}

/* Which bytes of a block are in a string, the mark that begins it being the first of them. */
static inline guint
find_inside (guint quotes, gboolean in_string)
{
  quotes ^= quotes << 1;
  quotes ^= quotes << 2;
  quotes ^= quotes << 4;
#if FLOW_JSON_BLOCK > 8
  quotes ^= quotes << 8;
#endif
  return quotes ^ (in_string ? G_MAXUINT : 0);
}

/* A block in which nothing is escaped, as most are: no branch depends on where its strings are. */
static inline int
take_plain_block (Nest *self, const char *block, guint quotes, guint brackets)
{
  guint inside = find_inside (quotes, self->in_string);

  self->in_string = inside >> (FLOW_JSON_BLOCK - 1) & 1;
  for (brackets &= ~inside; brackets != 0; brackets &= brackets - 1)
    {
      int i = __builtin_ctz (brackets);

      if (take_bracket (self, block[i]))
        return i;
    }
  return -1;
}

/* One block. Each byte of it is loaded once, however many strings begin and end in it.
 * Returns: where the last bracket is, -1 when it goes on; @skip says whether the first byte is escaped, and for the
 * next block as well. */
static inline int
take_block (Nest *self, const char *block, guint *skip)
{
  guint quotes = flow_json_find (block, 0, '"');
  guint slashes = flow_json_find (block, 0, '\\');
  guint brackets, marks, left;

  if ((slashes | *skip) == 0 && quotes == 0 && self->in_string)
    return -1;
  brackets = flow_json_find (block, 0x20, '{') | flow_json_find (block, 0x20, '}');
  if ((slashes | *skip) == 0)
    return take_plain_block (self, block, quotes, brackets);
  left = ~*skip;
  *skip = 0;
  while ((marks = (quotes | (self->in_string ? slashes : brackets)) & left) != 0)
    {
      guint i = (guint) __builtin_ctz (marks);

      left = ~1u << i;
      if ((quotes >> i & 1) != 0)
        self->in_string = !self->in_string;
      else if (self->in_string)
        {
          left &= ~(2u << i);
          *skip = i == FLOW_JSON_BLOCK - 1;
        }
      else if (take_bracket (self, block[i]))
        return (int) i;
    }
  return -1;
}

/**
 * flow_json_skip_nested:
 * @at: at the bracket that begins an object or an array
 * @end: behind the last byte of the text
 * @max_depth: how many levels deep it may be, 63 at most
 * @problem: (out): what is wrong, when it is
 *
 * Find the bracket that ends an object or an array. Brackets must match; what is between them is not looked at.
 *
 * Returns: (nullable): behind the bracket, %NULL when there is a problem
 */
const char *
flow_json_skip_nested (const char *at, const char *end, guint max_depth, const char **problem)
{
  Nest nest = { .max_depth = max_depth };
  guint skip = 0;
  int last = -1;

  for (; last < 0 && end - at >= FLOW_JSON_BLOCK; at += FLOW_JSON_BLOCK)
    last = take_block (&nest, at, &skip);
  if (last >= 0)
    at += last - FLOW_JSON_BLOCK;
  else if (at < end)
    {
      /* What is left, in a block of its own. */
      char block[FLOW_JSON_BLOCK] = { 0 };

      memcpy (block, at, (gsize) (end - at));
      last = take_block (&nest, block, &skip);
      at += last;
    }
  *problem = last < 0 ? "the message ends too early" : nest.problem;
  return *problem == NULL ? at + 1 : NULL;
}

static const char *
skip_digits (const char *at, const char *end)
{
  while (at < end && g_ascii_isdigit (*at))
    at++;
  return at;
}

static const char *
skip_number (const char *at, const char *end)
{
  const char *from;

  if (at < end && *at == '-')
    at++;
  from = at;
  at = skip_digits (at, end);
  if (at == from || (*from == '0' && at > from + 1))
    return NULL;
  if (at < end && *at == '.')
    {
      from = ++at;
      at = skip_digits (at, end);
      if (at == from)
        return NULL;
    }
  if (at < end && (*at | 0x20) == 'e')
    {
      at++;
      if (at < end && (*at == '+' || *at == '-'))
        at++;
      from = at;
      at = skip_digits (at, end);
      if (at == from)
        return NULL;
    }
  return at;
}

/**
 * flow_json_skip_scalar:
 * @at: at a value that is no string, object or array
 * @end: behind the last byte of the text
 *
 * Find the end of a number, `true`, `false` or `null` (RFC 8259, sections 3 and 6).
 *
 * Returns: (nullable): behind it, %NULL when it is none of these
 */
const char *
flow_json_skip_scalar (const char *at, const char *end)
{
  static const char *const words[] = { "true", "false", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize length = strlen (words[i]);

      if ((gsize) (end - at) >= length && memcmp (at, words[i], length) == 0)
        return at + length;
    }
  return skip_number (at, end);
}
