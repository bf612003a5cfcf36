/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-bloom.h"

/* Ten bits a word and five probes: about one answer in a hundred is a false "maybe" (Bloom, 1970). */
#define BITS_PER_WORD 10
#define PROBES 5

static inline gboolean
is_word (guint8 byte)
{
  return g_ascii_isalnum (byte) || byte >= 0x80;
}

typedef void (*WordFunc) (gpointer data, guint64 hash);

static void
add_word (const FlowSipKey *key, const char *text, gsize length, WordFunc func, gpointer data)
{
  guint8 lower[64];
  gsize n = MIN (length, sizeof lower);

  if (length < 2)
    return;
  for (gsize i = 0; i < n; i++)
    lower[i] = (guint8) g_ascii_tolower (text[i]);
  func (data, flow_siphash (key, lower, n) | 1);
}

/* In protobuf bytes a string stands behind its tag, which is a newline, and its length, a varint, whose bytes may look
 * like a part of the first word. */
static gsize
skip_length (const char *text, gsize length)
{
  gsize skip = 0;

  while (skip < length && (guint8) text[skip] >= 0x80)
    skip++;
  return MIN (skip + 1, length);
}

static void
each_word (const FlowSipKey *key, const char *text, gsize length, gboolean framed, WordFunc func, gpointer data)
{
  gsize at = 0;

  length = MIN (length, FLOW_BLOOM_TEXT);
  while (at < length)
    {
      gsize begin, skip;

      while (at < length && !is_word ((guint8) text[at]))
        at++;
      begin = at;
      while (at < length && is_word ((guint8) text[at]))
        at++;
      add_word (key, text + begin, at - begin, func, data);
      if (!framed || begin == 0 || text[begin - 1] != '\n')
        continue;
      skip = skip_length (text + begin, at - begin);
      add_word (key, text + begin + skip, at - begin - skip, func, data);
    }
}

void
flow_bloom_init (FlowBloom *self, const FlowSipKey *key)
{
  *self = (FlowBloom) { .key = *key, .mask = 1023 };
  self->hashes = g_new0 (guint64, self->mask + 1);
}

void
flow_bloom_clear (FlowBloom *self)
{
  g_clear_pointer (&self->hashes, g_free);
}

static void
add_hash (gpointer data, guint64 hash)
{
  FlowBloom *self = data;
  guint32 at = (guint32) (hash >> 8) & self->mask;

  while (self->hashes[at] != 0)
    {
      if (self->hashes[at] == hash)
        return;
      at = (at + 1) & self->mask;
    }
  self->hashes[at] = hash;
  if (++self->words * 2 > self->mask)
    {
      g_autofree guint64 *old = g_steal_pointer (&self->hashes);
      guint32 old_mask = self->mask;

      self->mask = self->mask * 2 + 1;
      self->words = 0;
      self->hashes = g_new0 (guint64, self->mask + 1);
      for (guint32 i = 0; i <= old_mask; i++)
        if (old[i] != 0)
          add_hash (self, old[i]);
    }
}

/** flow_bloom_add: add the words of one string, or of the strings in the protobuf bytes that it may be. */
void
flow_bloom_add (FlowBloom *self, const char *text, gsize length)
{
  each_word (&self->key, text, length, TRUE, add_hash, self);
}

static inline guint64
probe (guint64 hash, guint i, guint64 bits)
{
  guint64 mixed = hash + i * ((hash >> 32) | 1) * 0x9e3779b97f4a7c15u;

  return (guint64) (((unsigned __int128) mixed * bits) >> 64);
}

/**
 * flow_bloom_finish:
 *
 * Append the filter to @out. Its size follows from the number of different words.
 */
void
flow_bloom_finish (FlowBloom *self, FlowBuffer *out)
{
  gsize bytes = MAX (8, ((gsize) self->words * BITS_PER_WORD + 7) / 8);
  guint64 bits = (guint64) bytes * 8;
  guint8 *filter = flow_buffer_reserve (out, bytes);

  memset (filter, 0, bytes);
  out->length += bytes;
  for (guint32 i = 0; i <= self->mask; i++)
    {
      if (self->hashes[i] == 0)
        continue;
      for (guint p = 0; p < PROBES; p++)
        {
          guint64 bit = probe (self->hashes[i], p, bits);

          filter[bit >> 3] |= (guint8) (1u << (bit & 7));
        }
    }
}

static void
append_hash (gpointer data, guint64 hash)
{
  g_array_append_val ((GArray *) data, hash);
}

/**
 * flow_bloom_query_new:
 *
 * Returns: (transfer full) (element-type guint64): the hashes of the words of @text
 */
GArray *
flow_bloom_query_new (const FlowSipKey *key, const char *text, gsize length)
{
  GArray *query = g_array_new (FALSE, FALSE, sizeof (guint64));

  each_word (key, text, length, FALSE, append_hash, query);
  return query;
}

/**
 * flow_bloom_may_hold:
 *
 * Returns: %FALSE when the segment certainly lacks one of the words of @query
 */
gboolean
flow_bloom_may_hold (gconstpointer bloom, gsize length, const GArray *query)
{
  const guint8 *filter = bloom;

  if (length == 0)
    return TRUE;
  for (guint i = 0; i < query->len; i++)
    {
      guint64 hash = g_array_index (query, guint64, i);

      for (guint p = 0; p < PROBES; p++)
        {
          guint64 bit = probe (hash, p, (guint64) length * 8);

          if (!(filter[bit >> 3] & (1u << (bit & 7))))
            return FALSE;
        }
    }
  return TRUE;
}

/**
 * flow_text_holds:
 *
 * Whether @text holds @needle anywhere, ASCII case ignored. Of a long text the beginning counts.
 */
gboolean
flow_text_holds (const char *text, gsize length, const char *needle, gsize needle_length)
{
  guint8 first;

  length = MIN (length, FLOW_BLOOM_TEXT);
  if (needle_length == 0 || needle_length > length)
    return FALSE;
  first = (guint8) g_ascii_tolower (needle[0]);
  for (gsize at = 0; at + needle_length <= length; at++)
    if ((guint8) g_ascii_tolower (text[at]) == first && g_ascii_strncasecmp (text + at, needle, needle_length) == 0)
      return TRUE;
  return FALSE;
}

/**
 * flow_words_match:
 *
 * Whether @text holds @needle as whole words, ASCII case ignored. Of a long text the beginning counts.
 */
gboolean
flow_words_match (const char *text, gsize length, const char *needle, gsize needle_length)
{
  gboolean open_front, open_back;
  guint8 first;

  length = MIN (length, FLOW_BLOOM_TEXT);
  if (needle_length == 0 || needle_length > length)
    return FALSE;
  first = (guint8) g_ascii_tolower (needle[0]);
  open_front = !is_word ((guint8) needle[0]);
  open_back = !is_word ((guint8) needle[needle_length - 1]);
  for (gsize at = 0; at + needle_length <= length; at++)
    {
      gsize end = at + needle_length;

      if ((guint8) g_ascii_tolower (text[at]) != first || (!open_front && at > 0 && is_word ((guint8) text[at - 1])) ||
          (!open_back && end < length && is_word ((guint8) text[end])))
        continue;
      if (g_ascii_strncasecmp (text + at, needle, needle_length) == 0)
        return TRUE;
    }
  return FALSE;
}
