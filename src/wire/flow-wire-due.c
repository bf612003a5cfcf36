/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include "wire/flow-wire-private.h"

/* All waiting of the wire: one timer. A kind of deadline is always equally far away, so that its queue is in the
 * order in which the deadlines come and nothing needs sorting, however many connections there are. */

/* Of a ping's interval: those that are due this soon go along, so that idle connections wake the machine seldom. */
#define PING_SLACK 32

/**
 * flow_wire_due_clear:
 * @connection: a connection
 *
 * Forget the deadline.
 */
void
flow_wire_due_clear (FlowWireConnection *connection)
{
  if (connection->due_ms == 0)
    return;
  g_queue_unlink (&connection->wire->due[connection->due], &connection->link);
  connection->due_ms = 0;
}

/**
 * flow_wire_due_set:
 * @connection: a connection
 * @due: what the deadline is for
 * @ms: milliseconds from now; for one kind always the same
 *
 * Set the deadline, instead of the one there was.
 */
void
flow_wire_due_set (FlowWireConnection *connection, FlowWireDue due, guint ms)
{
  FlowWire *self = connection->wire;

  flow_wire_due_clear (connection);
  connection->due = (guint8) due;
  connection->due_ms = flow_wire_now (self) + ms;
  connection->link.data = connection;
  g_queue_push_tail_link (&self->due[due], &connection->link);
  if (self->timer_ms == 0 || connection->due_ms < self->timer_ms)
    flow_wire_due_arm (self);
}

static gint64
earlier (gint64 a, gint64 b)
{
  return a == 0 || (b != 0 && b < a) ? b : a;
}

/**
 * flow_wire_due_arm:
 * @self: a wire
 *
 * Have the timer go off at the next deadline.
 */
void
flow_wire_due_arm (FlowWire *self)
{
  gint64 next = earlier (self->accept_again_ms, self->stop_ms);
  gint64 now = flow_wire_now (self);

  for (guint i = 0; i < FLOW_WIRE_N_DUE; i++)
    {
      const GList *first = g_queue_peek_head_link (&self->due[i]);

      if (first != NULL)
        next = earlier (next, ((const FlowWireConnection *) first->data)->due_ms);
    }
  if (next == self->timer_ms || self->ended)
    return;
  self->timer_ms = next;
  if (next == 0)
    uv_timer_stop (&self->timer);
  else
    uv_timer_start (&self->timer, flow_wire_due_timer_cb, (guint64) MAX (next - now, 0), 0);
}

static void
ping (FlowWireConnection *connection)
{
  FlowWire *self = connection->wire;

  connection->pinged_ns = uv_hrtime ();
  flow_wire_connection_send_control (connection, FLOW_WIRE_OPCODE_PING, NULL, 0);
  if (connection->state == FLOW_WIRE_OPEN)
    flow_wire_due_set (connection, FLOW_WIRE_DUE_PONG, self->limits.pong_ms);
}

/* Whatever came since the ping shows that the peer is there. Of one that we do not read from nothing is known. */
static void
check_pong (FlowWireConnection *connection)
{
  FlowWire *self = connection->wire;
  gint64 asked_ms = connection->due_ms - self->limits.pong_ms;

  if (connection->heard_ms < asked_ms && !connection->paused)
    {
      flow_wire_count (&self->stats.silent, 1);
      flow_wire_connection_lose (connection, 1006, "no pong");
    }
  else
    flow_wire_due_set (connection, FLOW_WIRE_DUE_PING, self->limits.ping_ms - self->limits.pong_ms);
}

static void
expire (FlowWireConnection *connection)
{
  switch (connection->due)
    {
    case FLOW_WIRE_DUE_HEAD:
      flow_wire_handshake_refuse (connection, 408, "timeout", "the head of the request took too long");
      break;
    case FLOW_WIRE_DUE_LOOK:
      flow_wire_due_clear (connection);
      flow_wire_handshake_look (connection, 0);
      break;
    case FLOW_WIRE_DUE_WAITING:
      flow_wire_handshake_refuse (connection, 403, "forbidden", "nobody has allowed this");
      break;
    case FLOW_WIRE_DUE_PING:
      ping (connection);
      break;
    case FLOW_WIRE_DUE_PONG:
      check_pong (connection);
      break;
    case FLOW_WIRE_DUE_CLOSE:
    default:
      flow_wire_connection_lose (connection, 1006, "closing took too long");
      break;
    }
}

static void
cut_off (FlowWire *self)
{
  for (guint i = 0; i < self->slots->len; i++)
    {
      FlowWireConnection *connection = g_ptr_array_index (self->slots, i);

      if (connection != NULL)
        flow_wire_connection_lose (connection, 1006, "closing took too long");
    }
}

/** flow_wire_due_timer_cb: do what is due. */
void
flow_wire_due_timer_cb (uv_timer_t *timer)
{
  FlowWire *self = timer->data;
  gint64 now = flow_wire_now (self);

  self->timer_ms = 0;
  for (guint i = 0; i < FLOW_WIRE_N_DUE; i++)
    {
      gint64 until = now + (i == FLOW_WIRE_DUE_PING ? self->limits.ping_ms / PING_SLACK : 0);
      GList *first;

      while ((first = g_queue_peek_head_link (&self->due[i])) != NULL &&
             ((FlowWireConnection *) first->data)->due_ms <= until)
        expire (first->data);
    }
  if (self->accept_again_ms != 0 && self->accept_again_ms <= now)
    flow_wire_listeners_resume (self);
  if (self->stop_ms != 0 && self->stop_ms <= now)
    cut_off (self);
  flow_wire_end_turn (self);
  flow_wire_due_arm (self);
}
