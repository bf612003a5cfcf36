/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-overlap.h"

#include <string.h>

#include "text/flow-text-private.h"
#include "text/flow-text-tokens.h"

/* What an operation does at one place, in bytes of the text before: from start to end goes, `text` comes at start. The
 * words that become others because of it reach from `from` to `to`. */
typedef struct
{
  gsize start;
  gsize end;
  const char *text;
  gsize size;
  gsize from;
  gsize to;
} Change;

/* A word of more characters is none: not more of it belongs to a change of it. */
#define LONGEST_WORD 256

/* No character: the text's begin, its end, nothing inserted. */
#define NONE 0

static gunichar
char_before (const char *text, gsize at)
{
  return at == 0 ? NONE : g_utf8_get_char (g_utf8_prev_char (text + at));
}

static gunichar
char_after (const char *text, gsize size, gsize at)
{
  return at == size ? NONE : g_utf8_get_char (text + at);
}

/* Whether the word that ends at a change was longer, or becomes longer. */
static void
extend (Change *change, const char *base, gsize size)
{
  gunichar left = char_before (base, change->start), right = char_after (base, size, change->end);
  gunichar first = change->size == 0 ? right : g_utf8_get_char (change->text);
  gunichar last = change->size == 0 ? left : char_before (change->text, change->size);
  gunichar first_gone = char_after (base, size, change->start), last_gone = char_before (base, change->end);

  change->from = change->start;
  change->to = change->end;
  if (flow_text_is_word (left) && (flow_text_is_word (first) || flow_text_is_word (first_gone)))
    {
      for (guint i = 0; i < LONGEST_WORD && flow_text_is_word (char_before (base, change->from)); i++)
        change->from = (gsize) (g_utf8_prev_char (base + change->from) - base);
    }
  if (flow_text_is_word (right) && (flow_text_is_word (last) || flow_text_is_word (last_gone)))
    {
      for (guint i = 0; i < LONGEST_WORD && flow_text_is_word (char_after (base, size, change->to)); i++)
        change->to += (gsize) g_utf8_skip[(guint8) base[change->to]];
    }
}

static GArray *
list_changes (const FlowText *base, const FlowTextOperation *operation)
{
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (Change));
  const char *data = flow_text_get_data (base);
  gsize size = flow_text_get_size (base), at = 0;
  FlowTextOperationIter iter;
  FlowTextComponent component;
  Change change = { 0 };

  flow_text_operation_iter_init (&iter, operation);
  while (flow_text_operation_iter_next (&iter, &component))
    {
      gsize bytes = component.kind == FLOW_TEXT_INSERT ? 0 : flow_utf8_skip (data + at, size - at, component.length);

      if (component.kind == FLOW_TEXT_RETAIN && (change.end > change.start || change.size > 0))
        g_array_append_val (changes, change);
      if (component.kind == FLOW_TEXT_RETAIN)
        change = (Change) { .start = at + bytes, .end = at + bytes };
      else if (component.kind == FLOW_TEXT_INSERT)
        change.text = component.text, change.size = component.size;
      else
        change.end = at + bytes;
      at += bytes;
    }
  if (change.end > change.start || change.size > 0)
    g_array_append_val (changes, change);
  for (guint i = 0; i < changes->len; i++)
    extend (&g_array_index (changes, Change, i), data, size);
  return changes;
}

/* What a piece of the text becomes by the changes from `first` on. */
static GString *
project (const char *base, const GArray *changes, guint first, gsize start, gsize end)
{
  GString *out = g_string_new (NULL);
  gsize at = start;

  for (guint i = first; i < changes->len; i++)
    {
      const Change *change = &g_array_index (changes, Change, i);

      if (change->start > end)
        break;
      if (change->end < start)
        continue;
      if (change->start > at)
        g_string_append_len (out, base + at, (gssize) (change->start - at));
      if (change->start >= start)
        g_string_append_len (out, change->text, (gssize) change->size);
      at = MAX (at, MIN (change->end, end));
    }
  g_string_append_len (out, base + at, (gssize) (end - at));
  return out;
}

/* Whether a piece that both changes reach was changed by both, and not to the same. Changes before may end in it, for a
 * word can have several. */
static gboolean
differ (const char *base, const GArray *ours, guint i, const GArray *theirs, guint j, gsize start, gsize end)
{
  g_autoptr (GString) our_text = NULL;
  g_autoptr (GString) their_text = NULL;
  gsize size = end - start;

  while (i > 0 && g_array_index (ours, Change, i - 1).end >= start)
    i--;
  while (j > 0 && g_array_index (theirs, Change, j - 1).end >= start)
    j--;
  our_text = project (base, ours, i, start, end);
  their_text = project (base, theirs, j, start, end);
  if (g_string_equal (our_text, their_text))
    return FALSE;
  return (our_text->len != size || memcmp (our_text->str, base + start, size) != 0) &&
         (their_text->len != size || memcmp (their_text->str, base + start, size) != 0);
}

/**
 * flow_text_overlap:
 * @base: the text that both had
 * @ours: what we did to it
 * @theirs: what they did to it
 * @overlap: (out) (optional): where in @base the words are
 *
 * Find out whether two changes truly touch each other: whether there is a word that both changed, each in another way.
 * New words at the same place do not; both stay as they are.
 *
 * Returns: %TRUE when they do
 */
gboolean
flow_text_overlap (FlowText *base, FlowTextOperation *ours, FlowTextOperation *theirs, FlowTextOverlap *overlap)
{
  g_autoptr (GArray) our_changes = NULL;
  g_autoptr (GArray) their_changes = NULL;
  const char *data = flow_text_get_data (base);
  gsize from = G_MAXSIZE, to = 0;
  guint i = 0, j = 0;

  g_return_val_if_fail (flow_text_operation_fits (ours, base) && flow_text_operation_fits (theirs, base), FALSE);

  our_changes = list_changes (base, ours);
  their_changes = list_changes (base, theirs);
  while (i < our_changes->len && j < their_changes->len)
    {
      const Change *our = &g_array_index (our_changes, Change, i), *their = &g_array_index (their_changes, Change, j);
      gsize start = MAX (our->from, their->from), end = MIN (our->to, their->to);

      if (start < end && differ (data, our_changes, i, their_changes, j, start, end))
        {
          from = MIN (from, start);
          to = end;
        }
      if (our->to < their->to)
        i++;
      else
        j++;
    }
  if (to == 0)
    return FALSE;
  if (overlap != NULL)
    *overlap = (FlowTextOverlap) { .start = flow_utf8_count (data, from),
                                   .length = flow_utf8_count (data + from, to - from) };
  return TRUE;
}
