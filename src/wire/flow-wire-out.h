/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/flow-wire-frame.h"

G_BEGIN_DECLS

/**
 * FlowWirePool:
 *
 * Buffers that nobody uses now. A connection has one only while it has something to send, so that ten thousand
 * idle connections need none, and busy ones use those that are still in the processor's cache.
 */
typedef struct
{
  /*< private >*/
  GPtrArray *buffers[2];
} FlowWirePool;

/**
 * FlowWireWritten:
 * @FLOW_WIRE_WRITTEN_ALL: nothing waits any more
 * @FLOW_WIRE_WRITTEN_PART: the kernel takes no more for now, or others shall have their turn
 * @FLOW_WIRE_WRITTEN_BROKEN: the connection is broken
 *
 * How far writing got.
 */
typedef enum
{
  FLOW_WIRE_WRITTEN_ALL,
  FLOW_WIRE_WRITTEN_PART,
  FLOW_WIRE_WRITTEN_BROKEN,
} FlowWireWritten;

/**
 * FlowWireOut:
 * @bytes: bytes that wait
 * @messages: messages that wait, the one that was sent in part included
 *
 * What a connection has to send: small frames one behind the other in a buffer, long payloads by reference
 * between them, all of it handed to the kernel in one call if it takes it.
 */
typedef struct
{
  gsize bytes;
  guint messages;

  /*< private >*/
  guint8 *data;
  guint32 start; /* of data: the first byte that is not sent */
  guint32 end;
  guint32 capacity;
  guint32 frame; /* of data: where the first frame begins that is not sent as a whole */
  GArray *shares;
  guint share;       /* the first that is not sent as a whole */
  guint frame_share; /* the first that belongs to the frame at @frame or behind */
  gsize share_sent;  /* bytes of it that are */
} FlowWireOut;

void flow_wire_pool_init (FlowWirePool *self);
void flow_wire_pool_clear (FlowWirePool *self);

void flow_wire_out_clear (FlowWireOut *self, FlowWirePool *pool);
void flow_wire_out_append (FlowWireOut *self, FlowWirePool *pool, FlowWireOpcode opcode, const void *data,
                           gsize length);
void flow_wire_out_append_shared (FlowWireOut *self, FlowWirePool *pool, FlowWireOpcode opcode, GBytes *bytes);
void flow_wire_out_append_raw (FlowWireOut *self, FlowWirePool *pool, const char *text, gsize length);
FlowWireWritten flow_wire_out_write (FlowWireOut *self, FlowWirePool *pool, int fd, gsize budget, gsize *written);

G_END_DECLS
