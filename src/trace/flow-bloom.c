/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-bloom.h"

/* Ten bits a word and five probes: about one answer in a hundred is a false "maybe" (Bloom, 1970). */
#define BITS_PER_WORD 10
#define PROBES 5
/* A value longer than this is found by its beginning only: base64 images need no index. */
#define MAX_TEXT 65536

static inline gboolean
is_word (guint8 byte)
{
  return g_ascii_isalnum (byte) || byte >= 0x80;
}

typedef void (*WordFunc) (gpointer data, guint64 hash);

static void
each_word (const FlowSipKey *key, const char *text, gsize length, gsize skip, WordFunc func, gpointer data)
{
  gsize at = 0;
  guint8 lower[64];

  length = MIN (length, MAX_TEXT);
  while (at < length)
    {
      gsize n = 0, begin;

      while (at < length && !is_word ((guint8) text[at]))
        at++;
      begin = at = MIN (at + skip, length);
      for (; at < length && is_word ((guint8) text[at]); at++)
        if (n < sizeof lower)
          lower[n++] = (guint8) g_ascii_tolower (text[at]);
      if (at - begin >= 2)
        func (data, flow_siphash (key, lower, n) | 1);
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

/* Strings inside protobuf bytes have their length in front, which may look like a letter. */
static gboolean
is_framed (const char *text, gsize length)
{
  if (length < 3)
    return FALSE;
  if (text[0] == '\n' || text[2] == '\n')
    return TRUE;
  for (gsize i = 0; i < MIN (length, 256); i++)
    if ((guint8) text[i] < 0x20 && !g_ascii_isspace (text[i]))
      return TRUE;
  return FALSE;
}

/** flow_bloom_add: add the words of one string, or of the strings in the protobuf bytes that it may be. */
void
flow_bloom_add (FlowBloom *self, const char *text, gsize length)
{
  each_word (&self->key, text, length, 0, add_hash, self);
  if (is_framed (text, length))
    each_word (&self->key, text, length, 1, add_hash, self);
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

  each_word (key, text, length, 0, append_hash, query);
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
 * flow_words_match:
 *
 * Whether @text holds @needle as whole words, ASCII case ignored.
 */
gboolean
flow_words_match (const char *text, gsize length, const char *needle, gsize needle_length)
{
  gboolean open_front, open_back;
  guint8 first;

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
