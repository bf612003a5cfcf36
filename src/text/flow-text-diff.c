/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-diff.h"

#include <string.h>

#include "text/flow-text-cleanup.h"
#include "text/flow-text-private.h"
#include "text/flow-text-tokens.h"

/* Steps of all searches together: about 0.1 s. What is left after them counts as changed. Cutting into lines and
 * comparing a piece by word take steps too. */
#define BUDGET 20000000
#define LINE_STEPS 10
#define PIECE_STEPS 200
#define BYTE_STEPS 5
/* Of more changed places neighbours are taken as one. */
#define MOST_PARTS 50000
/* Pieces of so many bytes together are compared by word at once; longer ones by line first. */
#define SMALL 2048
/* A word of more bytes is none: what has no spaces is compared character by character, up to a size. */
#define LONG_WORD 256
#define LONGEST_WORD (1 << 20)

/* From coarse to fine. */
typedef enum
{
  BY_LINES,
  BY_WORDS,
  BY_CHARACTERS,
} Level;

typedef struct
{
  const char *a;
  const char *b;
  GArray *hunks; /* FlowTextHunk, in bytes */
  gint64 budget;
  Level finest;
} Diff;

/* Leaves out what both begin and end with; in whole characters, as each text goes on differently. */
static void
trim (const Diff *self, FlowTextHunk *hunk)
{
  const char *a = self->a + hunk->a, *b = self->b + hunk->b;
  gsize n = flow_bytes_common_prefix (a, b, MIN (hunk->n_a, hunk->n_b));

  while (n > 0 && ((n < hunk->n_a && flow_utf8_is_inside (a[n])) || (n < hunk->n_b && flow_utf8_is_inside (b[n]))))
    n--;
  hunk->a += n, hunk->n_a -= n;
  hunk->b += n, hunk->n_b -= n;
  a += n, b += n;
  n = flow_bytes_common_suffix (a + hunk->n_a, b + hunk->n_b, MIN (hunk->n_a, hunk->n_b));
  while (n > 0 && flow_utf8_is_inside (a[hunk->n_a - n]))
    n--;
  hunk->n_a -= n;
  hunk->n_b -= n;
}

/* Whether a place is between two letters of a word. */
static gboolean
tears_word (const char *text, gsize at)
{
  return flow_text_is_word (g_utf8_get_char (text + at)) &&
         flow_text_is_word (g_utf8_get_char (g_utf8_prev_char (text + at)));
}

/* Letters that the words at the edges share by chance would tear these: what is trimmed ends where words do. */
static void
widen_to_words (const Diff *self, const FlowTextHunk *whole, FlowTextHunk *hunk)
{
  gsize prefix = hunk->a - whole->a, suffix = whole->n_a - prefix - hunk->n_a;
  const char *a = self->a + whole->a, *b = self->b + whole->b;
  gsize n;

  for (n = 0; prefix > 0 && n < LONG_WORD && (tears_word (a, prefix) || tears_word (b, prefix)); n++)
    prefix = (gsize) (g_utf8_prev_char (a + prefix) - a);
  for (n = 0;
       suffix > 0 && n < LONG_WORD && (tears_word (a, whole->n_a - suffix) || tears_word (b, whole->n_b - suffix)); n++)
    suffix -= (gsize) g_utf8_skip[(guint8) a[whole->n_a - suffix]];
  *hunk = (FlowTextHunk) {
    .a = whole->a + prefix,
    .n_a = whole->n_a - prefix - suffix,
    .b = whole->b + prefix,
    .n_b = whole->n_b - prefix - suffix,
  };
}

static void diff_piece (Diff *self, FlowTextHunk piece, Level level);

/* Characters of a piece as numbers, and where each begins. */
static gsize
decode (const char *text, gsize size, guint32 *ids, guint32 *starts)
{
  gsize n = 0;

  for (gsize at = 0; at < size; at += (gsize) g_utf8_skip[(guint8) text[at]])
    {
      starts[n] = (guint32) at;
      ids[n++] = g_utf8_get_char (text + at);
    }
  starts[n] = (guint32) size;
  return n;
}

static void
join_neighbours (GArray *parts)
{
  guint size = (parts->len + MOST_PARTS - 1) / MOST_PARTS, n = 0;

  for (guint i = 0; size > 1 && i < parts->len; i += size)
    {
      FlowTextHunk joined = g_array_index (parts, FlowTextHunk, i);
      const FlowTextHunk *last = &g_array_index (parts, FlowTextHunk, MIN (i + size, parts->len) - 1);

      joined.n_a = last->a + last->n_a - joined.a;
      joined.n_b = last->b + last->n_b - joined.b;
      g_array_index (parts, FlowTextHunk, n++) = joined;
    }
  if (size > 1)
    g_array_set_size (parts, n);
}

/* Hands on the differences of two cut pieces, in bytes. */
static void
diff_parts (Diff *self, const FlowTextHunk *piece, const FlowTextSequence *a, const guint32 *a_starts,
            const FlowTextSequence *b, const guint32 *b_starts, Level next)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (FlowTextHunk));

  flow_text_hunks_collect (a, b, parts);
  join_neighbours (parts);
  for (guint i = 0; i < parts->len; i++)
    {
      const FlowTextHunk *part = &g_array_index (parts, FlowTextHunk, i);
      FlowTextHunk hunk = {
        .a = piece->a + a_starts[part->a],
        .n_a = a_starts[part->a + part->n_a] - a_starts[part->a],
        .b = piece->b + b_starts[part->b],
        .n_b = b_starts[part->b + part->n_b] - b_starts[part->b],
      };

      diff_piece (self, hunk, next);
    }
}

static void
diff_characters (Diff *self, const FlowTextHunk *piece)
{
  g_autofree guint32 *numbers = g_new (guint32, 2 * (piece->n_a + piece->n_b + 2));
  g_autofree guint8 *changed = g_malloc0 (piece->n_a + piece->n_b + 1);
  guint32 *a_starts = numbers + piece->n_a, *b_ids = a_starts + piece->n_a + 1, *b_starts = b_ids + piece->n_b;
  FlowTextSequence a = { .ids = numbers, .changed = changed }, b = { .ids = b_ids, .changed = changed + piece->n_a };

  a.n = decode (self->a + piece->a, piece->n_a, numbers, a_starts);
  b.n = decode (self->b + piece->b, piece->n_b, b_ids, b_starts);
  flow_text_myers (&a, &b, &self->budget);
  diff_parts (self, piece, &a, a_starts, &b, b_starts, BY_CHARACTERS + 1);
}

static void
diff_tokens (Diff *self, const FlowTextHunk *piece, Level level)
{
  FlowTextTokenKind kind = level == BY_LINES ? FLOW_TEXT_LINES : FLOW_TEXT_WORDS;
  g_autoptr (FlowTextTokenTable) table = flow_text_token_table_new ();
  g_auto (FlowTextTokens) a_tokens = { 0 };
  g_auto (FlowTextTokens) b_tokens = { 0 };
  g_autofree guint8 *changed = NULL;
  FlowTextSequence a, b;

  flow_text_tokens_init (&a_tokens, table, kind, self->a + piece->a, piece->n_a);
  flow_text_tokens_init (&b_tokens, table, kind, self->b + piece->b, piece->n_b);
  if (level == BY_LINES)
    self->budget -= (gint64) (LINE_STEPS * (a_tokens.n + b_tokens.n));
  changed = g_malloc0 (a_tokens.n + b_tokens.n + 1);
  a = (FlowTextSequence) { .ids = a_tokens.ids, .n = a_tokens.n, .changed = changed };
  b = (FlowTextSequence) { .ids = b_tokens.ids, .n = b_tokens.n, .changed = changed + a_tokens.n };
  flow_text_myers_interned (&a, &b, flow_text_token_table_get_n_ids (table), &self->budget);
  flow_text_hunks_compact (&a, &b);
  flow_text_hunks_compact (&b, &a);
  diff_parts (self, piece, &a, a_tokens.starts, &b, b_tokens.starts, level + 1);
}

static gboolean
is_long_word (const char *text, gsize size)
{
  return size > LONG_WORD && size <= LONGEST_WORD && flow_text_word_size (text, size) == size;
}

/* Whether there is so much left that a piece can be compared by word. */
static gboolean
pay_words (Diff *self, const FlowTextHunk *piece)
{
  gint64 cost = PIECE_STEPS + BYTE_STEPS * (gint64) (piece->n_a + piece->n_b);

  if (cost > self->budget)
    return FALSE;
  self->budget -= cost;
  return TRUE;
}

/* Words that differ go and come as a whole but for how they begin and end: letters that two words share by chance would
 * tear them into pieces. The recursion is as deep as there are levels. */
static void
diff_piece (Diff *self, FlowTextHunk piece, Level level)
{
  const FlowTextHunk whole = piece;

  if (self->finest > BY_LINES)
    trim (self, &piece);
  if (piece.n_a + piece.n_b == 0)
    return;
  if (level < BY_CHARACTERS && self->finest > BY_LINES && piece.n_a > 0 && piece.n_b > 0)
    widen_to_words (self, &whole, &piece);
  if (level == BY_LINES && self->finest > BY_LINES && piece.n_a + piece.n_b <= SMALL)
    level = BY_WORDS;
  if (piece.n_a == 0 || piece.n_b == 0 || level > self->finest || self->budget < 0 ||
      (level == BY_WORDS && !pay_words (self, &piece)))
    g_array_append_val (self->hunks, piece);
  else if (level < BY_CHARACTERS)
    diff_tokens (self, &piece, level);
  else if (is_long_word (self->a + piece.a, piece.n_a) && is_long_word (self->b + piece.b, piece.n_b))
    diff_characters (self, &piece);
  else
    g_array_append_val (self->hunks, piece);
}

static gsize
count (const FlowText *text, gsize start, gsize size)
{
  return flow_text_is_ascii (text) ? size : flow_utf8_count (flow_text_get_data (text) + start, size);
}

static FlowTextOperation *
build (const Diff *self, const FlowText *before, const FlowText *after)
{
  g_auto (FlowTextOperationBuilder) builder;
  gsize at = 0;

  flow_text_operation_builder_init (&builder);
  for (guint i = 0; i < self->hunks->len; i++)
    {
      const FlowTextHunk *hunk = &g_array_index (self->hunks, FlowTextHunk, i);

      flow_text_operation_builder_retain (&builder, count (before, at, hunk->a - at));
      flow_text_operation_builder_insert_counted (&builder, self->b + hunk->b, hunk->n_b,
                                                  count (after, hunk->b, hunk->n_b));
      flow_text_operation_builder_delete (&builder, count (before, hunk->a, hunk->n_a));
      at = hunk->a + hunk->n_a;
    }
  return flow_text_operation_builder_end (&builder);
}

static FlowTextOperation *
diff (FlowText *before, FlowText *after, Level finest)
{
  Diff self = {
    .a = flow_text_get_data (before),
    .b = flow_text_get_data (after),
    .budget = BUDGET,
    .finest = finest,
  };
  FlowTextHunk whole = { .n_a = flow_text_get_size (before), .n_b = flow_text_get_size (after) };
  FlowTextOperation *operation;

  self.hunks = g_array_new (FALSE, FALSE, sizeof (FlowTextHunk));
  diff_piece (&self, whole, BY_LINES);
  if (finest == BY_CHARACTERS)
    flow_text_cleanup (self.hunks, self.a, whole.n_a, self.b, whole.n_b);
  operation = build (&self, before, after);
  g_array_unref (self.hunks);
  return operation;
}

/**
 * flow_text_diff:
 * @before: a text
 * @after: the same text later
 *
 * Find out what was changed, as an operation: lines, inside of them words, of a word what lies between its common
 * begin and end. Equal texts give the no-op. The work is bounded: of texts that have little in common more is replaced
 * than would be needed.
 *
 * Returns: (transfer full): the operation that makes @after of @before
 */
FlowTextOperation *
flow_text_diff (FlowText *before, FlowText *after)
{
  return diff (before, after, BY_CHARACTERS);
}

/**
 * flow_text_diff_lines:
 * @before: a text
 * @after: the same text later
 *
 * Find out which lines were changed, for showing it; each goes and comes whole.
 *
 * Returns: (transfer full): the operation that makes @after of @before
 */
FlowTextOperation *
flow_text_diff_lines (FlowText *before, FlowText *after)
{
  return diff (before, after, BY_LINES);
}
