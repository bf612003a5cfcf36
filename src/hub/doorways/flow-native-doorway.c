/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-native"

#include "hub/doorways/flow-native-doorway.h"

#include "hub/doorways/flow-native-answer.h"
#include "hub/doorways/flow-native-channel.h"
#include "hub/doorways/flow-native-hello.h"
#include "hub/doorways/flow-native-private.h"

/**
 * FlowNativeDoorway:
 *
 * The native protocol: WebSockets of editors, programs and pages. Who connects has to say `hello`, gets a name, and is
 * a channel of the router from then on. The wire's thread judges each message and passes on what has a target that is
 * there (flow-native-wire.c); all that needs to know more comes here, to the hub thread.
 */

typedef struct
{
  GSource source;
  FlowNativeDoorway *doorway;
} TimerSource;

/* Told first: a client should know why it is closed. */
static void
turn_away (FlowNativeDoorway *self, FlowNativePeer *peer, FlowMessage *hello, FlowError error, const char *message)
{
  g_autoptr (FlowMessage) answer = flow_native_answer_refusal (hello, error, message);

  flow_native_note_refusal (self, peer, error, message);
  flow_native_wire_send (self, peer, flow_message_get_bytes (answer), FLOW_WIRE_SEND_NORMAL);
  flow_wire_post_close (self->parts.wire, peer->connection, (guint) flow_error_info (error)->close_code, message);
}

static void
arm (FlowNativeDoorway *self)
{
  FlowNativePeer *first = g_queue_peek_head (&self->strangers);

  g_source_set_ready_time (self->timer, first != NULL ? first->deadline_us : -1);
}

static void
forget_stranger (FlowNativeDoorway *self, FlowNativePeer *peer)
{
  if (peer->deadline_us == 0)
    return;
  peer->deadline_us = 0;
  g_queue_unlink (&self->strangers, &peer->link);
  arm (self);
  flow_native_peer_unref (peer);
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  FlowNativeDoorway *self = ((TimerSource *) source)->doorway;
  gint64 now_us = g_source_get_time (source);

  while (self->strangers.length > 0)
    {
      FlowNativePeer *first = g_queue_peek_head (&self->strangers);

      if (first->deadline_us > now_us)
        break;
      turn_away (self, first, NULL, FLOW_ERROR_UNAUTHORIZED, "no \"hello\" with a token came in time");
      forget_stranger (self, first);
    }
  arm (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };

/**
 * flow_native_doorway_new:
 * @parts: what it is built on; copied
 * @funcs: what the hub knows about channels; copied
 * @data: for them
 *
 * Make a doorway for the calling thread. Nobody may come in before it is opened.
 *
 * Returns: (transfer full): the doorway
 */
FlowNativeDoorway *
flow_native_doorway_new (const FlowNativeParts *parts, const FlowNativeFuncs *funcs, gpointer data)
{
  FlowNativeDoorway *self = g_new0 (FlowNativeDoorway, 1);

  self->parts = *parts;
  self->funcs = *funcs;
  self->data = data;
  self->names = flow_wire_names_new ();
  g_queue_init (&self->strangers);
  g_queue_init (&self->channels);
  self->timer = g_source_new (&timer_funcs, sizeof (TimerSource));
  ((TimerSource *) self->timer)->doorway = self;
  g_source_set_name (self->timer, "flow-native-hello");
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  return self;
}

/**
 * flow_native_doorway_free:
 * @self: (transfer full): a doorway whose wire has stopped, and has told everything
 *
 * Free it.
 */
void
flow_native_doorway_free (FlowNativeDoorway *self)
{
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  flow_wire_names_free (self->names);
  g_free (self);
}

/**
 * flow_native_doorway_open:
 * @self: a doorway
 * @router: where channels are; lives longer
 *
 * Let clients in.
 */
void
flow_native_doorway_open (FlowNativeDoorway *self, FlowRouter *router)
{
  self->router = router;
}

/**
 * flow_native_doorway_set_settings:
 * @self: a doorway
 * @settings: the settings; they live until the next call
 *
 * Go by other settings from the next client on.
 */
void
flow_native_doorway_set_settings (FlowNativeDoorway *self, const FlowSettingsSnapshot *settings)
{
  self->settings = settings;
}

/**
 * flow_native_note_refusal:
 * @self: a doorway
 * @peer: who sent it
 * @error: why it was not taken
 * @message: what the sender was told
 *
 * Keep record of a message that was refused.
 */
void
flow_native_note_refusal (FlowNativeDoorway *self, FlowNativePeer *peer, FlowError error, const char *message)
{
  const FlowErrorInfo *info = flow_error_info (error);
  FlowRefusal refusal = {
    .status = (guint) info->http_status,
    .reason = info->code,
    .method = "WS",
    .path = FLOW_NATIVE_PATH,
    .message = message,
    .agent = peer->member != NULL ? flow_channel_get_client (peer->member) : NULL,
    .peer = peer->who,
  };

  flow_refusals_add (self->parts.refusals, &refusal);
}

/* The router hears of it before the peer is closed; what is on its way from it is not taken any more. */
static void
remove_channel (FlowNativeDoorway *self, FlowChannel *channel)
{
  flow_native_channel_get_peer (FLOW_NATIVE_CHANNEL (channel))->member = NULL;
  g_queue_remove (&self->channels, channel);
  flow_router_remove_channel (self->router, channel);
  g_object_unref (channel);
}

static void
close_channel (FlowNativeDoorway *self, FlowChannel *channel, guint code, const char *reason)
{
  flow_channel_close (channel, code, reason);
  remove_channel (self, channel);
}

/**
 * flow_native_doorway_close:
 * @self: a doorway
 *
 * Close all channels with "going away", and what was let in before everybody knew.
 */
void
flow_native_doorway_close (FlowNativeDoorway *self)
{
  self->closed = TRUE;
  while (self->channels.length > 0)
    close_channel (self, g_queue_peek_head (&self->channels), 1001, "going away");
  while (self->strangers.length > 0)
    {
      FlowNativePeer *first = g_queue_peek_head (&self->strangers);

      flow_wire_post_close (self->parts.wire, first->connection, 1001, "going away");
      forget_stranger (self, first);
    }
}

static gboolean
is_of (const FlowNativePeer *peer, const char *client, const char *origin)
{
  return (client != NULL && g_strcmp0 (peer->client, client) == 0) ||
         (origin != NULL && g_strcmp0 (peer->origin, origin) == 0);
}

/* Also those that were let in and have not said `hello`. */
static void
close_some (FlowNativeDoorway *self, const char *client, const char *origin, const char *reason)
{
  GList *next;

  for (GList *link = self->channels.head; link != NULL; link = next)
    {
      next = link->next;
      if (is_of (flow_native_channel_get_peer (link->data), client, origin))
        close_channel (self, link->data, (guint) flow_error_info (FLOW_ERROR_FORBIDDEN)->close_code, reason);
    }
  for (GList *link = self->strangers.head; link != NULL; link = next)
    {
      FlowNativePeer *peer = link->data;

      next = link->next;
      if (!is_of (peer, client, origin))
        continue;
      turn_away (self, peer, NULL, FLOW_ERROR_FORBIDDEN, reason);
      forget_stranger (self, peer);
    }
}

/**
 * flow_native_doorway_close_client:
 * @self: a doorway
 * @client: the id of a paired client
 *
 * Close the channels of a client that is paired no more.
 */
void
flow_native_doorway_close_client (FlowNativeDoorway *self, const char *client)
{
  close_some (self, client, NULL, "this client is not paired any more");
}

/**
 * flow_native_doorway_close_origin:
 * @self: a doorway
 * @origin: a web origin
 *
 * Close the channels of pages that are not allowed any more.
 */
void
flow_native_doorway_close_origin (FlowNativeDoorway *self, const char *origin)
{
  close_some (self, NULL, origin, "this web origin is not allowed any more");
}

/** flow_native_opened_call: a connection is open, and should say `hello` soon. */
void
flow_native_opened_call (FlowCall *call)
{
  FlowNativeCall *opened = (FlowNativeCall *) call;
  FlowNativeDoorway *self = opened->doorway;
  FlowNativePeer *peer = opened->peer;

  if (self->closed)
    {
      flow_wire_post_close (self->parts.wire, peer->connection, 1001, "going away");
      flow_native_call_free (opened);
      return;
    }
  flow_native_peer_ref (peer);
  peer->deadline_us = g_get_monotonic_time () + FLOW_NATIVE_HELLO_MS * 1000;
  g_queue_push_tail_link (&self->strangers, &peer->link);
  if (self->strangers.length == 1)
    arm (self);
  flow_native_call_free (opened);
}

/* The newer one has the name; the other is told not to come back. */
static void
replace (FlowNativeDoorway *self, const char *name)
{
  FlowChannel *before = flow_router_find (self->router, name);

  if (before != NULL)
    close_channel (self, before, (guint) flow_error_info (FLOW_ERROR_REPLACED)->close_code,
                   "the same program connected again");
}

static void
join (FlowNativeDoorway *self, FlowNativePeer *peer, FlowMessage *message, const FlowNativeHello *hello)
{
  FlowChannel *channel = FLOW_CHANNEL (flow_native_channel_new (self, peer, hello->name));
  const FlowClock *clock = flow_router_get_clock (self->router);
  g_autoptr (FlowMessage) welcome = NULL;

  replace (self, hello->name);
  flow_channel_set_origin (channel, peer->origin);
  flow_native_hello_apply (hello, channel, self->settings, flow_clock_monotonic_us (clock), flow_clock_wall_ns (clock));
  welcome = flow_native_hello_welcome (self, message, channel);
  if (!flow_native_wire_join (self, peer, channel, flow_message_get_bytes (welcome)))
    {
      flow_channel_close (channel, (guint) flow_error_info (FLOW_ERROR_BUSY)->close_code, "too much to do");
      g_object_unref (channel);
      return;
    }
  peer->member = channel;
  g_queue_push_tail (&self->channels, channel);
  flow_router_add_channel (self->router, channel);
}

/** flow_native_hello_call: a client has said who it is. */
void
flow_native_hello_call (FlowCall *call)
{
  FlowNativeCall *said = (FlowNativeCall *) call;
  FlowNativeDoorway *self = said->doorway;
  FlowNativePeer *peer = said->peer;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowMessage) message = flow_message_new_from_bytes (said->bytes, &error);
  g_auto (FlowNativeHello) hello = { 0 };

  /* It was given up, or all of them are. */
  if (peer->deadline_us == 0)
    {
      flow_native_call_free (said);
      return;
    }
  if (message != NULL && flow_native_hello_read (self, peer, message, &hello, &error))
    {
      forget_stranger (self, peer);
      join (self, peer, message, &hello);
    }
  else if (g_error_matches (error, FLOW_ERROR, FLOW_ERROR_UNAUTHORIZED) && flow_message_has (message, "token") &&
           flow_guesses_note (self->parts.guesses, peer->who) > 0)
    {
      /* Whoever guesses waits until its time is over. */
      flow_native_note_refusal (self, peer, FLOW_ERROR_UNAUTHORIZED, error->message);
    }
  else
    {
      turn_away (self, peer, message, (FlowError) error->code, error->message);
      forget_stranger (self, peer);
    }
  flow_native_call_free (said);
}

/* Whoever had to wait for the hub thread goes on when half of it is done. */
static void
done (FlowNativeDoorway *self, FlowNativePeer *peer, gsize length)
{
  if (flow_native_peer_end (peer, length) && g_atomic_int_compare_and_exchange (&peer->paused, TRUE, FALSE))
    flow_wire_post_paused (self->parts.wire, peer->connection, FALSE);
}

/* What only reading all of it shows, such as a time that is none. */
static void
refuse_message (FlowNativeDoorway *self, FlowNativePeer *peer, GBytes *bytes, const GError *error)
{
  g_autoptr (FlowMessage) answer = NULL;
  FlowEnvelope envelope;
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  gboolean readable = flow_envelope_scan (&envelope, text, length) == NULL;

  answer = flow_native_answer_error (flow_channel_get_name (peer->member), readable ? &envelope : NULL,
                                     (FlowError) error->code, error->message);
  flow_channel_send (peer->member, flow_message_get_bytes (answer), FALSE);
  flow_native_note_refusal (self, peer, (FlowError) error->code, error->message);
}

/** flow_native_message_call: a message of a channel that the wire's thread cannot deal with alone. */
void
flow_native_message_call (FlowCall *call)
{
  FlowNativeCall *sent = (FlowNativeCall *) call;
  FlowNativePeer *peer = sent->peer;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowMessage) message = NULL;

  if (peer->member != NULL)
    {
      message = flow_message_new_from_bytes (sent->bytes, &error);
      if (message != NULL)
        flow_router_route (sent->doorway->router, peer->member, message);
      else
        refuse_message (sent->doorway, peer, sent->bytes, error);
    }
  done (sent->doorway, peer, g_bytes_get_size (sent->bytes));
  flow_native_call_free (sent);
}

/** flow_native_refused_call: the wire's thread has refused a message. */
void
flow_native_refused_call (FlowCall *call)
{
  FlowNativeCall *refused = (FlowNativeCall *) call;

  g_atomic_int_set (&refused->peer->noting, FALSE);
  flow_native_note_refusal (refused->doorway, refused->peer, (FlowError) refused->number, refused->text);
  flow_native_call_free (refused);
}

/** flow_native_drained_call: a peer that was slow has taken everything. */
void
flow_native_drained_call (FlowCall *call)
{
  FlowNativeCall *drained = (FlowNativeCall *) call;

  FlowChannel *channel = drained->peer->member;

  if (channel != NULL && flow_native_channel_go_on (FLOW_NATIVE_CHANNEL (channel)))
    flow_router_drained (drained->doorway->router, channel);
  flow_native_call_free (drained);
}

/** flow_native_pong_call: a peer has answered a ping of the wire's. */
void
flow_native_pong_call (FlowCall *call)
{
  FlowNativeCall *pong = (FlowNativeCall *) call;

  if (pong->peer->member != NULL)
    flow_latency_add (flow_channel_get_latency (pong->peer->member), pong->number);
  flow_native_call_free (pong);
}

/** flow_native_closed_call: a connection is gone. */
void
flow_native_closed_call (FlowCall *call)
{
  FlowNativeCall *closed = (FlowNativeCall *) call;

  forget_stranger (closed->doorway, closed->peer);
  if (closed->peer->member != NULL)
    {
      flow_channel_set_close_code (closed->peer->member, (guint) closed->number);
      close_channel (closed->doorway, closed->peer->member, 1000, "");
    }
  flow_native_call_free (closed);
}
