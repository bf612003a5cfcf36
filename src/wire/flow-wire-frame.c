/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include "wire/flow-wire-frame.h"

#include <string.h>

#define FIN 0x80
#define RESERVED 0x70
#define OPCODE 0x0f
#define MASKED 0x80
#define CONTROL 0x08

/* What the first two bytes must be, whatever follows. */
static const char *
check_start (guint8 first, guint8 second)
{
  guint opcode = first & OPCODE;

  if ((first & RESERVED) != 0)
    return "a reserved bit is set, and no extension was agreed on";
  if (opcode > FLOW_WIRE_OPCODE_PONG || (opcode > FLOW_WIRE_OPCODE_BINARY && opcode < FLOW_WIRE_OPCODE_CLOSE))
    return "the opcode is reserved";
  if ((opcode & CONTROL) != 0 && (first & FIN) == 0)
    return "a control frame is fragmented";
  if ((opcode & CONTROL) != 0 && (second & ~MASKED) > FLOW_WIRE_MAX_CONTROL)
    return "a control frame is longer than 125 bytes";
  if ((second & MASKED) == 0)
    return "a frame of a client is not masked";
  return NULL;
}

static guint64
read_length (const guint8 *data, guint size)
{
  guint64 length = 0;

  for (guint i = 0; i < size; i++)
    length = length << 8 | data[i];
  return length;
}

/**
 * flow_wire_frame_read:
 * @self: where it goes
 * @data: what has come, a frame's first byte first
 * @length: how much of it, in bytes
 * @problem: (out): what is wrong, when it is
 *
 * Read the header of a frame that a client sent (RFC 6455, section 5.2). Everything that is wrong is a protocol
 * error, close code 1002.
 *
 * Returns: the header's length in bytes, 0 when it is not complete yet, -1 when it is wrong
 */
gssize
flow_wire_frame_read (FlowWireFrame *self, const guint8 *data, gsize length, const char **problem)
{
  guint size = 0;

  if (length < 2)
    return 0;
  *problem = check_start (data[0], data[1]);
  if (*problem != NULL)
    return -1;
  self->opcode = data[0] & OPCODE;
  self->fin = (data[0] & FIN) != 0;
  self->length = data[1] & ~MASKED;
  if (self->length >= 126)
    {
      size = self->length == 126 ? 2 : 8;
      if (length < 2 + size)
        return 0;
      self->length = read_length (data + 2, size);
      if (self->length < 126 || (size == 8 && self->length <= G_MAXUINT16) || self->length > G_MAXINT64)
        {
          *problem = "the length of a frame is not written in the shortest way";
          return -1;
        }
    }
  if (length < 2 + size + 4)
    return 0;
  memcpy (self->mask, data + 2 + size, 4);
  return 2 + size + 4;
}

/**
 * flow_wire_frame_unmask:
 * @data: payload
 * @length: its length in bytes
 * @mask: the masking key
 * @phase: how many bytes of the payload came before
 *
 * Undo the masking of a frame's payload (RFC 6455, section 5.3), in place.
 */
void
flow_wire_frame_unmask (guint8 *data, gsize length, const guint8 mask[4], gsize phase)
{
  guint8 turned[8];
  guint64 key;
  gsize at = 0;

  for (guint i = 0; i < 8; i++)
    turned[i] = mask[(phase + i) & 3];
  memcpy (&key, turned, 8);
  for (; at + 8 <= length; at += 8)
    {
      guint64 word;

      memcpy (&word, data + at, 8);
      word ^= key;
      memcpy (data + at, &word, 8);
    }
  for (; at < length; at++)
    data[at] ^= turned[at & 3];
}

/**
 * flow_wire_frame_write_header:
 * @out: room for 10 bytes
 * @opcode: what the frame is
 * @length: bytes of payload
 *
 * Write the header of a whole message, or control frame, from a server: final and not masked.
 *
 * Returns: its length in bytes
 */
guint
flow_wire_frame_write_header (guint8 *out, FlowWireOpcode opcode, guint64 length)
{
  guint size = length < 126 ? 0 : length <= G_MAXUINT16 ? 2 : 8;

  out[0] = (guint8) (FIN | opcode);
  out[1] = size == 0 ? (guint8) length : size == 2 ? 126 : 127;
  for (guint i = 0; i < size; i++)
    out[2 + i] = (guint8) (length >> 8 * (size - 1 - i));
  return 2 + size;
}

/**
 * flow_wire_is_close_code:
 * @code: a number
 *
 * Find out whether a close frame may carry a code (RFC 6455, section 7.4, and the registry it opened).
 *
 * Returns: %TRUE if so
 */
gboolean
flow_wire_is_close_code (guint code)
{
  if (code >= 3000)
    return code <= 4999;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}
