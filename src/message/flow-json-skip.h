/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <string.h>

#if defined(__SSE2__) && !defined(FLOW_JSON_SKIP_PORTABLE)
#include <emmintrin.h>
#endif

G_BEGIN_DECLS

/* Steps over JSON without reading it, a block at a time. What is short is inline: a message has many short strings. */

const char *flow_json_skip_nested (const char *at, const char *end, guint max_depth, const char **problem);
const char *flow_json_skip_scalar (const char *at, const char *end);

#if defined(__SSE2__) && !defined(FLOW_JSON_SKIP_PORTABLE)

/** FLOW_JSON_BLOCK: bytes that are looked at together. */
#define FLOW_JSON_BLOCK 16

/** flow_json_find: a bit for each byte of a block that is @wanted, after the bits of @fold are set in it. */
static inline guint
flow_json_find (const char *block, char fold, char wanted)
{
  __m128i bytes = _mm_or_si128 (_mm_loadu_si128 ((const __m128i *) block), _mm_set1_epi8 (fold));

  return (guint) _mm_movemask_epi8 (_mm_cmpeq_epi8 (bytes, _mm_set1_epi8 (wanted)));
}

/** flow_json_find_odd: a bit for each byte of a block that is no printable ASCII. */
static inline guint
flow_json_find_odd (const char *block)
{
  __m128i bytes = _mm_loadu_si128 ((const __m128i *) block);
  /* With a sign, what is beyond ASCII is less than a blank as well. */
  __m128i low = _mm_cmplt_epi8 (bytes, _mm_set1_epi8 (' '));

  return (guint) _mm_movemask_epi8 (_mm_or_si128 (low, _mm_cmpeq_epi8 (bytes, _mm_set1_epi8 (0x7f))));
}

#else

#define FLOW_JSON_BLOCK 8
#define FLOW_JSON_EVERY(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (guint8) (byte))

static inline guint
flow_json_find (const char *block, char fold, char wanted)
{
  guint64 word, differs, same;

  memcpy (&word, block, 8);
  differs = (GUINT64_FROM_LE (word) | FLOW_JSON_EVERY (fold)) ^ FLOW_JSON_EVERY (wanted);
  /* The high bit of each byte: whether it is zero. Then all of them in one byte. */
  same = ~(((differs & FLOW_JSON_EVERY (0x7f)) + FLOW_JSON_EVERY (0x7f)) | differs | FLOW_JSON_EVERY (0x7f));
  return (guint) ((same >> 7) * G_GUINT64_CONSTANT (0x0102040810204080) >> 56);
}

static inline guint
flow_json_find_odd (const char *block)
{
  guint64 word, odd;

  memcpy (&word, block, 8);
  word = GUINT64_FROM_LE (word);
  /* The high bit of each byte: whether it is less than a blank, or beyond ASCII. */
  odd = (~((word & FLOW_JSON_EVERY (0x7f)) + FLOW_JSON_EVERY (0x60)) | word) & FLOW_JSON_EVERY (0x80);
  return (guint) ((odd >> 7) * G_GUINT64_CONSTANT (0x0102040810204080) >> 56) | flow_json_find (block, 0, 0x7f);
}

#endif

/**
 * flow_json_skip_string:
 * @at: behind the quotation mark that begins a string
 * @end: behind the last byte of the text
 *
 * Find the quotation mark that ends a string. What is escaped in it is not looked at.
 *
 * Returns: (nullable): the mark, %NULL when the text ends before
 */
static inline const char *
flow_json_skip_string (const char *at, const char *end)
{
  for (;;)
    {
      guint marks = 0;

      for (; end - at >= FLOW_JSON_BLOCK; at += FLOW_JSON_BLOCK)
        {
          marks = flow_json_find (at, 0, '"') | flow_json_find (at, 0, '\\');
          if (marks != 0)
            break;
        }
      if (marks != 0)
        at += __builtin_ctz (marks);
      else
        while (at < end && *at != '"' && *at != '\\')
          at++;
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
 * flow_json_skip_name:
 * @at: behind the quotation mark that begins a string
 * @end: behind the last byte of the text
 * @escaped: (out): whether something is escaped in it
 * @odd: (out): whether there is anything in it but printable ASCII
 *
 * As flow_json_skip_string() does, and look at what is stepped over.
 *
 * Returns: (nullable): the mark, %NULL when the text ends before
 */
static inline const char *
flow_json_skip_name (const char *at, const char *end, gboolean *escaped, gboolean *odd)
{
  *escaped = *odd = FALSE;
  for (;;)
    {
      char rest[FLOW_JSON_BLOCK];
      const char *block = at;
      guint marks, before;

      if (end - at < FLOW_JSON_BLOCK)
        {
          if (at >= end)
            return NULL;
          memset (rest, ' ', sizeof rest);
          memcpy (rest, at, (gsize) (end - at));
          block = rest;
        }
      marks = flow_json_find (block, 0, '"') | flow_json_find (block, 0, '\\');
      /* The bits below the first mark, or all. */
      before = ~marks & (marks - 1);
      *odd |= (flow_json_find_odd (block) & before) != 0;
      if (marks == 0)
        {
          at += FLOW_JSON_BLOCK;
          continue;
        }
      at += __builtin_ctz (marks);
      if (*at == '"')
        return at;
      *escaped = TRUE;
      if (end - at < 2)
        return NULL;
      *odd |= (guchar) at[1] < 0x20 || (guchar) at[1] >= 0x7f;
      at += 2;
    }
}

/** flow_json_skip_blanks: where the next thing that is no white space stands; @end when there is none. */
static inline const char *
flow_json_skip_blanks (const char *at, const char *end)
{
  /* Mostly there is none, which one comparison shows. */
  while (at < end && (guchar) *at <= ' ' && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
    at++;
  return at;
}

G_END_DECLS
