/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-dot.h"

G_BEGIN_DECLS

/* Numbers as they are on the wire: of a fixed size and big-endian, or varints (7 bits a byte, the lowest first). */

/**
 * FlowSyncReader:
 * @at: what comes next
 * @end: behind the last byte
 * @failed: something was not there, or not as it must be; what was read since is 0
 *
 * Reads bytes that came from outside. Lives on the stack.
 */
typedef struct
{
  const guint8 *at;
  const guint8 *end;
  gboolean failed;
} FlowSyncReader;

static inline void
flow_sync_put_u32 (GByteArray *out, guint32 value)
{
  guint32 big = GUINT32_TO_BE (value);

  g_byte_array_append (out, (const guint8 *) &big, sizeof big);
}

static inline void
flow_sync_put_u64 (GByteArray *out, guint64 value)
{
  guint64 big = GUINT64_TO_BE (value);

  g_byte_array_append (out, (const guint8 *) &big, sizeof big);
}

static inline void
flow_sync_put_varint (GByteArray *out, guint64 value)
{
  guint8 bytes[10];
  guint n = 0;

  for (; value >= 0x80; value >>= 7)
    bytes[n++] = (guint8) (value | 0x80);
  bytes[n++] = (guint8) value;
  g_byte_array_append (out, bytes, n);
}

static inline void
flow_sync_put_bytes (GByteArray *out, gconstpointer data, gsize size)
{
  flow_sync_put_varint (out, size);
  if (size > 0)
    g_byte_array_append (out, data, (guint) size);
}

static inline const guint8 *
flow_sync_read_raw (FlowSyncReader *self, gsize size)
{
  const guint8 *at = self->at;

  if (self->failed || (gsize) (self->end - at) < size)
    {
      self->failed = TRUE;
      return NULL;
    }
  self->at += size;
  return at;
}

static inline guint8
flow_sync_read_u8 (FlowSyncReader *self)
{
  const guint8 *at = flow_sync_read_raw (self, 1);

  return at != NULL ? *at : 0;
}

static inline guint32
flow_sync_read_u32 (FlowSyncReader *self)
{
  const guint8 *at = flow_sync_read_raw (self, sizeof (guint32));
  guint32 big = 0;

  if (at != NULL)
    memcpy (&big, at, sizeof big);
  return GUINT32_FROM_BE (big);
}

static inline guint64
flow_sync_read_u64 (FlowSyncReader *self)
{
  const guint8 *at = flow_sync_read_raw (self, sizeof (guint64));
  guint64 big = 0;

  if (at != NULL)
    memcpy (&big, at, sizeof big);
  return GUINT64_FROM_BE (big);
}

/** flow_sync_read_varint: only the shortest form of a number is taken, so that equal things have equal bytes. */
static inline guint64
flow_sync_read_varint (FlowSyncReader *self)
{
  guint64 value = 0;

  for (guint shift = 0; shift < 64; shift += 7)
    {
      guint8 byte = flow_sync_read_u8 (self);

      if (self->failed || (shift > 0 && byte == 0) || (shift == 63 && byte > 1))
        break;
      value |= (guint64) (byte & 0x7f) << shift;
      if (byte < 0x80)
        return value;
    }
  self->failed = TRUE;
  return 0;
}

/** flow_sync_read_bytes: a varint and so many bytes. */
static inline const guint8 *
flow_sync_read_bytes (FlowSyncReader *self, gsize *size)
{
  guint64 n = flow_sync_read_varint (self);

  if (n > (guint64) (self->end - self->at))
    self->failed = TRUE;
  *size = self->failed ? 0 : (gsize) n;
  return flow_sync_read_raw (self, *size);
}

static inline void
flow_sync_put_dot (GByteArray *out, const FlowSyncDot *dot)
{
  g_byte_array_append (out, dot->device, FLOW_SYNC_DEVICE_SIZE);
  flow_sync_put_varint (out, dot->epoch);
  flow_sync_put_varint (out, dot->seq);
}

/** flow_sync_read_dot: a dot of seq 0 or beyond 63 bits is none. */
static inline void
flow_sync_read_dot (FlowSyncReader *self, FlowSyncDot *dot)
{
  const guint8 *device = flow_sync_read_raw (self, FLOW_SYNC_DEVICE_SIZE);

  memset (dot, 0, sizeof *dot);
  if (device != NULL)
    memcpy (dot->device, device, FLOW_SYNC_DEVICE_SIZE);
  dot->epoch = flow_sync_read_varint (self);
  dot->seq = flow_sync_read_varint (self);
  if (dot->seq == 0 || dot->seq > G_MAXINT64 || dot->epoch > G_MAXINT64)
    self->failed = TRUE;
}

G_END_DECLS
