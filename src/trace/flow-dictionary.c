/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-dictionary.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/flow-id.h"
#include "trace/flow-buffer.h"

/* Strings stand one after the other, each with a NUL behind it; `offsets[id]` is where one begins. The table is
 * open-addressed with linear probing, a slot holds the upper half of the hash and the id. */
typedef struct
{
  guint32 hash;
  guint32 id; /* 0: free, as the empty string needs no slot */
} Slot;

struct _FlowDictionary
{
  char *bytes;
  gsize length;
  gsize capacity;
  guint32 *offsets; /* size + 1 of them */
  guint32 size;
  guint32 offsets_capacity;
  Slot *slots;
  guint32 mask;
};

static const char *const key_names[] = {
  [FLOW_KEY_SERVICE_NAME] = "service.name",
  [FLOW_KEY_CODE_FILE_PATH] = "code.file.path",
  [FLOW_KEY_CODE_FILEPATH] = "code.filepath",
  [FLOW_KEY_CODE_LINE_NUMBER] = "code.line.number",
  [FLOW_KEY_CODE_LINENO] = "code.lineno",
  [FLOW_KEY_ERROR_TYPE] = "error.type",
  [FLOW_KEY_ERROR] = "error",
  [FLOW_KEY_HTTP_RESPONSE_STATUS_CODE] = "http.response.status_code",
  [FLOW_KEY_HTTP_STATUS_CODE] = "http.status_code",
  [FLOW_KEY_RPC_GRPC_STATUS_CODE] = "rpc.grpc.status_code",
  [FLOW_KEY_OTEL_STATUS_CODE] = "otel.status_code",
  [FLOW_KEY_EXCEPTION] = "exception",
};

/* A process-wide random seed, so that nobody can choose strings that all collide. */
static guint64
hash_seed (void)
{
  static gsize seed;

  if (g_once_init_enter (&seed))
    {
      guint64 random = 0;

      flow_id_random ((guint8 *) &random, sizeof random);
      g_once_init_leave (&seed, (gsize) (random | 1));
    }
  return seed;
}

static inline guint64
hash_bytes (gconstpointer data, gsize length)
{
  return XXH3_64bits_withSeed (data, length, hash_seed ());
}

static void
grow_slots (FlowDictionary *self)
{
  guint32 capacity = (self->mask + 1) * 2;
  Slot *slots = g_new0 (Slot, capacity);

  for (guint32 id = 1; id < self->size; id++)
    {
      const char *data = self->bytes + self->offsets[id];
      guint64 hash = hash_bytes (data, self->offsets[id + 1] - self->offsets[id] - 1);
      guint32 at = (guint32) hash & (capacity - 1);

      while (slots[at].id != 0)
        at = (at + 1) & (capacity - 1);
      slots[at] = (Slot) { (guint32) (hash >> 32), id };
    }
  g_free (self->slots);
  self->slots = slots;
  self->mask = capacity - 1;
}

static guint32
append (FlowDictionary *self, gconstpointer data, gsize length)
{
  if (self->capacity - self->length < length + 1)
    {
      self->capacity = MAX (self->capacity * 2, self->length + length + 1);
      self->bytes = g_realloc (self->bytes, self->capacity);
    }
  if (self->size + 2 > self->offsets_capacity)
    {
      self->offsets_capacity *= 2;
      self->offsets = g_renew (guint32, self->offsets, self->offsets_capacity);
    }
  if (length > 0)
    memcpy (self->bytes + self->length, data, length);
  self->bytes[self->length + length] = 0;
  self->length += length + 1;
  self->offsets[self->size + 1] = (guint32) self->length;
  return self->size++;
}

/**
 * flow_dictionary_new_plain:
 *
 * Make a dictionary that holds only the empty string. Segments use it.
 */
FlowDictionary *
flow_dictionary_new_plain (void)
{
  FlowDictionary *self = g_new0 (FlowDictionary, 1);

  self->capacity = 2048;
  self->bytes = g_malloc (self->capacity);
  self->offsets_capacity = 128;
  self->offsets = g_new (guint32, self->offsets_capacity);
  self->offsets[0] = 0;
  self->mask = 255;
  self->slots = g_new0 (Slot, self->mask + 1);
  append (self, "", 0);
  return self;
}

/**
 * flow_dictionary_new:
 *
 * Make a dictionary whose first ids are the [enum@FlowKey]s. Decoders use it.
 */
FlowDictionary *
flow_dictionary_new (void)
{
  FlowDictionary *self = flow_dictionary_new_plain ();

  for (guint key = 1; key <= FLOW_KEY_LAST; key++)
    {
      guint32 id = flow_dictionary_intern (self, key_names[key], strlen (key_names[key]));

      g_assert (id == key);
    }
  return self;
}

void
flow_dictionary_free (FlowDictionary *self)
{
  g_free (self->bytes);
  g_free (self->offsets);
  g_free (self->slots);
  g_free (self);
}

/**
 * flow_dictionary_intern:
 * @length: in bytes; the whole dictionary must stay below 4 GiB, which the limit on a body guarantees
 *
 * Find or add a byte string.
 *
 * Returns: its id
 */
guint32
flow_dictionary_intern (FlowDictionary *self, gconstpointer data, gsize length)
{
  guint64 hash;
  guint32 at;

  if (length == 0)
    return 0;
  hash = hash_bytes (data, length);
  at = (guint32) hash & self->mask;
  while (self->slots[at].id != 0)
    {
      if (self->slots[at].hash == (guint32) (hash >> 32))
        {
          guint32 id = self->slots[at].id;
          guint32 offset = self->offsets[id];

          if (self->offsets[id + 1] - offset - 1 == length && memcmp (self->bytes + offset, data, length) == 0)
            return id;
        }
      at = (at + 1) & self->mask;
    }
  self->slots[at] = (Slot) { (guint32) (hash >> 32), append (self, data, length) };
  if (self->size * 2 > self->mask)
    grow_slots (self);
  return self->size - 1;
}

static gboolean
lookup_linear (FlowDictionary *self, gconstpointer data, gsize length, guint32 *id)
{
  for (guint32 i = 1; i < self->size; i++)
    {
      guint32 offset = self->offsets[i];

      if (self->offsets[i + 1] - offset - 1 == length && memcmp (self->bytes + offset, data, length) == 0)
        {
          *id = i;
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * flow_dictionary_lookup:
 * @id: (out): the id, when it is there
 *
 * Find a byte string without adding it.
 */
gboolean
flow_dictionary_lookup (FlowDictionary *self, gconstpointer data, gsize length, guint32 *id)
{
  guint64 hash;

  *id = 0;
  if (length == 0)
    return TRUE;
  if (self->slots == NULL)
    return lookup_linear (self, data, length, id);
  hash = hash_bytes (data, length);
  for (guint32 at = (guint32) hash & self->mask; self->slots[at].id != 0; at = (at + 1) & self->mask)
    {
      guint32 found = self->slots[at].id;
      guint32 offset = self->offsets[found];

      if (self->slots[at].hash == (guint32) (hash >> 32) && self->offsets[found + 1] - offset - 1 == length &&
          memcmp (self->bytes + offset, data, length) == 0)
        {
          *id = found;
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * flow_dictionary_get:
 * @length: (out) (optional): bytes, without the NUL
 *
 * The string of an id, NUL-terminated (it may hold NULs of its own). An id that does not exist gives the empty
 * string, so that damaged files cannot lead outside.
 *
 * Returns: (transfer none): valid until the next intern
 */
const char *
flow_dictionary_get (const FlowDictionary *self, guint32 id, gsize *length)
{
  if (G_UNLIKELY (id >= self->size))
    id = 0;
  if (length != NULL)
    *length = self->offsets[id + 1] - self->offsets[id] - 1;
  return self->bytes + self->offsets[id];
}

guint32
flow_dictionary_size (const FlowDictionary *self)
{
  return self->size;
}

/** flow_dictionary_bytes: the memory it uses, in bytes, for limits. */
gsize
flow_dictionary_bytes (const FlowDictionary *self)
{
  gsize slots = self->slots != NULL ? (self->mask + 1) * sizeof (Slot) : 0;

  return sizeof *self + self->capacity + self->offsets_capacity * sizeof (guint32) + slots;
}

/**
 * flow_dictionary_to_blob:
 *
 * Append the strings (but the empty one) to @out: count, lengths, bytes.
 */
void
flow_dictionary_to_blob (const FlowDictionary *self, GByteArray *out)
{
  guint8 varint[10];

  g_byte_array_append (out, varint, (guint) (flow_varint_put (varint, self->size - 1) - varint));
  for (guint32 id = 1; id < self->size; id++)
    {
      guint32 length = self->offsets[id + 1] - self->offsets[id] - 1;

      g_byte_array_append (out, varint, (guint) (flow_varint_put (varint, length) - varint));
    }
  for (guint32 id = 1; id < self->size; id++)
    g_byte_array_append (out, (const guint8 *) self->bytes + self->offsets[id],
                         self->offsets[id + 1] - self->offsets[id] - 1);
}

static gboolean
fill_from_blob (FlowDictionary *self, const guint8 *lengths, guint64 count, const guint8 *bytes, const guint8 *end)
{
  for (guint64 i = 0; i < count; i++)
    {
      guint64 length;

      lengths = flow_varint_get (lengths, end, &length);
      if (lengths == NULL || length > (guint64) (end - bytes))
        return FALSE;
      memcpy (self->bytes + self->length, bytes, length);
      self->bytes[self->length + length] = 0;
      bytes += length;
      self->length += length + 1;
      self->offsets[++self->size] = (guint32) self->length;
    }
  return TRUE;
}

/**
 * flow_dictionary_new_from_blob:
 *
 * Read what flow_dictionary_to_blob() wrote. The result can only be read.
 *
 * Returns: (nullable): %NULL when it is damaged
 */
FlowDictionary *
flow_dictionary_new_from_blob (gconstpointer blob, gsize length)
{
  g_autoptr (FlowDictionary) self = g_new0 (FlowDictionary, 1);
  const guint8 *at = blob, *end = at + length, *bytes;
  guint64 count, ignored;

  at = flow_varint_get (at, end, &count);
  if (at == NULL || count > length)
    return NULL;
  bytes = at;
  for (guint64 i = 0; i < count && bytes != NULL; i++)
    bytes = flow_varint_get (bytes, end, &ignored);
  if (bytes == NULL)
    return NULL;
  self->capacity = (gsize) (end - bytes) + count + 1;
  self->bytes = g_malloc (self->capacity);
  self->offsets_capacity = (guint32) count + 2;
  self->offsets = g_new (guint32, self->offsets_capacity);
  self->offsets[0] = 0;
  self->bytes[0] = 0;
  self->offsets[1] = 1;
  self->length = 1;
  self->size = 1;
  if (!fill_from_blob (self, at, count, bytes, end))
    return NULL;
  return g_steal_pointer (&self);
}

void
flow_remap_init (FlowRemap *self, const FlowDictionary *from, FlowDictionary *to)
{
  self->from = from;
  self->to = to;
  self->ids = g_new0 (guint32, flow_dictionary_size (from));
}

void
flow_remap_clear (FlowRemap *self)
{
  g_clear_pointer (&self->ids, g_free);
}

/** flow_remap_slow: the first time that an id is asked for. An id that does not exist becomes the empty string. */
guint32
flow_remap_slow (FlowRemap *self, guint32 id)
{
  gsize length;
  const char *data = flow_dictionary_get (self->from, id, &length);
  guint32 mapped = flow_dictionary_intern (self->to, data, length);

  if (id < flow_dictionary_size (self->from))
    self->ids[id] = mapped + 1;
  return mapped;
}
