/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-tokens.h"

#include <string.h>
#include <xxhash.h>

/* The table begins with so many places, and is at most half full. */
#define FIRST_PLACES 256
/* A line and a word have about so many bytes, for the first guess of how many there are. */
#define LINE_BYTES 32
#define WORD_BYTES 4

typedef struct
{
  guint64 hash;
  const char *text;
  guint32 size;
} Known;

struct _FlowTextTokenTable
{
  Known *known; /* by number */
  guint32 n_known;
  guint32 n_allocated;
  guint32 *places; /* number + 1, by hash; 0: free */
  guint32 mask;
};

/**
 * flow_text_token_table_new:
 *
 * Create a table.
 *
 * Returns: (transfer full): the table
 */
FlowTextTokenTable *
flow_text_token_table_new (void)
{
  FlowTextTokenTable *self = g_new0 (FlowTextTokenTable, 1);

  self->n_allocated = FIRST_PLACES / 2;
  self->known = g_new (Known, self->n_allocated);
  self->places = g_new0 (guint32, FIRST_PLACES);
  self->mask = FIRST_PLACES - 1;
  return self;
}

/**
 * flow_text_token_table_free:
 * @self: (transfer full): a table
 *
 * Free it.
 */
void
flow_text_token_table_free (FlowTextTokenTable *self)
{
  g_free (self->known);
  g_free (self->places);
  g_free (self);
}

/**
 * flow_text_token_table_get_n_ids:
 * @self: a table
 *
 * Count the numbers that have been given; they are smaller.
 *
 * Returns: how many
 */
guint32
flow_text_token_table_get_n_ids (const FlowTextTokenTable *self)
{
  return self->n_known;
}

static void
grow (FlowTextTokenTable *self)
{
  self->n_allocated *= 2;
  self->known = g_renew (Known, self->known, self->n_allocated);
  self->mask = self->mask * 2 + 1;
  g_free (self->places);
  self->places = g_new0 (guint32, (gsize) self->mask + 1);
  for (guint32 id = 0; id < self->n_known; id++)
    {
      guint32 place = (guint32) self->known[id].hash & self->mask;

      while (self->places[place] != 0)
        place = (place + 1) & self->mask;
      self->places[place] = id + 1;
    }
}

static guint32
intern (FlowTextTokenTable *self, const char *text, guint32 size)
{
  guint64 hash = XXH3_64bits (text, size);
  guint32 place = (guint32) hash & self->mask;

  for (; self->places[place] != 0; place = (place + 1) & self->mask)
    {
      const Known *known = &self->known[self->places[place] - 1];

      if (known->hash == hash && known->size == size && memcmp (known->text, text, size) == 0)
        return self->places[place] - 1;
    }
  self->known[self->n_known] = (Known) { .hash = hash, .text = text, .size = size };
  self->places[place] = ++self->n_known;
  if (self->n_known == self->n_allocated)
    grow (self);
  return self->n_known - 1;
}

static gsize
line_size (const char *text, gsize size)
{
  const char *end = memchr (text, '\n', size);

  return end == NULL ? size : (gsize) (end + 1 - text);
}

/**
 * flow_text_is_word:
 * @c: a character, or 0
 *
 * Find out whether a character is a part of words: letters, digits and what joins them. Writing without spaces has a
 * word in each character, and none that is longer.
 *
 * Returns: %TRUE when it is
 */
gboolean
flow_text_is_word (gunichar c)
{
  if (c < 0x80)
    return g_ascii_isalnum (c) || c == '_';
  return (g_unichar_isalnum (c) || g_unichar_ismark (c)) && !g_unichar_iswide (c);
}

static gboolean
is_space (gunichar c)
{
  return c == ' ' || c == '\t' || c == 0xa0;
}

static gsize
run_size (const char *text, gsize size, gboolean (*belongs) (gunichar c))
{
  gsize at = 0;

  while (at < size && belongs (g_utf8_get_char (text + at)))
    at += (gsize) g_utf8_skip[(guint8) text[at]];
  return at;
}

/**
 * flow_text_word_size:
 * @text: (array length=size): valid UTF-8, from the beginning of a word or of what is between words
 * @size: bytes, at least one
 *
 * Find out how long a word is: letters and digits, or spaces, or one other character.
 *
 * Returns: bytes
 */
gsize
flow_text_word_size (const char *text, gsize size)
{
  gunichar first = g_utf8_get_char (text);

  if (flow_text_is_word (first))
    return run_size (text, size, flow_text_is_word);
  if (is_space (first))
    return run_size (text, size, is_space);
  return (gsize) g_utf8_skip[(guint8) *text];
}

/**
 * flow_text_tokens_init:
 * @self: (out caller-allocates): the tokens
 * @table: gives them their numbers
 * @kind: what to cut into
 * @text: (array length=size): valid UTF-8
 * @size: bytes
 *
 * Cut a text into tokens.
 */
void
flow_text_tokens_init (FlowTextTokens *self, FlowTextTokenTable *table, FlowTextTokenKind kind, const char *text,
                       gsize size)
{
  gsize n_allocated = 16 + size / (kind == FLOW_TEXT_LINES ? LINE_BYTES : WORD_BYTES);
  gsize at = 0;

  self->n = 0;
  self->ids = g_new (guint32, n_allocated);
  self->starts = g_new (guint32, n_allocated + 1);
  while (at < size)
    {
      gsize length = kind == FLOW_TEXT_LINES ? line_size (text + at, size - at)
                                             : flow_text_word_size (text + at, size - at);

      if (self->n == n_allocated)
        {
          n_allocated *= 2;
          self->ids = g_renew (guint32, self->ids, n_allocated);
          self->starts = g_renew (guint32, self->starts, n_allocated + 1);
        }
      self->starts[self->n] = (guint32) at;
      self->ids[self->n++] = intern (table, text + at, (guint32) length);
      at += length;
    }
  self->starts[self->n] = (guint32) size;
}

/**
 * flow_text_tokens_clear:
 * @self: tokens
 *
 * Free them.
 */
void
flow_text_tokens_clear (FlowTextTokens *self)
{
  g_clear_pointer (&self->ids, g_free);
  g_clear_pointer (&self->starts, g_free);
  self->n = 0;
}
