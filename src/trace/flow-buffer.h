/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/**
 * FlowBuffer:
 *
 * A growing byte buffer for the hot paths: varints and slices are appended in place. Initialise with {0};
 * the owner clears it.
 */
typedef struct
{
  guint8 *data;
  gsize length;
  gsize capacity;
} FlowBuffer;

static inline void
flow_buffer_clear (FlowBuffer *self)
{
  g_clear_pointer (&self->data, g_free);
  self->length = self->capacity = 0;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowBuffer, flow_buffer_clear)

/** flow_buffer_reserve: make room for @extra more bytes and return where they go. */
static inline guint8 *
flow_buffer_reserve (FlowBuffer *self, gsize extra)
{
  if (G_UNLIKELY (self->capacity - self->length < extra))
    {
      gsize capacity = MAX (self->capacity * 2, 256);

      while (capacity - self->length < extra)
        capacity *= 2;
      self->data = g_realloc (self->data, capacity);
      self->capacity = capacity;
    }
  return self->data + self->length;
}

/** flow_varint_put: write @value as a base-128 varint (at most 10 bytes) and return the end. */
static inline guint8 *
flow_varint_put (guint8 *out, guint64 value)
{
  while (value >= 0x80)
    {
      *out++ = (guint8) (value | 0x80);
      value >>= 7;
    }
  *out++ = (guint8) value;
  return out;
}

static inline guint
flow_varint_size (guint64 value)
{
  guint size = 1;

  while (value >= 0x80)
    {
      value >>= 7;
      size++;
    }
  return size;
}

/**
 * flow_varint_get: read a varint of at most 10 bytes from @in, never past @end.
 *
 * Returns: the byte after it, or %NULL when it is cut off or longer than 64 bits
 */
static inline const guint8 *
flow_varint_get (const guint8 *in, const guint8 *end, guint64 *value)
{
  guint64 result = 0;

  if (G_LIKELY (in < end && *in < 0x80))
    {
      *value = *in;
      return in + 1;
    }
  for (guint shift = 0; in < end && shift < 64; shift += 7)
    {
      guint64 byte = *in++;

      if (shift == 63 && byte > 1)
        return NULL;
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80)
        {
          *value = result;
          return in;
        }
    }
  return NULL;
}

static inline guint64
flow_zigzag (gint64 value)
{
  return ((guint64) value << 1) ^ (guint64) (value >> 63);
}

static inline gint64
flow_unzigzag (guint64 value)
{
  return (gint64) (value >> 1) ^ -(gint64) (value & 1);
}

static inline void
flow_buffer_put_varint (FlowBuffer *self, guint64 value)
{
  guint8 *out = flow_buffer_reserve (self, 10);

  self->length = (gsize) (flow_varint_put (out, value) - self->data);
}

static inline void
flow_buffer_put (FlowBuffer *self, gconstpointer data, gsize length)
{
  if (length > 0)
    memcpy (flow_buffer_reserve (self, length), data, length);
  self->length += length;
}

static inline void
flow_buffer_put_u8 (FlowBuffer *self, guint8 value)
{
  *flow_buffer_reserve (self, 1) = value;
  self->length++;
}

G_END_DECLS
