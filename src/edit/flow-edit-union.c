/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

#include <string.h>
#include <xxhash.h>

#include "text/flow-text-diff.h"
#include "text/flow-text-merge.h"

/*
 * What somebody comes back with when it is not known how much of it is in our text already: the hub had told of changes
 * that it had not kept when it was killed, and each who had heard of them brings them back. So where both changed the
 * same, words that both have are taken once, words that one put in stay, and words of the base that one took out go.
 */

/* More than so many pairs of words are not compared: both versions stay then. */
#define MAX_PAIRS 1000000

/* A word, with the white space after it. */
typedef struct
{
  const char *text;
  gsize size;
  gsize bare; /* without the white space */
} Word;

static gboolean
is_space (char c)
{
  return g_ascii_isspace (c);
}

static GArray *
split (const char *text, gsize size)
{
  GArray *words = g_array_new (FALSE, FALSE, sizeof (Word));
  gsize at = 0;

  while (at < size)
    {
      gsize start = at;
      Word word;

      while (at < size && !is_space (text[at]))
        at++;
      word = (Word) { .text = text + start, .bare = at - start };
      while (at < size && is_space (text[at]))
        at++;
      word.size = at - start;
      g_array_append_val (words, word);
    }
  return words;
}

static GArray *
split_piece (FlowText *text, const FlowTextPiece *piece)
{
  return split (flow_text_get_data (text) + piece->start, piece->size);
}

/* The same word, whatever white space is after it. */
static gboolean
same (gconstpointer a, gconstpointer b)
{
  const Word *word = a;
  const Word *other = b;

  return word->bare == other->bare && memcmp (word->text, other->text, word->bare) == 0;
}

/* The same word, or what one has is how the other one begins: who has that heard of it as far as it was typed. */
static gboolean
is_one (const Word *word, const Word *other, gboolean told)
{
  gsize size = MIN (word->bare, other->bare);

  return told ? size > 0 && memcmp (word->text, other->text, size) == 0 : same (word, other);
}

static guint
hash_word (gconstpointer data)
{
  const Word *word = data;

  return (guint) XXH3_64bits (word->text, word->bare);
}

/* Returns: (transfer full): to be asked for words; @words must outlive it. */
static GHashTable *
make_set (GArray *words)
{
  GHashTable *set = g_hash_table_new (hash_word, same);

  for (guint i = 0; i < words->len; i++)
    g_hash_table_add (set, &g_array_index (words, Word, i));
  return set;
}

/* Returns: (transfer full): how often each word is there; @words must outlive it. */
static GHashTable *
count_words (GArray *words)
{
  GHashTable *counts = g_hash_table_new (hash_word, same);

  for (guint i = 0; i < words->len; i++)
    {
      Word *word = &g_array_index (words, Word, i);

      g_hash_table_replace (counts, word, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, word)) + 1));
    }
  return counts;
}

/* Take one of a word. Returns: whether there was one. */
static gboolean
take_word (GHashTable *counts, Word *word)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, word));

  if (n > 0)
    g_hash_table_replace (counts, word, GUINT_TO_POINTER (n - 1));
  return n > 0;
}

/* A word that is not at the end of the text is not written together with the next one. */
static void
append_word (GString *out, const Word *word)
{
  if (out->len > 0 && !is_space (out->str[out->len - 1]) && !is_space (word->text[0]))
    g_string_append_c (out, ' ');
  g_string_append_len (out, word->text, (gssize) word->size);
}

/* How long the longest common run of words is, from each pair on. */
static guint *
common_lengths (GArray *a, GArray *b, gboolean told)
{
  guint width = b->len + 1;
  guint *lengths = g_new0 (guint, (gsize) (a->len + 1) * width);

  for (guint i = a->len; i-- > 0;)
    for (guint j = b->len; j-- > 0;)
      if (is_one (&g_array_index (a, Word, i), &g_array_index (b, Word, j), told))
        lengths[i * width + j] = lengths[(i + 1) * width + j + 1] + 1;
      else
        lengths[i * width + j] = MAX (lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
  return lengths;
}

static void
append_new (GString *out, GHashTable *base, const Word *word)
{
  if (!g_hash_table_contains (base, word))
    append_word (out, word);
}

/* What came back in another order is there once all the same. */
static void
append_union (GString *out, GHashTable *base, GArray *ours, GArray *theirs, gboolean told)
{
  g_autofree guint *lengths = common_lengths (ours, theirs, told);
  g_autoptr (GHashTable) counts = count_words (ours);
  guint width = theirs->len + 1;
  guint i = 0;
  guint j = 0;

  while (i < ours->len || j < theirs->len)
    {
      const Word *our = i < ours->len ? &g_array_index (ours, Word, i) : NULL;
      Word *their = j < theirs->len ? &g_array_index (theirs, Word, j) : NULL;

      if (our != NULL && their != NULL && is_one (our, their, told))
        {
          append_word (out, our->bare >= their->bare ? our : their);
          take_word (counts, their);
          i++;
          j++;
        }
      else if (their == NULL || (our != NULL && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]))
        {
          append_new (out, base, our);
          i++;
        }
      else
        {
          if (!take_word (counts, their))
            append_new (out, base, their);
          j++;
        }
    }
}

static void
append_conflict (GString *out, FlowText *base, FlowText *ours, FlowText *theirs, const FlowTextRegion *region,
                 gboolean told)
{
  g_autoptr (GArray) old = split_piece (base, &region->base);
  g_autoptr (GArray) our = split_piece (ours, &region->ours);
  g_autoptr (GArray) their = split_piece (theirs, &region->theirs);
  g_autoptr (GHashTable) set = make_set (old);
  g_autoptr (GString) piece = g_string_new (NULL);

  if ((guint64) our->len * their->len <= MAX_PAIRS)
    append_union (piece, set, our, their, told);
  else
    {
      g_string_append_len (piece, flow_text_get_data (ours) + region->ours.start, (gssize) region->ours.size);
      g_string_append_len (piece, flow_text_get_data (theirs) + region->theirs.start, (gssize) region->theirs.size);
    }
  g_string_append_len (out, piece->str, (gssize) piece->len);
}

/* @told: both may have a word that was not kept, as far as each had heard of it. Returns: (transfer full): what brings
 * @theirs into @ours, both made of @base. */
FlowTextOperation *
flow_edit_union (FlowText *base, FlowText *ours, FlowText *theirs, gboolean told)
{
  g_autoptr (FlowTextMerge) merge = flow_text_merge_new (base, ours, theirs, FLOW_TEXT_MERGE_DEFAULT);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (FlowText) merged = NULL;
  gsize n;
  const FlowTextRegion *regions = flow_text_merge_get_regions (merge, &n);

  for (gsize i = 0; i < n; i++)
    {
      const FlowTextRegion *region = &regions[i];

      if (region->kind == FLOW_TEXT_REGION_CONFLICT)
        append_conflict (out, base, ours, theirs, region, told);
      else if (region->kind == FLOW_TEXT_REGION_THEIRS)
        g_string_append_len (out, flow_text_get_data (theirs) + region->theirs.start, (gssize) region->theirs.size);
      else
        g_string_append_len (out, flow_text_get_data (ours) + region->ours.start, (gssize) region->ours.size);
    }
  merged = flow_text_new (out->str, (gssize) out->len, NULL);
  return merged != NULL ? flow_text_diff (ours, merged) : flow_text_operation_new_noop ();
}
