/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-keys"

#include "trace/flow-trace-keys.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 1024
/* Bits of the first look at a number when some are searched among all. */
#define SIEVE_BITS 32768u

typedef struct
{
  guint count;
  FlowTraceKey keys[CHUNK];
} Chunk;

struct _FlowTraceKeys
{
  GPtrArray *chunks; /* Chunk, none empty */
  GArray *starts;    /* guint: place of each chunk's first key */
  guint fresh;       /* so many of `starts` are right */
  guint length;
};

/**
 * flow_trace_keys_new:
 *
 * Returns: (transfer full): no keys
 */
FlowTraceKeys *
flow_trace_keys_new (void)
{
  FlowTraceKeys *self = g_new0 (FlowTraceKeys, 1);

  self->chunks = g_ptr_array_new_with_free_func (g_free);
  self->starts = g_array_new (FALSE, FALSE, sizeof (guint));
  return self;
}

/**
 * flow_trace_keys_new_sorted:
 * @keys: (array length=count): in order, each once
 * @count: how many
 *
 * Returns: (transfer full): these keys
 */
FlowTraceKeys *
flow_trace_keys_new_sorted (const FlowTraceKey *keys, gsize count)
{
  FlowTraceKeys *self = flow_trace_keys_new ();

  flow_trace_keys_append (self, keys, count);
  return self;
}

/**
 * flow_trace_keys_free:
 * @self: (transfer full): keys
 *
 * Forget them.
 */
void
flow_trace_keys_free (FlowTraceKeys *self)
{
  g_ptr_array_unref (self->chunks);
  g_array_unref (self->starts);
  g_free (self);
}

/**
 * flow_trace_keys_get_length:
 * @self: keys
 *
 * Returns: how many
 */
guint
flow_trace_keys_get_length (const FlowTraceKeys *self)
{
  return self->length;
}

/**
 * flow_trace_key_compare:
 * @a: a key
 * @b: a key
 *
 * Returns: less than, equal to or greater than 0 when @a comes before @b, is it, or comes after
 */
int
flow_trace_key_compare (const FlowTraceKey *a, const FlowTraceKey *b)
{
  if (a->value != b->value)
    return a->value > b->value ? -1 : 1;
  return a->number > b->number ? -1 : a->number < b->number;
}

static int
compare_keys (const void *a, const void *b)
{
  return flow_trace_key_compare (a, b);
}

/**
 * flow_trace_keys_sort:
 * @keys: (array length=count): keys
 * @count: how many
 *
 * Put them in order.
 */
void
flow_trace_keys_sort (FlowTraceKey *keys, gsize count)
{
  /* None may be no memory at all, which qsort() must not get. */
  if (count > 1)
    qsort (keys, count, sizeof *keys, compare_keys);
}

static Chunk *
chunk_at (const FlowTraceKeys *self, guint index)
{
  return self->chunks->pdata[index];
}

/* Up to the chunk that is asked for: who puts many on top asks for the first one each time. */
static void
settle_starts (FlowTraceKeys *self, guint index)
{
  guint start = 0, end = MIN (index + 1, self->chunks->len);

  if (self->fresh >= end)
    return;
  g_array_set_size (self->starts, self->chunks->len);
  if (self->fresh > 0)
    start = g_array_index (self->starts, guint, self->fresh - 1) + chunk_at (self, self->fresh - 1)->count;
  for (guint i = self->fresh; i < end; i++)
    {
      g_array_index (self->starts, guint, i) = start;
      start += chunk_at (self, i)->count;
    }
  self->fresh = end;
}

/* The chunk that holds a place, and the place in it. */
static guint
locate (FlowTraceKeys *self, guint position, guint *offset)
{
  guint low = 0, high = self->chunks->len;

  settle_starts (self, self->chunks->len - 1);
  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->starts, guint, middle) <= position)
        low = middle;
      else
        high = middle;
    }
  *offset = position - g_array_index (self->starts, guint, low);
  return low;
}

/**
 * flow_trace_keys_get:
 * @self: keys
 * @position: less than how many there are
 *
 * Returns: (transfer none): the key at a place, until keys change
 */
const FlowTraceKey *
flow_trace_keys_get (FlowTraceKeys *self, guint position)
{
  guint offset, index;

  g_return_val_if_fail (position < self->length, NULL);

  index = locate (self, position, &offset);
  return &chunk_at (self, index)->keys[offset];
}

/* The last chunk whose first key does not come after @key; the first one when all do. */
static guint
chunk_for (const FlowTraceKeys *self, const FlowTraceKey *key)
{
  guint low = 0, high = self->chunks->len;

  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (flow_trace_key_compare (&chunk_at (self, middle)->keys[0], key) <= 0)
        low = middle;
      else
        high = middle;
    }
  return low;
}

/* The place of the first key in a chunk that does not come before @key. */
static guint
offset_for (const Chunk *chunk, const FlowTraceKey *key)
{
  guint low = 0, high = chunk->count;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (flow_trace_key_compare (&chunk->keys[middle], key) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/**
 * flow_trace_keys_find:
 * @self: keys
 * @key: what to look for
 * @position: (out): its place, or where it would go
 *
 * Returns: whether it is there
 */
gboolean
flow_trace_keys_find (FlowTraceKeys *self, const FlowTraceKey *key, guint *position)
{
  guint index, offset;
  const Chunk *chunk;

  *position = 0;
  if (self->chunks->len == 0)
    return FALSE;
  index = chunk_for (self, key);
  settle_starts (self, index);
  chunk = chunk_at (self, index);
  offset = offset_for (chunk, key);
  *position = g_array_index (self->starts, guint, index) + offset;
  return offset < chunk->count && flow_trace_key_compare (&chunk->keys[offset], key) == 0;
}

/* What is before @index keeps its place. */
static void
stale_after (FlowTraceKeys *self, guint index)
{
  self->fresh = MIN (self->fresh, index);
}

/* Room in a full chunk: keys that come in order leave full chunks behind, others halves. */
static guint
make_room (FlowTraceKeys *self, guint index, guint *offset)
{
  Chunk *chunk = chunk_at (self, index), *fresh = g_new (Chunk, 1);
  guint keep = *offset == CHUNK ? CHUNK : *offset == 0 ? 0 : CHUNK / 2;

  /* New traces come on top: the chunk there stays whole, and a new one before it takes them. */
  if (keep == 0)
    {
      fresh->count = 0;
      g_ptr_array_insert (self->chunks, (int) index, fresh);
      return index;
    }
  fresh->count = CHUNK - keep;
  memcpy (fresh->keys, chunk->keys + keep, fresh->count * sizeof (FlowTraceKey));
  chunk->count = keep;
  g_ptr_array_insert (self->chunks, (int) index + 1, fresh);
  if (*offset < keep || (*offset == keep && keep < CHUNK))
    return index;
  *offset -= keep;
  return index + 1;
}

/**
 * flow_trace_keys_insert:
 * @self: keys
 * @key: a key that is not there
 *
 * Put a key where it belongs.
 *
 * Returns: its place
 */
guint
flow_trace_keys_insert (FlowTraceKeys *self, const FlowTraceKey *key)
{
  guint index = 0, offset = 0;
  Chunk *chunk;

  if (self->chunks->len == 0)
    g_ptr_array_add (self->chunks, g_new0 (Chunk, 1));
  else
    {
      index = chunk_for (self, key);
      offset = offset_for (chunk_at (self, index), key);
    }
  if (chunk_at (self, index)->count == CHUNK)
    {
      stale_after (self, index);
      index = make_room (self, index, &offset);
    }
  chunk = chunk_at (self, index);
  memmove (chunk->keys + offset + 1, chunk->keys + offset, (chunk->count - offset) * sizeof *key);
  chunk->keys[offset] = *key;
  chunk->count++;
  self->length++;
  stale_after (self, index + 1);
  settle_starts (self, index);
  return g_array_index (self->starts, guint, index) + offset;
}

/**
 * flow_trace_keys_append:
 * @self: keys
 * @keys: (array length=count): in order, all of which come after those that are there
 * @count: how many
 *
 * Add the next piece of a long list.
 */
void
flow_trace_keys_append (FlowTraceKeys *self, const FlowTraceKey *keys, gsize count)
{
  while (count > 0)
    {
      Chunk *last = self->chunks->len > 0 ? chunk_at (self, self->chunks->len - 1) : NULL;
      guint room;

      if (last == NULL || last->count == CHUNK)
        {
          last = g_new0 (Chunk, 1);
          g_ptr_array_add (self->chunks, last);
        }
      room = (guint) MIN (CHUNK - last->count, count);
      memcpy (last->keys + last->count, keys, room * sizeof *keys);
      last->count += room;
      self->length += room;
      keys += room;
      count -= room;
    }
}

/**
 * flow_trace_keys_remove:
 * @self: keys
 * @position: less than how many there are
 *
 * Take a key out.
 */
void
flow_trace_keys_remove (FlowTraceKeys *self, guint position)
{
  guint index, offset;
  Chunk *chunk;

  g_return_if_fail (position < self->length);

  index = locate (self, position, &offset);
  chunk = chunk_at (self, index);
  chunk->count--;
  self->length--;
  memmove (chunk->keys + offset, chunk->keys + offset + 1, (chunk->count - offset) * sizeof (FlowTraceKey));
  if (chunk->count > 0)
    {
      stale_after (self, index + 1);
      return;
    }
  g_ptr_array_remove_index (self->chunks, index);
  stale_after (self, index);
}

/* A place between two keys, walked along chunk by chunk. */
typedef struct
{
  const FlowTraceKeys *keys;
  guint index;
  guint offset; /* in the chunk; 0 is the end of the one before */
} Walk;

static Walk
walk_from (const FlowTraceKeys *keys, gboolean end)
{
  guint last = keys->chunks->len - 1;

  return (Walk) { keys, end ? last : 0, end ? chunk_at (keys, last)->count : 0 };
}

/* How many keys lie in one piece ahead. */
static guint
walk_room (const Walk *self, gboolean end)
{
  return end ? self->offset : chunk_at (self->keys, self->index)->count - self->offset;
}

static const FlowTraceKey *
walk_piece (const Walk *self, gboolean end, guint count)
{
  return chunk_at (self->keys, self->index)->keys + self->offset - (end ? count : 0);
}

static void
walk_on (Walk *self, gboolean end, guint count)
{
  self->offset = end ? self->offset - count : self->offset + count;
  if (end && self->offset == 0 && self->index > 0)
    *self = (Walk) { self->keys, self->index - 1, chunk_at (self->keys, self->index - 1)->count };
  else if (!end && self->offset == chunk_at (self->keys, self->index)->count &&
           self->index + 1 < self->keys->chunks->len)
    *self = (Walk) { self->keys, self->index + 1, 0 };
}

/* Of two pieces, how many keys are the same one after the other. */
static guint
same_keys (const FlowTraceKey *a, const FlowTraceKey *b, guint count, gboolean end)
{
  guint same = 0;

  if (memcmp (a, b, count * sizeof *a) == 0)
    return count;
  while (flow_trace_key_compare (end ? &a[count - 1 - same] : &a[same], end ? &b[count - 1 - same] : &b[same]) == 0)
    same++;
  return same;
}

/**
 * flow_trace_keys_count_same:
 * @self: keys
 * @other: other keys
 * @end: count from the end
 * @most: so many at most
 *
 * Count what both begin, or end, with: some milliseconds for a million.
 *
 * Returns: how many keys
 */
guint
flow_trace_keys_count_same (const FlowTraceKeys *self, const FlowTraceKeys *other, gboolean end, guint most)
{
  guint same = 0;
  Walk a, b;

  most = MIN (most, MIN (self->length, other->length));
  if (most == 0)
    return 0;
  a = walk_from (self, end);
  b = walk_from (other, end);
  while (same < most)
    {
      guint count = MIN (MIN (walk_room (&a, end), walk_room (&b, end)), most - same);
      guint equal = same_keys (walk_piece (&a, end, count), walk_piece (&b, end, count), count, end);

      same += equal;
      if (equal < count)
        break;
      walk_on (&a, end, count);
      walk_on (&b, end, count);
    }
  return same;
}

static guint
sieve_bit (guint64 number)
{
  return (guint) ((number * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 49) % SIEVE_BITS;
}

/**
 * flow_trace_keys_find_numbers:
 * @self: keys
 * @numbers: (array length=count): numbers of traces
 * @count: how many
 *
 * Look for traces of which only the number is known: one pass over all keys, a millisecond for a million.
 *
 * Returns: (transfer container) (element-type guint64 FlowTraceKey): those that are there, by number; keys and
 *   values live until keys change
 */
GHashTable *
flow_trace_keys_find_numbers (FlowTraceKeys *self, const guint64 *numbers, gsize count)
{
  GHashTable *found = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autofree guint8 *sieve = g_malloc0 (SIEVE_BITS / 8);

  for (gsize i = 0; i < count; i++)
    {
      guint bit = sieve_bit (numbers[i]);

      sieve[bit / 8] |= (guint8) (1u << bit % 8);
      g_hash_table_add (wanted, (gpointer) &numbers[i]);
    }
  for (guint i = 0; i < self->chunks->len; i++)
    for (guint k = 0; k < chunk_at (self, i)->count; k++)
      {
        FlowTraceKey *key = &chunk_at (self, i)->keys[k];
        guint bit = sieve_bit (key->number);

        if ((sieve[bit / 8] >> bit % 8 & 1) != 0 && g_hash_table_contains (wanted, &key->number))
          g_hash_table_insert (found, &key->number, key);
      }
  return found;
}
