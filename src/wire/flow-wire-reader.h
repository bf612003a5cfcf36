/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-utf8-check.h"
#include "wire/flow-wire-frame.h"
#include "wire/flow-wire-message.h"

G_BEGIN_DECLS

/** FLOW_WIRE_SCRATCH: bytes that one connection may take in a turn; the size of the buffer all of them share. */
#define FLOW_WIRE_SCRATCH (128 * 1024)

/**
 * FlowWireReaderLimits:
 * @frame: longest frame, in bytes of payload
 * @message: longest message, in bytes
 * @fragments: most frames in a message
 *
 * The bounds of what may come.
 */
typedef struct
{
  guint64 frame;
  guint64 message;
  guint fragments;
} FlowWireReaderLimits;

/**
 * FlowWireReaderHandler:
 * @message: hears of each message; %FALSE stops the reader
 * @control: hears of each control frame; %FALSE stops the reader
 *
 * Who hears what has come. All data is the reader's, and valid during the call only.
 */
typedef struct
{
  gboolean (*message) (gpointer owner, FlowWireMessage *message);
  gboolean (*control) (gpointer owner, FlowWireOpcode opcode, const guint8 *data, gsize length);
} FlowWireReaderHandler;

/**
 * FlowWireProblem:
 * @code: the close code, 0 when there is no problem
 * @message: what is wrong
 */
typedef struct
{
  guint code;
  const char *message;
} FlowWireProblem;

/**
 * FlowWireReader:
 *
 * Makes messages of the bytes that a client sends (RFC 6455). It owns no buffer while nothing is under way:
 * bytes are received into a buffer that all readers of a thread share, taken apart and unmasked there, and only
 * what is not complete is kept. A long frame is received where its message will be.
 */
typedef struct
{
  /*< private >*/
  const FlowWireReaderLimits *limits;
  guint8 *rest; /* of frames that are short and not complete, or not wanted yet */
  guint8 *message;
  gsize length;
  gsize capacity;
  guint64 frame_left; /* bytes of a long frame that are still to come */
  guint32 rest_length;
  guint32 fragments;
  FlowWireFrame frame; /* the long one */
  FlowUtf8Check utf8;
  guint8 opcode; /* of the message under way, 0 when there is none */
} FlowWireReader;

void flow_wire_reader_init (FlowWireReader *self, const FlowWireReaderLimits *limits);
void flow_wire_reader_clear (FlowWireReader *self);
guint8 *flow_wire_reader_reserve (FlowWireReader *self, guint8 *scratch, gsize *space);
FlowWireProblem flow_wire_reader_received (FlowWireReader *self, guint8 *scratch, gsize length,
                                           const FlowWireReaderHandler *handler, gpointer owner);

/** flow_wire_reader_has_rest: whether something was received that may be taken apart without receiving more. */
static inline gboolean
flow_wire_reader_has_rest (const FlowWireReader *self)
{
  return self->rest_length > 0;
}

/** flow_wire_reader_get_held: bytes of memory that hold what is not complete. */
static inline gsize
flow_wire_reader_get_held (const FlowWireReader *self)
{
  return self->capacity + self->rest_length;
}

G_END_DECLS
