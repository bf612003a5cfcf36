/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-buffer.h"

G_BEGIN_DECLS

/**
 * FlowWire:
 * @at: the next byte
 * @end: the byte after the last one
 *
 * A cursor over the protobuf wire format (https://protobuf.dev/programming-guides/encoding/). Every reader checks
 * the bounds and leaves the cursor where it was when it answers %FALSE.
 */
typedef struct
{
  const guint8 *at;
  const guint8 *end;
} FlowWire;

/** FlowWireType: the wire types that OTLP uses. Groups (3 and 4) are refused. */
typedef enum
{
  FLOW_WIRE_VARINT = 0,
  FLOW_WIRE_FIXED64 = 1,
  FLOW_WIRE_BYTES = 2,
  FLOW_WIRE_FIXED32 = 5,
} FlowWireType;

#define FLOW_WIRE_TAG(number, type) ((guint32) (number) << 3 | (FLOW_WIRE_##type))

/** flow_wire_from: a cursor over @length bytes; @data may be %NULL when there are none. */
static inline FlowWire
flow_wire_from (gconstpointer data, gsize length)
{
  const guint8 *at = data;

  return (FlowWire) { at, at != NULL ? at + length : NULL };
}

static inline FlowWire
flow_wire_from_buffer (const FlowBuffer *buffer)
{
  return flow_wire_from (buffer->data, buffer->length);
}

static inline gsize
flow_wire_left (const FlowWire *self)
{
  return (gsize) (self->end - self->at);
}

static inline gboolean
flow_wire_varint (FlowWire *self, guint64 *value)
{
  const guint8 *next = flow_varint_get (self->at, self->end, value);

  if (G_UNLIKELY (next == NULL))
    return FALSE;
  self->at = next;
  return TRUE;
}

/** flow_wire_tag: read a field's tag; field number 0 and numbers over 29 bits are malformed. */
static inline gboolean
flow_wire_tag (FlowWire *self, guint32 *tag)
{
  guint64 value;
  const guint8 *next = flow_varint_get (self->at, self->end, &value);

  if (G_UNLIKELY (next == NULL || value < 8 || value > G_MAXUINT32))
    return FALSE;
  *tag = (guint32) value;
  self->at = next;
  return TRUE;
}

/** flow_wire_bytes: read a length and get the bytes behind it as a cursor of their own. */
static inline gboolean
flow_wire_bytes (FlowWire *self, FlowWire *out)
{
  guint64 length;
  const guint8 *next = flow_varint_get (self->at, self->end, &length);

  if (G_UNLIKELY (next == NULL || length > (guint64) (self->end - next)))
    return FALSE;
  out->at = next;
  out->end = self->at = next + length;
  return TRUE;
}

static inline gboolean
flow_wire_fixed64 (FlowWire *self, guint64 *value)
{
  if (G_UNLIKELY (flow_wire_left (self) < 8))
    return FALSE;
  memcpy (value, self->at, 8);
  *value = GUINT64_FROM_LE (*value);
  self->at += 8;
  return TRUE;
}

static inline gboolean
flow_wire_fixed32 (FlowWire *self, guint32 *value)
{
  if (G_UNLIKELY (flow_wire_left (self) < 4))
    return FALSE;
  memcpy (value, self->at, 4);
  *value = GUINT32_FROM_LE (*value);
  self->at += 4;
  return TRUE;
}

/** flow_wire_skip: pass over the value behind @tag. */
static inline gboolean
flow_wire_skip (FlowWire *self, guint32 tag)
{
  FlowWire bytes;
  guint64 value;
  guint32 word;

  switch (tag & 7)
    {
    case FLOW_WIRE_VARINT:
      return flow_wire_varint (self, &value);
    case FLOW_WIRE_FIXED64:
      return flow_wire_fixed64 (self, &value);
    case FLOW_WIRE_BYTES:
      return flow_wire_bytes (self, &bytes);
    case FLOW_WIRE_FIXED32:
      return flow_wire_fixed32 (self, &word);
    default:
      return FALSE;
    }
}

/*
 * Writing. A sub-message is opened, written and closed; its length is put in front of it when it is known. @width
 * bytes are kept free for the length, so that most messages need no move.
 */
static inline gsize
flow_wire_open (FlowBuffer *out, guint32 tag, guint width)
{
  guint8 *at = flow_buffer_reserve (out, 5 + width);

  at = flow_varint_put (at, tag);
  out->length = (gsize) (at - out->data) + width;
  return out->length;
}

/** flow_wire_close: put the length in the least bytes. @start is what flow_wire_open() returned. */
static inline void
flow_wire_close (FlowBuffer *out, gsize start, guint width)
{
  gsize length = out->length - start;
  guint size = flow_varint_size (length);

  if (G_UNLIKELY (size != width))
    {
      flow_buffer_reserve (out, 10);
      memmove (out->data + start + size - width, out->data + start, length);
      out->length += size;
      out->length -= width;
    }
  flow_varint_put (out->data + start - width, length);
}

/** flow_wire_close_padded: as flow_wire_close(), but a short length is padded to @width bytes instead of a move. */
static inline void
flow_wire_close_padded (FlowBuffer *out, gsize start, guint width)
{
  gsize length = out->length - start;
  guint8 *at = out->data + start - width;

  if (G_UNLIKELY (flow_varint_size (length) > width))
    {
      flow_wire_close (out, start, width);
      return;
    }
  for (guint i = 1; i < width; i++)
    {
      *at++ = (guint8) (length | 0x80);
      length >>= 7;
    }
  *at = (guint8) length;
}

static inline void
flow_wire_put_varint (FlowBuffer *out, guint32 number, guint64 value)
{
  guint8 *at = flow_buffer_reserve (out, 15);

  at = flow_varint_put (at, number << 3 | FLOW_WIRE_VARINT);
  out->length = (gsize) (flow_varint_put (at, value) - out->data);
}

static inline void
flow_wire_put_fixed64 (FlowBuffer *out, guint32 number, guint64 value)
{
  guint8 *at = flow_buffer_reserve (out, 13);

  at = flow_varint_put (at, number << 3 | FLOW_WIRE_FIXED64);
  value = GUINT64_TO_LE (value);
  memcpy (at, &value, 8);
  out->length = (gsize) (at + 8 - out->data);
}

static inline void
flow_wire_put_fixed32 (FlowBuffer *out, guint32 number, guint32 value)
{
  guint8 *at = flow_buffer_reserve (out, 9);

  at = flow_varint_put (at, number << 3 | FLOW_WIRE_FIXED32);
  value = GUINT32_TO_LE (value);
  memcpy (at, &value, 4);
  out->length = (gsize) (at + 4 - out->data);
}

static inline void
flow_wire_put_bytes (FlowBuffer *out, guint32 number, gconstpointer data, gsize length)
{
  guint8 *at = flow_buffer_reserve (out, 15 + length);

  at = flow_varint_put (at, number << 3 | FLOW_WIRE_BYTES);
  at = flow_varint_put (at, length);
  if (length > 0)
    memcpy (at, data, length);
  out->length = (gsize) (at + length - out->data);
}

G_END_DECLS
