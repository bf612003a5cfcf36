/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

#include "wire/flow-wire-private.h"

/* The low bits of an id say where the connection is, the others make it one that never comes again. */
#define SLOT_BITS 24
#define MAX_SLOTS (1u << SLOT_BITS)
/* Connections beyond the bound that are told so; any more are closed without a word. */
#define SPARE 64
#define MAX_REASON (FLOW_WIRE_MAX_CONTROL - 2)

static void
take_slot (FlowWireConnection *self)
{
  static guint64 generation;
  FlowWire *wire = self->wire;
  guint slot = wire->slots->len;

  if (wire->free_slots->len > 0)
    {
      slot = g_array_index (wire->free_slots, guint, wire->free_slots->len - 1);
      g_array_set_size (wire->free_slots, wire->free_slots->len - 1);
      wire->slots->pdata[slot] = self;
    }
  else
    g_ptr_array_add (wire->slots, self);
  self->id = __atomic_add_fetch (&generation, 1, __ATOMIC_RELAXED) << SLOT_BITS | slot;
}

static void
give_slot (FlowWireConnection *self)
{
  guint slot = (guint) (self->id & (MAX_SLOTS - 1));

  self->wire->slots->pdata[slot] = NULL;
  g_array_append_val (self->wire->free_slots, slot);
}

/**
 * flow_wire_find:
 * @self: a wire
 * @connection: an id
 *
 * Find a connection. On the wire's thread.
 *
 * Returns: (nullable): the connection, %NULL when it is gone
 */
FlowWireConnection *
flow_wire_find (FlowWire *self, guint64 connection)
{
  guint slot = (guint) (connection & (MAX_SLOTS - 1));
  FlowWireConnection *found;

  g_return_val_if_fail (self != NULL, NULL);

  if (slot >= self->slots->len)
    return NULL;
  found = g_ptr_array_index (self->slots, slot);
  return found != NULL && found->id == connection ? found : NULL;
}

static void
events_cb (uv_poll_t *poll, int status, int events)
{
  FlowWireConnection *self = (FlowWireConnection *) poll;

  if (status < 0)
    {
      flow_wire_connection_lose (self, 1006, "broken");
      return;
    }
  if (self->state < FLOW_WIRE_OPEN)
    {
      flow_wire_handshake_look (self, events);
      return;
    }
  if ((events & UV_WRITABLE) != 0)
    {
      self->blocked = FALSE;
      flow_wire_connection_touch (self);
    }
  if ((events & UV_READABLE) != 0)
    flow_wire_connection_receive (self);
  else if ((events & UV_DISCONNECT) != 0)
    {
      /* What it sent before is still there to be read, once it may be. */
      self->no_more = TRUE;
      flow_wire_connection_watch (self);
    }
}

/**
 * flow_wire_connection_watch:
 * @self: a connection that is not lost
 *
 * Have libuv watch for what the state waits for.
 */
void
flow_wire_connection_watch (FlowWireConnection *self)
{
  int events = UV_READABLE;

  if (self->paused || self->state == FLOW_WIRE_WAITING)
    events = self->no_more ? 0 : UV_DISCONNECT;

  if (self->state == FLOW_WIRE_HEAD)
    events |= UV_DISCONNECT;
  if (self->blocked)
    events |= UV_WRITABLE;
  if (events == self->events)
    return;
  self->events = (guint8) events;
  uv_poll_start (&self->poll, events, events_cb);
}

/**
 * flow_wire_connection_new:
 * @wire: a wire
 * @fd: a socket that has been accepted and does not block; taken
 * @doorway: by which listener it came
 *
 * Wait for the head of a request.
 */
void
flow_wire_connection_new (FlowWire *wire, int fd, guint doorway)
{
  FlowWireConnection *self = g_new0 (FlowWireConnection, 1);
  int code = uv_poll_init (&wire->loop, &self->poll, fd);

  if (code != 0)
    {
      g_warning ("a connection cannot be watched: %s", uv_strerror (code));
      g_close (fd, NULL);
      g_free (self);
      return;
    }
  self->wire = wire;
  self->fd = fd;
  self->doorway = doorway;
  self->heard_ms = flow_wire_now (wire);
  flow_wire_reader_init (&self->reader, &wire->limits.reader);
  take_slot (self);
  flow_wire_count (&wire->stats.accepted, 1);
  flow_wire_count (&wire->stats.connections, 1);
  if (wire->stats.connections > wire->limits.connections + SPARE)
    {
      flow_wire_connection_lose (self, 1013, NULL);
      return;
    }
  if (wire->stats.connections > wire->limits.connections)
    {
      flow_wire_handshake_refuse (self, 503, "busy", "there are too many connections");
      return;
    }
  flow_wire_due_set (self, FLOW_WIRE_DUE_HEAD, wire->limits.head_ms);
  flow_wire_connection_watch (self);
}

/**
 * flow_wire_connection_opened:
 * @self: a connection that has been accepted, and whose answer says so
 *
 * Speak frames from now on.
 */
void
flow_wire_connection_opened (FlowWireConnection *self)
{
  FlowWire *wire = self->wire;

  self->state = FLOW_WIRE_OPEN;
  self->was_open = TRUE;
  self->taken = 0;
  self->heard_ms = flow_wire_now (wire);
  flow_wire_count (&wire->stats.open, 1);
  flow_wire_due_set (self, FLOW_WIRE_DUE_PING, wire->limits.ping_ms - wire->limits.pong_ms);
  flow_wire_connection_watch (self);
  /* The answer must leave before the first frame is put behind it. It still stands among the dirty ones. */
  flow_wire_connection_flush (self);
  self->dirty = TRUE;
  if (self->state == FLOW_WIRE_OPEN && self->out.bytes > 0)
    flow_wire_connection_lose (self, 1006, "broken");
  if (self->state == FLOW_WIRE_OPEN && wire->hooks.opened != NULL)
    wire->hooks.opened (self, wire->data);
}

static void
free_cb (uv_handle_t *handle)
{
  g_free (handle);
}

static void
forget (FlowWireConnection *self)
{
  FlowWire *wire = self->wire;

  if (self->state == FLOW_WIRE_WAITING)
    wire->waiting--;
  if (self->was_open)
    flow_wire_count (&wire->stats.open, -1);
  flow_wire_count (&wire->stats.connections, -1);
  flow_wire_count (&wire->stats.queued_bytes, -(gint64) self->out.bytes);
  flow_wire_count (&wire->stats.held_bytes, -(gint64) self->held);
  flow_wire_due_clear (self);
  give_slot (self);
  self->state = FLOW_WIRE_LOST;
  flow_wire_out_clear (&self->out, &wire->pool);
  g_clear_pointer (&self->pong, g_free);
  g_clear_pointer (&self->accept, g_free);
  /* What the reader has may be under our caller's hands. */
  g_ptr_array_add (wire->lost, self);
}

/**
 * flow_wire_connection_release:
 * @self: a connection that is not open; gone at the end of the turn
 *
 * Have no more to do with a connection.
 *
 * Returns: its socket, which is the caller's
 */
int
flow_wire_connection_release (FlowWireConnection *self)
{
  int fd = self->fd;

  self->fd = -1;
  /* Before the number can be another socket's: libuv forgets what it watches by the number. It frees us after the
   * turn, which ends with the report. */
  uv_close ((uv_handle_t *) &self->poll, free_cb);
  forget (self);
  return fd;
}

/**
 * flow_wire_connection_lose:
 * @self: a connection; gone at the end of the turn
 * @code: close code for the hook, unless one is known already
 * @reason: (nullable): the same for the reason
 *
 * End a connection at once. May be called anywhere and more than once.
 */
void
flow_wire_connection_lose (FlowWireConnection *self, guint code, const char *reason)
{
  if (self->state == FLOW_WIRE_LOST)
    return;
  if (self->state == FLOW_WIRE_OPEN)
    {
      self->code = code;
      self->reason = g_strdup (reason);
    }
  g_close (flow_wire_connection_release (self), NULL);
}

/**
 * flow_wire_connection_report:
 * @self: a connection that is lost; freed by the loop when this turn is over
 *
 * Have the hook know.
 */
void
flow_wire_connection_report (FlowWireConnection *self)
{
  FlowWire *wire = self->wire;

  if (self->known && wire->hooks.closed != NULL)
    wire->hooks.closed (self, self->code, self->reason != NULL ? self->reason : "", wire->data);
  flow_wire_reader_clear (&self->reader);
  g_clear_pointer (&self->reason, g_free);
}

/**
 * flow_wire_connection_end:
 * @self: a connection after whose queue nothing more will be sent
 *
 * Send what waits, then wait for the peer to close. Closing while something is on its way to us would reset the
 * connection, which can take our last words with it.
 */
void
flow_wire_connection_end (FlowWireConnection *self)
{
  self->state = FLOW_WIRE_ENDING;
  self->paused = FALSE;
  self->taken = 0;
  flow_wire_due_set (self, FLOW_WIRE_DUE_CLOSE, self->wire->limits.close_ms);
  flow_wire_connection_watch (self);
  flow_wire_connection_touch (self);
}

/* A reason that is too long is cut between characters. */
static gsize
fit_reason (const char *reason)
{
  gsize length = strlen (reason);

  if (length <= MAX_REASON)
    return length;
  length = MAX_REASON;
  while (length > 0 && ((guchar) reason[length] & 0xc0) == 0x80)
    length--;
  return length;
}

/**
 * flow_wire_connection_close:
 * @self: a connection; nothing happens unless it is open
 * @code: close code, see flow_wire_is_close_code()
 * @reason: (nullable): why, UTF-8; at most 123 bytes of it are sent
 *
 * Close a connection in good order: what waits is sent, then a close frame, then the peer has some time to
 * answer. On the wire's thread; the hook hears of it when the turn is over, or later.
 */
void
flow_wire_connection_close (FlowWireConnection *self, guint code, const char *reason)
{
  guint8 payload[FLOW_WIRE_MAX_CONTROL] = { (guint8) (code >> 8), (guint8) code };
  gsize length = reason != NULL ? fit_reason (reason) : 0;

  g_return_if_fail (self != NULL && flow_wire_is_close_code (code));

  if (self->state != FLOW_WIRE_OPEN)
    return;
  self->code = code;
  self->reason = g_strdup (reason);
  if (length > 0)
    memcpy (payload + 2, reason, length);
  flow_wire_connection_send_control (self, FLOW_WIRE_OPCODE_CLOSE, payload, 2 + length);
  self->state = FLOW_WIRE_CLOSING;
  flow_wire_due_set (self, FLOW_WIRE_DUE_CLOSE, self->wire->limits.close_ms);
  /* Else the answer is never seen. */
  flow_wire_connection_set_paused (self, FALSE);
}

/**
 * flow_wire_connection_set_paused:
 * @self: a connection
 * @paused: whether to take nothing from it for now
 *
 * Let the peer wait: what it sends stays in the kernel, and when that is full it cannot send any more. Pings are
 * not answered meanwhile, and it is not expected to answer ours. On the wire's thread.
 */
void
flow_wire_connection_set_paused (FlowWireConnection *self, gboolean paused)
{
  g_return_if_fail (self != NULL);

  if (self->paused == (paused != FALSE) || (self->state != FLOW_WIRE_OPEN && paused) || self->state == FLOW_WIRE_LOST)
    return;
  self->paused = paused != FALSE;
  flow_wire_connection_watch (self);
  if (!paused && !self->again && flow_wire_reader_has_rest (&self->reader))
    {
      self->again = TRUE;
      g_ptr_array_add (self->wire->again, self);
    }
}

/**
 * flow_wire_connection_get_id:
 * @self: a connection
 *
 * Get the number by which other threads call a connection. It is never given to another.
 *
 * Returns: the id, never 0
 */
guint64
flow_wire_connection_get_id (FlowWireConnection *self)
{
  return self->id;
}

/** flow_wire_connection_get_doorway: the number of the listener by which it came. */
guint
flow_wire_connection_get_doorway (FlowWireConnection *self)
{
  return self->doorway;
}

/** flow_wire_connection_get_fd: the socket, to ask who the peer is; -1 when it is closed. */
int
flow_wire_connection_get_fd (FlowWireConnection *self)
{
  return self->fd;
}

/** flow_wire_connection_get_data: (nullable): what flow_wire_connection_set_data() was given. */
gpointer
flow_wire_connection_get_data (FlowWireConnection *self)
{
  return self->data;
}

/** flow_wire_connection_set_data: keep something with a connection; the closed hook is the place to free it. */
void
flow_wire_connection_set_data (FlowWireConnection *self, gpointer data)
{
  self->data = data;
}

/** flow_wire_connection_get_queued: bytes that wait to be sent. */
gsize
flow_wire_connection_get_queued (FlowWireConnection *self)
{
  return self->out.bytes;
}
