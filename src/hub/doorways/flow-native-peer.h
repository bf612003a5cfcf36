/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-error.h"
#include "hub/doorways/flow-doorway.h"
#include "message/flow-envelope.h"
#include "message/flow-message-type.h"
#include "router/flow-channel.h"

G_BEGIN_DECLS

/** FLOW_NATIVE_FLIGHT: most messages of one peer that the hub thread has not done. */
#define FLOW_NATIVE_FLIGHT 256
/** FLOW_NATIVE_FLIGHT_BYTES: most bytes in them. */
#define FLOW_NATIVE_FLIGHT_BYTES (4 * 1024 * 1024)
/** FLOW_NATIVE_POSTED: most messages on their way from the hub thread to one peer. */
#define FLOW_NATIVE_POSTED 256
/** FLOW_NATIVE_POSTED_BYTES: bytes in them after which no more follow. */
#define FLOW_NATIVE_POSTED_BYTES (4 * 1024 * 1024)
/** FLOW_NATIVE_HELLO_BYTES: most bytes in what `hello` says: it is read before anybody knows who says it. */
#define FLOW_NATIVE_HELLO_BYTES (128 * 1024)
/** FLOW_NATIVE_SIGNAL_BYTES: most bytes in what `ack`, `ping` and `pong` say: they are read at once. */
#define FLOW_NATIVE_SIGNAL_BYTES 2048
/** FLOW_NATIVE_PAGE_RATE: messages a second that one web origin may send. */
#define FLOW_NATIVE_PAGE_RATE 200
/** FLOW_NATIVE_PAGE_BURST: messages that it may send at once. */
#define FLOW_NATIVE_PAGE_BURST 400

/**
 * FlowNativePhase:
 * @FLOW_NATIVE_NEW: nothing but `hello` is taken
 * @FLOW_NATIVE_GREETED: it has said `hello`, the hub thread has not answered
 * @FLOW_NATIVE_JOINED: it has a name
 *
 * How far a peer is.
 */
typedef enum
{
  FLOW_NATIVE_NEW,
  FLOW_NATIVE_GREETED,
  FLOW_NATIVE_JOINED,
} FlowNativePhase;

/**
 * FlowNativeStep:
 * @FLOW_NATIVE_FORWARD: to the target at once, if it is there
 * @FLOW_NATIVE_ROUTE: to the hub thread
 * @FLOW_NATIVE_HELLO: to the hub thread, and nothing else until it has answered
 * @FLOW_NATIVE_PONG: answered at once
 * @FLOW_NATIVE_REFUSE: answered with an error and forgotten
 *
 * What becomes of a message.
 */
typedef enum
{
  FLOW_NATIVE_FORWARD,
  FLOW_NATIVE_ROUTE,
  FLOW_NATIVE_HELLO,
  FLOW_NATIVE_PONG,
  FLOW_NATIVE_REFUSE,
} FlowNativeStep;

/**
 * FlowNativeProblem:
 * @error: its row in `errors.json` has the code
 * @message: what to tell the sender
 */
typedef struct
{
  FlowError error;
  const char *message;
} FlowNativeProblem;

/**
 * FlowNativePeer:
 * @guest: first: what the wire keeps about it
 * @connection: its number at the wire
 * @origin: (nullable): the web origin it came with
 * @who: who it is to the counters: the origin, or the user
 * @welcome: whether it needs no token any more: its head had one, or its origin is allowed
 * @client: (nullable): the id of the paired client whose token it was
 * @phase: the wire thread's
 * @channel: (nullable): what the router knows it as; the wire thread's, once it has joined
 * @kind: of @channel
 * @name: (nullable): full name of @channel
 * @name_length: of @name
 * @paused: atomic: nothing is taken from it until the hub thread has done half of what is in flight
 * @crowded: atomic: more was sent to it than it takes
 * @posted: atomic: messages on their way from the hub thread to the wire's
 * @posted_bytes: atomic: bytes in them
 * @held_up: atomic: the hub thread waits for a time to send more
 * @member: (nullable): the channel once it has joined; the hub thread's
 * @link: among those who have not said `hello`; the hub thread's
 * @deadline_us: when it is given up, monotonic, 0: it is not; the hub thread's
 * @noting: atomic: the hub thread has not noted the last of its refused messages
 *
 * Who is at the other end of a native connection: what the wire thread judges its messages by, and what both threads
 * count. Atomically counted.
 */
typedef struct
{
  FlowDoorwayGuest guest;
  guint64 connection;
  char *origin;
  char *who;
  gboolean welcome;
  char *client;

  FlowNativePhase phase;
  FlowChannel *channel;
  FlowChannelKind kind;
  const char *name;
  guint name_length;

  FlowChannel *member;
  GList link;
  gint64 deadline_us;

  gint paused;
  gint crowded;
  gint posted;
  gsize posted_bytes;
  gint held_up;
  gint noting;

  /*< private >*/
  const FlowMessageType *type; /* of the last message, so that a stream of one type is looked up once */
  gint in_flight;
  gsize bytes_in_flight;
} FlowNativePeer;

FlowNativePeer *flow_native_peer_new (guint64 connection, const char *origin, const char *who);
FlowNativePeer *flow_native_peer_ref (FlowNativePeer *self);
void flow_native_peer_unref (FlowNativePeer *self);

/* On the wire's thread. */
void flow_native_peer_join (FlowNativePeer *self, FlowChannel *channel);
void flow_native_peer_leave (FlowNativePeer *self);
FlowNativeStep flow_native_peer_judge (FlowNativePeer *self, const FlowEnvelope *envelope, gint64 now_us,
                                       FlowNativeProblem *problem);

/* From any thread. */
gboolean flow_native_peer_begin (FlowNativePeer *self, gsize length);
gboolean flow_native_peer_end (FlowNativePeer *self, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowNativePeer, flow_native_peer_unref)

G_END_DECLS
