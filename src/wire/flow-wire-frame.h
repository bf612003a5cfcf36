/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowWireOpcode:
 *
 * What a frame is (RFC 6455, section 11.8).
 */
typedef enum
{
  FLOW_WIRE_OPCODE_CONTINUATION = 0x0,
  FLOW_WIRE_OPCODE_TEXT = 0x1,
  FLOW_WIRE_OPCODE_BINARY = 0x2,
  FLOW_WIRE_OPCODE_CLOSE = 0x8,
  FLOW_WIRE_OPCODE_PING = 0x9,
  FLOW_WIRE_OPCODE_PONG = 0xa,
} FlowWireOpcode;

/** FLOW_WIRE_MAX_CONTROL: longest payload of a control frame, in bytes (RFC 6455, section 5.5). */
#define FLOW_WIRE_MAX_CONTROL 125
/** FLOW_WIRE_MAX_HEADER: longest header of a frame that comes from a client, in bytes. */
#define FLOW_WIRE_MAX_HEADER 14

/**
 * FlowWireFrame:
 * @opcode: what it is
 * @fin: whether it is the last of its message
 * @mask: the masking key
 * @length: bytes of payload
 *
 * The header of a frame from a client.
 */
typedef struct
{
  guint8 opcode;
  gboolean fin;
  guint8 mask[4];
  guint64 length;
} FlowWireFrame;

gssize flow_wire_frame_read (FlowWireFrame *self, const guint8 *data, gsize length, const char **problem);
void flow_wire_frame_unmask (guint8 *data, gsize length, const guint8 mask[4], gsize phase);
guint flow_wire_frame_write_header (guint8 *out, FlowWireOpcode opcode, guint64 length);
gboolean flow_wire_is_close_code (guint code);

G_END_DECLS
