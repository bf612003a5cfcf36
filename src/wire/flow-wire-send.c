/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include <sys/socket.h>

#include "wire/flow-wire-private.h"

/* What one connection may be sent before others get their turn. */
#define TURN_BYTES (1024 * 1024)
/* In one turn: what is more than this is sent at once, so that the buffer stays small. */
#define EARLY_BYTES (64 * 1024)
/* Part of the queue's bounds from which on what may be dropped is. */
#define DROP_FROM 4

/**
 * flow_wire_connection_touch:
 * @self: a connection
 *
 * Have what waits sent at the end of the turn.
 */
void
flow_wire_connection_touch (FlowWireConnection *self)
{
  if (self->dirty || self->state == FLOW_WIRE_LOST)
    return;
  self->dirty = TRUE;
  g_ptr_array_add (self->wire->dirty, self);
}

static FlowWireWritten
write_out (FlowWireConnection *self, gboolean was_blocked)
{
  FlowWire *wire = self->wire;
  gsize written = 0;
  FlowWireWritten result;

  if (self->out.bytes == 0)
    return FLOW_WIRE_WRITTEN_ALL;
  result = flow_wire_out_write (&self->out, &wire->pool, self->fd, TURN_BYTES, &written);
  /* A peer that takes something of what it did not take before is there, even if it says nothing. */
  if (was_blocked && written > 0)
    self->heard_ms = flow_wire_now (wire);
  flow_wire_count (&wire->stats.bytes_out, (gint64) written);
  flow_wire_count (&wire->stats.queued_bytes, -(gint64) written);
  return result;
}

/* Everything is sent: what was put off because of it? */
static void
became_empty (FlowWireConnection *self, gboolean was_blocked)
{
  FlowWire *wire = self->wire;
  FlowWirePong *pong = g_steal_pointer (&self->pong);

  if (self->state == FLOW_WIRE_ENDING && !self->shut)
    {
      self->shut = TRUE;
      shutdown (self->fd, SHUT_WR);
    }
  if (pong != NULL && self->state == FLOW_WIRE_OPEN)
    flow_wire_connection_send_control (self, FLOW_WIRE_OPCODE_PONG, pong->data, pong->length);
  g_free (pong);
  if (was_blocked && self->state == FLOW_WIRE_OPEN && wire->hooks.drained != NULL)
    wire->hooks.drained (self, wire->data);
}

/**
 * flow_wire_connection_flush:
 * @self: a connection
 *
 * Send what waits, as far as the kernel takes it.
 */
void
flow_wire_connection_flush (FlowWireConnection *self)
{
  gboolean was_blocked = (self->events & UV_WRITABLE) != 0;

  self->dirty = FALSE;
  if (self->state == FLOW_WIRE_LOST || self->blocked)
    return;
  switch (write_out (self, was_blocked))
    {
    case FLOW_WIRE_WRITTEN_BROKEN:
      flow_wire_connection_lose (self, 1006, "broken");
      break;
    case FLOW_WIRE_WRITTEN_PART:
      self->blocked = TRUE;
      flow_wire_connection_watch (self);
      break;
    case FLOW_WIRE_WRITTEN_ALL:
    default:
      if (was_blocked)
        flow_wire_connection_watch (self);
      became_empty (self, was_blocked);
      break;
    }
}

/**
 * flow_wire_connection_send_control:
 * @self: a connection
 * @opcode: what the frame is
 * @data: (nullable): its payload
 * @length: its length, at most %FLOW_WIRE_MAX_CONTROL
 *
 * Queue a control frame.
 */
void
flow_wire_connection_send_control (FlowWireConnection *self, FlowWireOpcode opcode, const void *data, gsize length)
{
  gsize before = self->out.bytes;

  flow_wire_out_append (&self->out, &self->wire->pool, opcode, data, length);
  flow_wire_count (&self->wire->stats.queued_bytes, (gint64) (self->out.bytes - before));
  flow_wire_connection_touch (self);
}

/**
 * flow_wire_connection_send_raw:
 * @self: a connection that has nothing to send
 * @text: an answer of HTTP
 * @length: its length in bytes
 *
 * Queue what is no frame.
 */
void
flow_wire_connection_send_raw (FlowWireConnection *self, const char *text, gsize length)
{
  flow_wire_out_append_raw (&self->out, &self->wire->pool, text, length);
  flow_wire_count (&self->wire->stats.queued_bytes, (gint64) length);
  flow_wire_connection_touch (self);
}

/* What waits for all together is the fault of those that do not read, so it concerns nobody else. */
static gboolean
is_over (FlowWireConnection *self, gsize length, guint part)
{
  const FlowWireLimits *limits = &self->wire->limits;

  return self->out.messages >= limits->queue_messages / part || self->out.bytes + length > limits->queue_bytes / part ||
         (self->blocked && self->wire->stats.queued_bytes + length > limits->queued_bytes);
}

/* Whether a message may be queued. What is not sent only because the turn is not over does not count. */
static FlowWireSent
check_room (FlowWireConnection *self, gsize length, FlowWireSendFlags flags)
{
  gboolean droppable = (flags & FLOW_WIRE_SEND_DROPPABLE) != 0;
  guint part = droppable ? DROP_FROM : 1;

  if (self->state != FLOW_WIRE_OPEN)
    return FLOW_WIRE_GONE;
  if (length > self->wire->limits.reader.message)
    return FLOW_WIRE_TOO_LONG;
  if (G_UNLIKELY (!self->blocked && (self->out.bytes > EARLY_BYTES || is_over (self, length, part))))
    {
      gboolean dirty = self->dirty;

      flow_wire_connection_flush (self);
      self->dirty = dirty && self->state != FLOW_WIRE_LOST;
      if (self->state != FLOW_WIRE_OPEN)
        return FLOW_WIRE_GONE;
    }
  if (G_LIKELY (!is_over (self, length, part)))
    return FLOW_WIRE_SENT;
  flow_wire_count (droppable ? &self->wire->stats.dropped : &self->wire->stats.overflows, 1);
  return droppable ? FLOW_WIRE_DROPPED : FLOW_WIRE_FULL;
}

static FlowWireSent
note_sent (FlowWireConnection *self, gsize before)
{
  flow_wire_count (&self->wire->stats.messages_out, 1);
  flow_wire_count (&self->wire->stats.queued_bytes, (gint64) (self->out.bytes - before));
  flow_wire_connection_touch (self);
  return FLOW_WIRE_SENT;
}

/**
 * flow_wire_connection_is_slow:
 * @self: a connection
 *
 * Find out whether it is time to send less: the peer does not take what there is, and what is droppable is dropped. The
 * drained hook tells when it has. On the wire's thread.
 *
 * Returns: %TRUE if so
 */
gboolean
flow_wire_connection_is_slow (FlowWireConnection *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->blocked && is_over (self, 0, DROP_FROM);
}

/**
 * flow_wire_connection_send:
 * @self: a connection
 * @kind: what the message is; a text must be UTF-8
 * @data: the message; copied
 * @length: its length in bytes
 * @flags: how
 *
 * Send a message, as one frame. It leaves at the end of the turn, together with others for the same peer. On the
 * wire's thread.
 *
 * Returns: what became of it
 */
FlowWireSent
flow_wire_connection_send (FlowWireConnection *self, FlowWireKind kind, const void *data, gsize length,
                           FlowWireSendFlags flags)
{
  FlowWireSent result;
  gsize before;

  g_return_val_if_fail (self != NULL && (data != NULL || length == 0), FLOW_WIRE_GONE);

  result = check_room (self, length, flags);
  if (result != FLOW_WIRE_SENT)
    return result;
  before = self->out.bytes;
  flow_wire_out_append (&self->out, &self->wire->pool, (FlowWireOpcode) kind, data, length);
  return note_sent (self, before);
}

/**
 * flow_wire_connection_send_bytes:
 * @self: a connection
 * @kind: what the message is; a text must be UTF-8
 * @bytes: the message; from %FLOW_WIRE_SHARED_FROM on kept by reference, else copied
 * @flags: how
 *
 * As flow_wire_connection_send(), for what many are sent, or what is long.
 *
 * Returns: what became of it
 */
FlowWireSent
flow_wire_connection_send_bytes (FlowWireConnection *self, FlowWireKind kind, GBytes *bytes, FlowWireSendFlags flags)
{
  gsize length, before;
  const void *data = g_bytes_get_data (bytes, &length);
  FlowWireSent result;

  if (length < FLOW_WIRE_SHARED_FROM)
    return flow_wire_connection_send (self, kind, data, length, flags);
  g_return_val_if_fail (self != NULL, FLOW_WIRE_GONE);

  result = check_room (self, length, flags);
  if (result != FLOW_WIRE_SENT)
    return result;
  before = self->out.bytes;
  flow_wire_out_append_shared (&self->out, &self->wire->pool, (FlowWireOpcode) kind, bytes);
  return note_sent (self, before);
}

/**
 * flow_wire_connection_forward:
 * @self: a connection
 * @message: a message that has come by another, or the same
 * @flags: how
 *
 * Send a message on as it came, copied when it is short and by reference when it is long.
 *
 * Returns: what became of it
 */
FlowWireSent
flow_wire_connection_forward (FlowWireConnection *self, FlowWireMessage *message, FlowWireSendFlags flags)
{
  if (message->length >= FLOW_WIRE_SHARED_FROM)
    return flow_wire_connection_send_bytes (self, message->kind, flow_wire_message_get_bytes (message), flags);
  return flow_wire_connection_send (self, message->kind, message->data, message->length, flags);
}
