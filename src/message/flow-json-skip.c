/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-message"

#include "message/flow-json-skip.h"

#include <string.h>

/* Steps over JSON without reading it, sixteen bytes at a time where the processor can. */

#if defined(__SSE2__) && !defined(FLOW_JSON_SKIP_PORTABLE)

#include <emmintrin.h>

#define STEP 16

/* One bit for each of sixteen bytes that is '"' or '\'. */
static inline guint
find_string_marks (const char *at)
{
  __m128i bytes = _mm_loadu_si128 ((const __m128i *) at);
  __m128i quotes = _mm_cmpeq_epi8 (bytes, _mm_set1_epi8 ('"'));
  __m128i slashes = _mm_cmpeq_epi8 (bytes, _mm_set1_epi8 ('\\'));

  return (guint) _mm_movemask_epi8 (_mm_or_si128 (quotes, slashes));
}

/* One bit for each of sixteen bytes that is '"' or a bracket; '[' and '{' differ by one bit, as ']' and '}'. */
static inline guint
find_nest_marks (const char *at)
{
  __m128i bytes = _mm_loadu_si128 ((const __m128i *) at);
  __m128i folded = _mm_or_si128 (bytes, _mm_set1_epi8 (0x20));
  __m128i brackets = _mm_or_si128 (_mm_cmpeq_epi8 (folded, _mm_set1_epi8 ('{')),
                                   _mm_cmpeq_epi8 (folded, _mm_set1_epi8 ('}')));

  return (guint) _mm_movemask_epi8 (_mm_or_si128 (brackets, _mm_cmpeq_epi8 (bytes, _mm_set1_epi8 ('"'))));
}

static inline guint
first_mark (guint marks)
{
  return (guint) __builtin_ctz (marks);
}

#else

/* Eight bytes in a word: a byte's high bit says that it is a mark. The lowest mark found is right, those above
 * it may be borrowed ones, so only the lowest is used. */
#define STEP 8
#define EVERY(c) (G_GUINT64_CONSTANT (0x0101010101010101) * (guint8) (c))

static inline guint64
equal_bytes (guint64 word, guint8 c)
{
  guint64 zeros = word ^ EVERY (c);

  return (zeros - EVERY (0x01)) & ~zeros & EVERY (0x80);
}

static inline guint64
load (const char *at)
{
  guint64 word;

  memcpy (&word, at, 8);
  return GUINT64_FROM_LE (word);
}

static inline guint64
find_string_marks (const char *at)
{
  guint64 word = load (at);

  return equal_bytes (word, '"') | equal_bytes (word, '\\');
}

static inline guint64
find_nest_marks (const char *at)
{
  guint64 word = load (at);
  guint64 folded = word | EVERY (0x20);

  return equal_bytes (word, '"') | equal_bytes (folded, '{') | equal_bytes (folded, '}');
}

static inline guint
first_mark (guint64 marks)
{
  return (guint) __builtin_ctzll (marks) / 8;
}

#endif

/* Where the next '"' or '\' is. */
static inline const char *
find_in_string (const char *at, const char *end)
{
  for (; end - at >= STEP; at += STEP)
    {
      typeof (find_string_marks (at)) marks = find_string_marks (at);

      if (marks != 0)
        return at + first_mark (marks);
    }
  while (at < end && *at != '"' && *at != '\\')
    at++;
  return at;
}

/* Where the next '"' or bracket is. */
static inline const char *
find_in_nested (const char *at, const char *end)
{
  for (; end - at >= STEP; at += STEP)
    {
      typeof (find_nest_marks (at)) marks = find_nest_marks (at);

      if (marks != 0)
        return at + first_mark (marks);
    }
  while (at < end && *at != '"' && (*at | 0x20) != '{' && (*at | 0x20) != '}')
    at++;
  return at;
}

/**
 * flow_json_skip_string:
 * @at: behind the quotation mark that begins a string
 * @end: behind the last byte of the text
 *
 * Find the quotation mark that ends a string. What is escaped in it is not looked at.
 *
 * Returns: (nullable): the mark, %NULL when the text ends before
 */
const char *
flow_json_skip_string (const char *at, const char *end)
{
  for (;;)
    {
      at = find_in_string (at, end);
      if (at >= end)
        return NULL;
      if (*at == '"')
        return at;
      if (end - at < 2)
        return NULL;
      at += 2;
    }
}

/**
 * flow_json_skip_nested:
 * @at: at the bracket that begins an object or an array
 * @end: behind the last byte of the text
 * @max_depth: how many levels deep it may be, 64 at most
 * @problem: (out): what is wrong, when it is
 *
 * Find the bracket that ends an object or an array. Brackets must match; what is between them is not looked at.
 *
 * Returns: (nullable): behind the bracket, %NULL when there is a problem
 */
const char *
flow_json_skip_nested (const char *at, const char *end, guint max_depth, const char **problem)
{
  guint64 objects = 0; /* a bit for each level: whether it is an object; the lowest is the innermost */
  guint depth = 0;

  for (;;)
    {
      at = find_in_nested (at, end);
      if (at >= end)
        break;
      if (*at == '"')
        {
          at = flow_json_skip_string (at + 1, end);
          if (at == NULL)
            break;
        }
      else if ((*at | 0x20) == '{')
        {
          if (++depth > max_depth)
            {
              *problem = "the message is more than 64 levels deep";
              return NULL;
            }
          objects = objects << 1 | (*at == '{');
        }
      else
        {
          if ((objects & 1) != (*at == '}'))
            {
              *problem = "a bracket in the message does not match";
              return NULL;
            }
          objects >>= 1;
          if (--depth == 0)
            return at + 1;
        }
      at++;
    }
  *problem = "the message ends too early";
  return NULL;
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
