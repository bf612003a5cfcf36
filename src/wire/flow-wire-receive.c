/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "wire/flow-wire-private.h"

/* What a peer may send after we have said our last word. */
#define MAX_THROWN_AWAY (64 * 1024 * 1024)

static gboolean
message_cb (gpointer owner, FlowWireMessage *message)
{
  FlowWireConnection *self = owner;
  FlowWire *wire = self->wire;

  /* Who was told that we close need not have heard it yet. */
  if (self->state == FLOW_WIRE_CLOSING)
    return TRUE;
  flow_wire_count (&wire->stats.messages_in, 1);
  if (wire->hooks.message != NULL)
    wire->hooks.message (self, message, wire->data);
  return !self->paused && (self->state == FLOW_WIRE_OPEN || self->state == FLOW_WIRE_CLOSING);
}

/* A peer that asks and does not take the answers gets the last one only (RFC 6455, section 5.5.3). */
static void
answer_ping (FlowWireConnection *self, const guint8 *data, gsize length)
{
  if (self->state != FLOW_WIRE_OPEN)
    return;
  if (!self->blocked)
    {
      flow_wire_connection_send_control (self, FLOW_WIRE_OPCODE_PONG, data, length);
      return;
    }
  if (self->pong == NULL)
    self->pong = g_new (FlowWirePong, 1);
  self->pong->length = (guint8) length;
  if (length > 0)
    memcpy (self->pong->data, data, length);
}

/* A pong that nobody asked for is a sign of life and nothing else. */
static void
take_pong (FlowWireConnection *self)
{
  FlowWire *wire = self->wire;
  guint64 pinged_ns = self->pinged_ns;

  self->pinged_ns = 0;
  if (pinged_ns != 0 && self->state == FLOW_WIRE_OPEN && wire->hooks.pong != NULL)
    wire->hooks.pong (self, (uv_hrtime () - pinged_ns) / 1000, wire->data);
}

/* A close frame must not stay unanswered, and nothing is sent after the answer. */
static void
fail (FlowWireConnection *self, guint code, const char *message)
{
  flow_wire_count (&self->wire->stats.bad, 1);
  g_debug ("closed with %u: %s", code, message);
  flow_wire_connection_close (self, code, message);
  if (self->state != FLOW_WIRE_LOST)
    flow_wire_connection_end (self);
}

static void
take_close (FlowWireConnection *self, const guint8 *data, gsize length)
{
  guint code = length >= 2 ? (guint) data[0] << 8 | data[1] : 1005;
  FlowUtf8Check check = { 0 };

  if (length == 1 || (length >= 2 && !flow_wire_is_close_code (code)))
    {
      fail (self, 1002, "the close code is not valid");
      return;
    }
  if (length > 2 && (!flow_utf8_check (&check, data + 2, length - 2) || !flow_utf8_check_is_complete (&check)))
    {
      fail (self, 1007, "the reason for closing is not UTF-8");
      return;
    }
  if (self->state == FLOW_WIRE_OPEN)
    {
      self->code = code;
      self->reason = length > 2 ? g_strndup ((const char *) data + 2, length - 2) : NULL;
      flow_wire_connection_send_control (self, FLOW_WIRE_OPCODE_CLOSE, data, MIN (length, 2));
    }
  flow_wire_connection_end (self);
}

static gboolean
control_cb (gpointer owner, FlowWireOpcode opcode, const guint8 *data, gsize length)
{
  FlowWireConnection *self = owner;

  if (opcode == FLOW_WIRE_OPCODE_PING)
    answer_ping (self, data, length);
  else if (opcode == FLOW_WIRE_OPCODE_PONG)
    take_pong (self);
  else if (opcode == FLOW_WIRE_OPCODE_CLOSE)
    take_close (self, data, length);
  return self->state == FLOW_WIRE_OPEN || self->state == FLOW_WIRE_CLOSING;
}

static const FlowWireReaderHandler handler = { message_cb, control_cb };

/* Counts the memory that the reader needs, and gives up whoever wants more than there is for all. */
static void
note_held (FlowWireConnection *self)
{
  FlowWire *wire = self->wire;
  gsize held = flow_wire_reader_get_held (&self->reader);

  if (held == self->held)
    return;
  flow_wire_count (&wire->stats.held_bytes, (gint64) held - (gint64) self->held);
  if (held > self->held && wire->stats.held_bytes > wire->limits.held_bytes)
    {
      self->held = held;
      fail (self, 1013, "too many messages are under way");
    }
  self->held = held;
}

static void
take_apart (FlowWireConnection *self, gsize length)
{
  FlowWireProblem problem = flow_wire_reader_received (&self->reader, self->wire->scratch, length, &handler, self);

  if (self->state == FLOW_WIRE_LOST)
    return;
  if (problem.code != 0)
    fail (self, problem.code, problem.message);
  else if (self->state != FLOW_WIRE_ENDING)
    note_held (self);
}

static void
throw_away (FlowWireConnection *self)
{
  gssize length = recv (self->fd, self->wire->scratch, FLOW_WIRE_SCRATCH, MSG_DONTWAIT);

  if (length < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (length > 0)
    self->taken += (guint64) length;
  if (length <= 0 || self->taken > MAX_THROWN_AWAY)
    flow_wire_connection_lose (self, 1006, NULL);
}

/**
 * flow_wire_connection_receive:
 * @self: a connection whose head is through
 *
 * Take what has come, up to what one may take in a turn.
 */
void
flow_wire_connection_receive (FlowWireConnection *self)
{
  FlowWire *wire = self->wire;
  guint8 *place;
  gsize space;
  gssize length;

  if (self->state == FLOW_WIRE_ENDING)
    {
      throw_away (self);
      return;
    }
  if (self->paused || self->state == FLOW_WIRE_LOST)
    return;
  place = flow_wire_reader_reserve (&self->reader, wire->scratch, &space);
  length = recv (self->fd, place, space, MSG_DONTWAIT);
  if (length < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (length <= 0)
    {
      flow_wire_connection_lose (self, 1006, "without a close frame");
      return;
    }
  self->heard_ms = flow_wire_now (wire);
  flow_wire_count (&wire->stats.bytes_in, length);
  take_apart (self, (gsize) length);
}

/**
 * flow_wire_connection_go_on:
 * @self: a connection that was paused
 *
 * Take apart what had come before it was.
 */
void
flow_wire_connection_go_on (FlowWireConnection *self)
{
  gsize space;

  self->again = FALSE;
  if (self->paused || (self->state != FLOW_WIRE_OPEN && self->state != FLOW_WIRE_CLOSING))
    return;
  flow_wire_reader_reserve (&self->reader, self->wire->scratch, &space);
  take_apart (self, 0);
}
