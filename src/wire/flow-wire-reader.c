/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include "wire/flow-wire-reader.h"

#include <string.h>

/* Frames from this size on are received where their message will be. Shorter ones wait to be complete. */
#define LONG_FRAME FLOW_WIRE_SHARED_FROM
/* A message's buffer grows by what has come, not by what was announced. */
#define FIRST_CAPACITY (64 * 1024)

/* Where in the shared buffer a call of flow_wire_reader_received() is. */
typedef struct
{
  guint8 *at;
  guint8 *end;
  const FlowWireReaderHandler *handler;
  gpointer owner;
  gboolean stopped;
} Pass;

static const FlowWireProblem fine = { 0, NULL };

static FlowWireProblem
problem (guint code, const char *message)
{
  return (FlowWireProblem) { code, message };
}

static gboolean
is_control (const FlowWireFrame *frame)
{
  return (frame->opcode & 0x8) != 0;
}

/**
 * flow_wire_reader_init:
 * @self: a reader
 * @limits: its bounds; must live as long
 *
 * Begin with nothing.
 */
void
flow_wire_reader_init (FlowWireReader *self, const FlowWireReaderLimits *limits)
{
  *self = (FlowWireReader) { .limits = limits };
}

/**
 * flow_wire_reader_clear:
 * @self: a reader
 *
 * Free what it holds. Nothing must be received with it after that.
 */
void
flow_wire_reader_clear (FlowWireReader *self)
{
  g_clear_pointer (&self->rest, g_free);
  g_clear_pointer (&self->message, g_free);
  self->rest_length = 0;
  self->length = self->capacity = 0;
}

static void
keep_rest (FlowWireReader *self, const guint8 *data, gsize length)
{
  if (length == 0)
    return;
  g_assert (self->rest == NULL);
  self->rest = g_memdup2 (data, length);
  self->rest_length = (guint32) length;
}

static void
make_room (FlowWireReader *self, gsize wanted)
{
  gsize capacity = MAX (self->capacity, FIRST_CAPACITY);

  if (wanted <= self->capacity)
    return;
  while (capacity < wanted)
    capacity *= 2;
  self->message = g_realloc (self->message, capacity);
  self->capacity = capacity;
}

/* A data frame must fit what came before it, and the bounds. */
static FlowWireProblem
check_data_frame (const FlowWireReader *self, const FlowWireFrame *frame)
{
  gboolean goes_on = frame->opcode == FLOW_WIRE_OPCODE_CONTINUATION;

  if (goes_on && self->opcode == 0)
    return problem (1002, "a continuation of nothing");
  if (!goes_on && self->opcode != 0)
    return problem (1002, "a new message began within another");
  if (frame->length > self->limits->frame)
    return problem (1009, "the frame is too long");
  if (self->length + frame->length > self->limits->message)
    return problem (1009, "the message is too long");
  if (self->fragments >= self->limits->fragments)
    return problem (1008, "the message has too many fragments");
  return fine;
}

static FlowWireProblem
check_text (FlowWireReader *self, const guint8 *data, gsize length, gboolean last)
{
  if (self->opcode != FLOW_WIRE_OPCODE_TEXT)
    return fine;
  if (!flow_utf8_check (&self->utf8, data, length) || (last && !flow_utf8_check_is_complete (&self->utf8)))
    return problem (1007, "the text is not UTF-8");
  return fine;
}

static void
give_message (FlowWireReader *self, Pass *pass, const guint8 *data, gsize length, GBytes *bytes)
{
  FlowWireMessage message = { (FlowWireKind) self->opcode, data, length, bytes };

  self->opcode = 0;
  self->fragments = 0;
  self->utf8 = (FlowUtf8Check) { 0 };
  pass->stopped = !pass->handler->message (pass->owner, &message);
  g_clear_pointer (&message.bytes, g_bytes_unref);
}

/* The message in the reader's own buffer is complete. Nothing of it must be left in the reader during the call. */
static void
give_collected (FlowWireReader *self, Pass *pass)
{
  g_autofree guint8 *data = g_steal_pointer (&self->message);
  gsize length = self->length;
  gsize capacity = self->capacity;
  GBytes *bytes = NULL;

  self->length = self->capacity = 0;
  if (length >= FLOW_WIRE_SHARED_FROM)
    {
      if (capacity - length > length / 4)
        data = g_realloc (data, length);
      bytes = g_bytes_new_take (g_steal_pointer (&data), length);
      give_message (self, pass, g_bytes_get_data (bytes, NULL), length, bytes);
    }
  else
    give_message (self, pass, data != NULL ? data : (const guint8 *) "", length, NULL);
}

static void
begin_fragment (FlowWireReader *self, const FlowWireFrame *frame)
{
  if (frame->opcode != FLOW_WIRE_OPCODE_CONTINUATION)
    self->opcode = frame->opcode;
  self->fragments++;
}

/* A data frame that is there as a whole. */
static FlowWireProblem
take_data (FlowWireReader *self, Pass *pass, const FlowWireFrame *frame, guint8 *payload)
{
  FlowWireProblem wrong;

  begin_fragment (self, frame);
  wrong = check_text (self, payload, frame->length, frame->fin);
  if (wrong.code != 0)
    return wrong;
  if (frame->fin && self->fragments == 1)
    {
      give_message (self, pass, payload, frame->length, NULL);
      return fine;
    }
  if (frame->length > 0)
    {
      make_room (self, self->length + frame->length);
      memcpy (self->message + self->length, payload, frame->length);
      self->length += frame->length;
    }
  if (frame->fin)
    give_collected (self, pass);
  return fine;
}

/* What came of a long frame is behind the message's end. */
static FlowWireProblem
take_part (FlowWireReader *self, Pass *pass, gsize length)
{
  guint8 *data = self->message + self->length;
  gsize before = self->frame.length - self->frame_left;
  FlowWireProblem wrong;

  flow_wire_frame_unmask (data, length, self->frame.mask, before);
  self->length += length;
  self->frame_left -= length;
  wrong = check_text (self, data, length, self->frame.fin && self->frame_left == 0);
  if (wrong.code == 0 && self->frame_left == 0 && self->frame.fin)
    give_collected (self, pass);
  return wrong;
}

static FlowWireProblem
begin_long_frame (FlowWireReader *self, Pass *pass, const FlowWireFrame *frame)
{
  gsize length = (gsize) (pass->end - pass->at);

  begin_fragment (self, frame);
  self->frame = *frame;
  self->frame_left = frame->length;
  make_room (self, self->length + MAX (length, 1));
  memcpy (self->message + self->length, pass->at, length);
  pass->at = pass->end;
  return take_part (self, pass, length);
}

/* One frame; %FALSE in @more when there is none that can be taken. */
static FlowWireProblem
take_frame (FlowWireReader *self, Pass *pass, gboolean *more)
{
  FlowWireProblem wrong = { 1002, NULL };
  FlowWireFrame frame;
  gsize there;
  gssize header = flow_wire_frame_read (&frame, pass->at, (gsize) (pass->end - pass->at), &wrong.message);

  *more = header > 0;
  if (header < 0)
    return wrong;
  if (header == 0)
    return fine;
  if (!is_control (&frame))
    {
      wrong = check_data_frame (self, &frame);
      if (wrong.code != 0)
        return wrong;
    }

  there = (gsize) (pass->end - pass->at) - (gsize) header;
  if (there < frame.length)
    {
      *more = FALSE;
      if (frame.length < LONG_FRAME)
        return fine;
      pass->at += header;
      return begin_long_frame (self, pass, &frame);
    }
  pass->at += header;
  flow_wire_frame_unmask (pass->at, frame.length, frame.mask, 0);
  pass->at += frame.length;
  if (!is_control (&frame))
    return take_data (self, pass, &frame, pass->at - frame.length);
  pass->stopped = !pass->handler->control (pass->owner, frame.opcode, pass->at - frame.length, frame.length);
  return fine;
}

/**
 * flow_wire_reader_reserve:
 * @self: a reader
 * @scratch: %FLOW_WIRE_SCRATCH bytes that are nobody's until flow_wire_reader_received()
 * @space: (out): how much may be received
 *
 * Find out where the next bytes must be received to.
 *
 * Returns: the place
 */
guint8 *
flow_wire_reader_reserve (FlowWireReader *self, guint8 *scratch, gsize *space)
{
  gsize kept = self->rest_length;

  if (self->frame_left > 0)
    {
      make_room (self, self->length + MIN (self->frame_left, FIRST_CAPACITY / 2));
      *space = MIN (self->capacity - self->length, self->frame_left);
      return self->message + self->length;
    }
  if (kept > 0)
    memcpy (scratch, self->rest, kept);
  *space = FLOW_WIRE_SCRATCH - kept;
  return scratch + kept;
}

/**
 * flow_wire_reader_received:
 * @self: a reader
 * @scratch: what was given to flow_wire_reader_reserve()
 * @length: how many bytes were received; 0 to go on with what is there, after the reader was stopped
 * @handler: who hears of it; must not use the reader
 * @owner: for the handler
 *
 * Take apart what has come. A message is reported as soon as it is complete. When the handler stops the reader,
 * what is behind the message is kept until the next call.
 *
 * Returns: the problem; its close code is 0 when there is none. After one the reader must not be used again
 */
FlowWireProblem
flow_wire_reader_received (FlowWireReader *self, guint8 *scratch, gsize length, const FlowWireReaderHandler *handler,
                           gpointer owner)
{
  Pass pass = { .handler = handler, .owner = owner };
  FlowWireProblem wrong = fine;
  gboolean more = TRUE;

  if (self->frame_left > 0)
    return length > 0 ? take_part (self, &pass, length) : fine;

  pass.at = scratch;
  pass.end = scratch + self->rest_length + length;
  g_clear_pointer (&self->rest, g_free);
  self->rest_length = 0;
  while (more && !pass.stopped && pass.at < pass.end && wrong.code == 0)
    wrong = take_frame (self, &pass, &more);
  if (wrong.code == 0)
    keep_rest (self, pass.at, (gsize) (pass.end - pass.at));
  return wrong;
}
