/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-cleanup.h"

#include <string.h>

#include "text/flow-text-private.h"
#include "text/flow-text-tokens.h"

/* A change is not moved further, in characters. */
#define MAX_SLIDE 256

/* How good a place for the edge of a change is. */
enum
{
  IN_WORD,
  BESIDE_WORD,
  BESIDE_SPACE,
  BESIDE_LINE,
  BESIDE_END
};

static gboolean
is_word_byte (char c)
{
  return (guint8) c >= 0x80 || g_ascii_isalnum (c) || c == '_';
}

static int
rate_edge (const char *text, gsize size, gsize at)
{
  if (at == 0 || at == size)
    return BESIDE_END;
  if (text[at - 1] == '\n' || text[at] == '\n')
    return text[at - 1] == '\n' ? BESIDE_LINE : BESIDE_LINE - 1;
  if (g_ascii_isspace (text[at - 1]) || g_ascii_isspace (text[at]))
    return BESIDE_SPACE;
  return is_word_byte (text[at - 1]) && is_word_byte (text[at]) ? IN_WORD : BESIDE_WORD;
}

/* Letters that two words happen to share say nothing: one change of the word is what was meant. */
static gboolean
is_coincidence (const char *text, gsize text_size, gsize start, gsize end, const FlowTextHunk *before,
                const FlowTextHunk *after)
{
  gsize size = end - start;

  if (size > MAX (before->n_a, before->n_b) || size > MAX (after->n_a, after->n_b))
    return FALSE;
  if (rate_edge (text, text_size, start) != IN_WORD && rate_edge (text, text_size, end) != IN_WORD)
    return FALSE;
  for (gsize i = start; i < end; i++)
    {
      if (g_ascii_isspace (text[i]))
        return FALSE;
    }
  return TRUE;
}

static void
merge_coincidences (GArray *hunks, const char *a, gsize a_size)
{
  guint n = 0;

  for (guint i = 0; i < hunks->len; i++)
    {
      FlowTextHunk hunk = g_array_index (hunks, FlowTextHunk, i);

      while (n > 0)
        {
          FlowTextHunk *last = &g_array_index (hunks, FlowTextHunk, n - 1);
          gsize between = last->a + last->n_a;

          if (!is_coincidence (a, a_size, between, hunk.a, last, &hunk))
            break;
          hunk.n_a += hunk.a - last->a;
          hunk.n_b += hunk.b - last->b;
          hunk.a = last->a;
          hunk.b = last->b;
          n--;
        }
      g_array_index (hunks, FlowTextHunk, n++) = hunk;
    }
  g_array_set_size (hunks, n);
}

/* A merged change may begin or end with what was there: one of several words put in before the same word for
 * example. */
static void
trim_hunk (FlowTextHunk *hunk, const char *a, const char *b)
{
  const char *from_a = a + hunk->a, *from_b = b + hunk->b;
  gsize least = MIN (hunk->n_a, hunk->n_b), n = 0;

  while (n < least && from_a[hunk->n_a - 1 - n] == from_b[hunk->n_b - 1 - n])
    n++;
  while (n > 0 && flow_utf8_is_inside (from_a[hunk->n_a - n]))
    n--;
  hunk->n_a -= n, hunk->n_b -= n;
  least -= n;
  for (n = 0; n < least && from_a[n] == from_b[n];)
    n++;
  while (n > 0 &&
         ((n < hunk->n_a && flow_utf8_is_inside (from_a[n])) || (n < hunk->n_b && flow_utf8_is_inside (from_b[n]))))
    n--;
  hunk->a += n, hunk->n_a -= n;
  hunk->b += n, hunk->n_b -= n;
}

/* The character that ends before a place, or begins at it. */
static gsize
char_before (const char *text, gsize at)
{
  gsize start = at - 1;

  while (start > 0 && flow_utf8_is_inside (text[start]))
    start--;
  return at - start;
}

static gsize
char_at (const char *text, gsize at)
{
  return (gsize) g_utf8_skip[(guint8) text[at]];
}

/* A change that only inserts or only deletes can stand at several places when what it begins with follows it: at the
 * best of them, and the last of those that are as good. */
static void
slide (const char *text, gsize size, gsize from, gsize to, gsize *start, gsize length)
{
  gsize at = *start, best;
  int rating, best_rating;

  for (guint i = 0; i < MAX_SLIDE && at > from; i++)
    {
      gsize n = char_before (text, at);

      if (at - n < from || n > length || memcmp (text + at - n, text + at + length - n, n) != 0)
        break;
      at -= n;
    }
  best = at;
  best_rating = rate_edge (text, size, at) + rate_edge (text, size, at + length);
  for (guint i = 0; i < 2 * MAX_SLIDE && at + length < to; i++)
    {
      gsize n = char_at (text, at);

      if (n > length || at + length + n > to || memcmp (text + at, text + at + length, n) != 0)
        break;
      at += n;
      rating = rate_edge (text, size, at) + rate_edge (text, size, at + length);
      if (rating < best_rating)
        continue;
      best_rating = rating;
      best = at;
    }
  *start = best;
}

static void
slide_to_words (GArray *hunks, const char *a, gsize a_size, const char *b, gsize b_size)
{
  for (guint i = 0; i < hunks->len; i++)
    {
      FlowTextHunk *hunk = &g_array_index (hunks, FlowTextHunk, i);
      const FlowTextHunk *before = i == 0 ? NULL : hunk - 1;
      const FlowTextHunk *after = i + 1 == hunks->len ? NULL : hunk + 1;
      gsize old_a = hunk->a, old_b = hunk->b;

      if (hunk->n_a == 0)
        {
          slide (b, b_size, before == NULL ? 0 : before->b + before->n_b, after == NULL ? b_size : after->b, &hunk->b,
                 hunk->n_b);
          hunk->a = old_a + hunk->b - old_b;
        }
      else if (hunk->n_b == 0)
        {
          slide (a, a_size, before == NULL ? 0 : before->a + before->n_a, after == NULL ? a_size : after->a, &hunk->a,
                 hunk->n_a);
          hunk->b = old_b + hunk->a - old_a;
        }
    }
}

/* After sliding two changes may touch. */
static void
join_touching (GArray *hunks)
{
  guint n = 0;

  for (guint i = 0; i < hunks->len; i++)
    {
      FlowTextHunk hunk = g_array_index (hunks, FlowTextHunk, i);
      FlowTextHunk *last = n == 0 ? NULL : &g_array_index (hunks, FlowTextHunk, n - 1);

      if (last != NULL && last->a + last->n_a == hunk.a)
        {
          last->n_a += hunk.n_a;
          last->n_b += hunk.n_b;
        }
      else
        g_array_index (hunks, FlowTextHunk, n++) = hunk;
    }
  g_array_set_size (hunks, n);
}

/**
 * flow_text_cleanup:
 * @hunks: (element-type FlowTextHunk): differences of two texts in bytes
 * @a: (array length=a_size): the text before
 * @a_size: bytes
 * @b: (array length=b_size): the text after
 * @b_size: bytes
 *
 * Make differences what a person would call them: words instead of the letters that two words do not share, whole words
 * and lines where a change can stand at several places.
 */
void
flow_text_cleanup (GArray *hunks, const char *a, gsize a_size, const char *b, gsize b_size)
{
  /* First, so that a whole word between two changes does not look like letters that they share. */
  slide_to_words (hunks, a, a_size, b, b_size);
  join_touching (hunks);
  merge_coincidences (hunks, a, a_size);
  for (guint i = 0; i < hunks->len; i++)
    trim_hunk (&g_array_index (hunks, FlowTextHunk, i), a, b);
  slide_to_words (hunks, a, a_size, b, b_size);
  join_touching (hunks);
}
