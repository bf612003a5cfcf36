/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-native"

#include "hub/doorways/flow-native-peer.h"

#include <string.h>

#define PAGE_STEP_US (G_USEC_PER_SEC / FLOW_NATIVE_PAGE_RATE)

static void
peer_clear (gpointer data)
{
  FlowNativePeer *self = data;

  g_free (self->origin);
  g_free (self->who);
  g_free (self->client);
}

/**
 * flow_native_peer_new:
 * @connection: its number at the wire
 * @origin: (nullable): the web origin it comes with
 * @who: who it is to the counters
 *
 * Returns: (transfer full): a peer that has not said anything
 */
FlowNativePeer *
flow_native_peer_new (guint64 connection, const char *origin, const char *who)
{
  FlowNativePeer *self = g_atomic_rc_box_new0 (FlowNativePeer);

  self->connection = connection;
  self->origin = g_strdup (origin);
  self->who = g_strdup (who);
  self->link.data = self;
  return self;
}

/**
 * flow_native_peer_ref:
 * @self: a peer
 *
 * Returns: (transfer full): @self
 */
FlowNativePeer *
flow_native_peer_ref (FlowNativePeer *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * flow_native_peer_unref:
 * @self: (transfer full): a peer
 *
 * Give a reference back.
 */
void
flow_native_peer_unref (FlowNativePeer *self)
{
  g_atomic_rc_box_release_full (self, peer_clear);
}

/**
 * flow_native_peer_join:
 * @self: a peer that has said `hello`
 * @channel: what the router knows it as
 *
 * Take its messages from now on. Of the channel only what never changes is used, and its counters.
 */
void
flow_native_peer_join (FlowNativePeer *self, FlowChannel *channel)
{
  g_return_if_fail (self->channel == NULL);

  self->channel = g_object_ref (channel);
  self->kind = flow_channel_get_kind (channel);
  self->name = flow_channel_get_name (channel);
  self->name_length = (guint) strlen (self->name);
  self->phase = FLOW_NATIVE_JOINED;
}

/** flow_native_peer_leave: it is gone; nothing of it is judged any more. */
void
flow_native_peer_leave (FlowNativePeer *self)
{
  self->phase = FLOW_NATIVE_GREETED;
  self->name = NULL;
  g_clear_object (&self->channel);
}

static FlowNativeStep
refuse (FlowNativeProblem *problem, FlowError error, const char *message)
{
  *problem = (FlowNativeProblem) { error, message };
  return FLOW_NATIVE_REFUSE;
}

/* A stream of messages has one type, mostly. */
static const FlowMessageType *
find_type (FlowNativePeer *self, FlowSlice name)
{
  if (self->type == NULL || self->type->length != name.length || memcmp (self->type->name, name.text, name.length) != 0)
    self->type = flow_message_type_find (name.text, name.length);
  return self->type;
}

/* What no list names is between those who send it; a page says only what is meant for pages. */
static gboolean
may_send (FlowNativePeer *self, const FlowMessageType *type)
{
  return type != NULL ? flow_message_type_allows (type, self->kind) : self->kind != FLOW_CHANNEL_KIND_BROWSER_PAGE;
}

/* Pages of an origin that send faster than they may for longer than a burst. */
static gboolean
is_too_fast (FlowDoorwayPage *page, gint64 now_us)
{
  if (page == NULL)
    return FALSE;
  page->allowance_us = MAX (page->allowance_us, now_us - FLOW_NATIVE_PAGE_BURST * PAGE_STEP_US);
  if (page->allowance_us > now_us)
    return TRUE;
  page->allowance_us += PAGE_STEP_US;
  return FALSE;
}

static gboolean
is_for_hub (FlowSlice target)
{
  return target.text == NULL || flow_slice_equal (target, FLOW_CHANNEL_HUB) ||
         flow_slice_equal (target, flow_channel_kind_get_name (FLOW_CHANNEL_KIND_DESKTOP_APP));
}

/* What ends a delivery that the hub keeps, whoever it names as its target. */
static gboolean
is_answer (FlowSlice type)
{
  return flow_slice_equal (type, "ack") || flow_slice_equal (type, "error");
}

static gboolean
is_signal (FlowSlice type)
{
  return flow_slice_equal (type, "ack") || flow_slice_equal (type, "ping") || flow_slice_equal (type, "pong");
}

static FlowNativeStep
judge_joined (FlowNativePeer *self, const FlowEnvelope *envelope, gint64 now_us, FlowNativeProblem *problem)
{
  const FlowMessageType *type;

  if (envelope->source.length != self->name_length ||
      memcmp (envelope->source.text, self->name, self->name_length) != 0)
    return refuse (problem, FLOW_ERROR_BAD_SOURCE, "\"source\" must be the name that \"welcome\" gave");
  type = find_type (self, envelope->type);
  if (!may_send (self, type))
    return refuse (problem, FLOW_ERROR_FORBIDDEN, "a channel of this kind may not send this type");
  if (is_too_fast (self->guest.page, now_us))
    return refuse (problem, FLOW_ERROR_TOO_MANY_REQUESTS, "this web origin sends too many messages");
  if (envelope->data.length > FLOW_NATIVE_SIGNAL_BYTES && is_signal (envelope->type))
    return refuse (problem, FLOW_ERROR_TOO_LARGE, "\"data\" of this type has at most 2048 bytes");
  if (is_for_hub (envelope->target))
    return flow_slice_equal (envelope->type, "ping") ? FLOW_NATIVE_PONG : FLOW_NATIVE_ROUTE;
  /* What a page sends is looked at by the hub, whoever it is for. */
  if (type != NULL && type->handled == FLOW_MESSAGE_HANDLED_ALWAYS)
    return FLOW_NATIVE_ROUTE;
  if (envelope->ack || self->kind == FLOW_CHANNEL_KIND_BROWSER_PAGE || is_answer (envelope->type))
    return FLOW_NATIVE_ROUTE;
  return FLOW_NATIVE_FORWARD;
}

/**
 * flow_native_peer_judge:
 * @self: a peer
 * @envelope: a message that it has sent
 * @now_us: monotonic time; only asked for pages
 * @problem: (out caller-allocates): why not, for %FLOW_NATIVE_REFUSE
 *
 * Decide what becomes of a message (protocol.md, "Guard: who may speak", rule 6): before `hello` nothing, then
 * what its kind may send, in its own name.
 *
 * Returns: what to do
 */
FlowNativeStep
flow_native_peer_judge (FlowNativePeer *self, const FlowEnvelope *envelope, gint64 now_us, FlowNativeProblem *problem)
{
  if (G_LIKELY (self->phase == FLOW_NATIVE_JOINED))
    {
      if (envelope->source.text == NULL)
        return refuse (problem, FLOW_ERROR_BAD_SOURCE, "\"source\" is missing");
      if (flow_slice_equal (envelope->type, "hello"))
        return refuse (problem, FLOW_ERROR_BAD_REQUEST, "\"hello\" was said before");
      /* Its receiver would take it for the number of a delivery, and leave out those below. */
      if (envelope->seq.text != NULL)
        return refuse (problem, FLOW_ERROR_BAD_REQUEST, "\"seq\" is written by the hub");
      return judge_joined (self, envelope, now_us, problem);
    }
  if (!flow_slice_equal (envelope->type, "hello"))
    return refuse (problem, FLOW_ERROR_UNAUTHORIZED, "the first message must be \"hello\"");
  if (envelope->data.length > FLOW_NATIVE_HELLO_BYTES)
    return refuse (problem, FLOW_ERROR_TOO_LARGE, "\"data\" of \"hello\" has at most 128 KiB");
  return FLOW_NATIVE_HELLO;
}

/**
 * flow_native_peer_begin:
 * @self: a peer
 * @length: bytes of a message that goes to the hub thread
 *
 * Count a message as in flight.
 *
 * Returns: whether there are as many now as there may be
 */
gboolean
flow_native_peer_begin (FlowNativePeer *self, gsize length)
{
  gint messages = g_atomic_int_add (&self->in_flight, 1) + 1;
  gsize bytes = __atomic_add_fetch (&self->bytes_in_flight, length, __ATOMIC_SEQ_CST);

  return messages >= FLOW_NATIVE_FLIGHT || bytes >= FLOW_NATIVE_FLIGHT_BYTES;
}

/**
 * flow_native_peer_end:
 * @self: a peer
 * @length: bytes of a message that the hub thread has done, 0 to count none
 *
 * Count it as done.
 *
 * Returns: whether half of what may be in flight is free
 */
gboolean
flow_native_peer_end (FlowNativePeer *self, gsize length)
{
  gint messages = g_atomic_int_add (&self->in_flight, length > 0 ? -1 : 0) - (length > 0);
  gsize bytes = __atomic_sub_fetch (&self->bytes_in_flight, length, __ATOMIC_SEQ_CST);

  return messages <= FLOW_NATIVE_FLIGHT / 2 && bytes <= FLOW_NATIVE_FLIGHT_BYTES / 2;
}
