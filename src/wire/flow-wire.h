/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "base/flow-error.h"
#include "wire/flow-wire-head.h"
#include "wire/flow-wire-message.h"
#include "wire/flow-wire-reader.h"

G_BEGIN_DECLS

/**
 * FlowWire:
 *
 * A WebSocket engine (RFC 6455) with a thread of its own, in which everything of it happens: accepting, looking at
 * the first request, frames, routing by the hooks, sending. A message is received into one buffer that all share,
 * unmasked and checked in place, given to a hook, and put behind what its targets are sent at the end of the loop's
 * turn, all at once. Whoever is slow has a queue with a bound and nobody else waits for him; whoever sends much has
 * his turn and then the others have theirs.
 *
 * Other threads post: messages, closing, verdicts. Nothing that they call blocks, and connections are numbers to them.
 */
typedef struct _FlowWire FlowWire;

/**
 * FlowWireConnection:
 *
 * A connection of a wire. Only the wire's thread has it in its hands, from the upgrade hook to the closed hook, or, if
 * it never opens, only during the upgrade hook.
 */
typedef struct _FlowWireConnection FlowWireConnection;

/**
 * FlowWireLimits:
 * @connections: most connections at once; one more is answered 503
 * @reader: bounds of frames and messages that come
 * @head_bytes: longest head of a request that becomes a WebSocket
 * @head_ms: milliseconds a head may take
 * @waiting: how many connections may wait for somebody's decision at once
 * @waiting_ms: milliseconds they may wait
 * @queue_bytes: bytes that may wait to be sent to one connection
 * @queue_messages: messages that may wait to be sent to one connection
 * @queued_bytes: bytes that may wait to be sent, over all connections
 * @held_bytes: memory that holds messages that are not complete, over all connections
 * @ping_ms: milliseconds between two pings to a connection
 * @pong_ms: milliseconds after a ping in which something must be heard, less than @ping_ms
 * @close_ms: milliseconds a connection that is being closed may take
 * @posts: how many things other threads may have posted that are not done yet
 * @post_bytes: bytes of payload in them
 *
 * The bounds of everything that grows.
 */
typedef struct
{
  guint connections;
  FlowWireReaderLimits reader;
  guint head_bytes;
  guint head_ms;
  guint waiting;
  guint waiting_ms;
  gsize queue_bytes;
  guint queue_messages;
  gsize queued_bytes;
  gsize held_bytes;
  guint ping_ms;
  guint pong_ms;
  guint close_ms;
  guint posts;
  gsize post_bytes;
} FlowWireLimits;

extern const FlowWireLimits flow_wire_default_limits;

/**
 * FlowWireAnswer:
 * @FLOW_WIRE_ACCEPT: it becomes a WebSocket
 * @FLOW_WIRE_REFUSE: it is answered with an error and closed
 * @FLOW_WIRE_WAIT: somebody has to be asked; flow_wire_post_verdict() comes later
 *
 * What becomes of a request that wants to be a WebSocket.
 */
typedef enum
{
  FLOW_WIRE_ACCEPT,
  FLOW_WIRE_REFUSE,
  FLOW_WIRE_WAIT,
} FlowWireAnswer;

/**
 * FlowWireVerdict:
 * @answer: what becomes of it
 * @error: why it is refused; its row in `errors.json` has the HTTP status
 * @message: (nullable): what to tell the sender when it is refused; a literal
 * @protocol: (nullable): the one of `Sec-WebSocket-Protocol` that is spoken; a literal
 *
 * The word about a request that wants to be a WebSocket.
 */
typedef struct
{
  FlowWireAnswer answer;
  FlowError error;
  const char *message;
  const char *protocol;
} FlowWireVerdict;

/**
 * FlowWireSendFlags:
 * @FLOW_WIRE_SEND_NORMAL: nothing special
 * @FLOW_WIRE_SEND_DROPPABLE: worth nothing later (presence): the first to be dropped when the peer is slow
 *
 * How a message is sent.
 */
typedef enum
{
  FLOW_WIRE_SEND_NORMAL = 0,
  FLOW_WIRE_SEND_DROPPABLE = 1 << 0,
} FlowWireSendFlags;

/**
 * FlowWireSent:
 * @FLOW_WIRE_SENT: it is on its way
 * @FLOW_WIRE_DROPPED: it was droppable and has been dropped
 * @FLOW_WIRE_FULL: the connection's queue is full; keep the message elsewhere, or close with 1013
 * @FLOW_WIRE_TOO_LONG: it is longer than a message may be
 * @FLOW_WIRE_GONE: the connection is closed, or being closed
 *
 * What became of a message.
 */
typedef enum
{
  FLOW_WIRE_SENT,
  FLOW_WIRE_DROPPED,
  FLOW_WIRE_FULL,
  FLOW_WIRE_TOO_LONG,
  FLOW_WIRE_GONE,
} FlowWireSent;

/**
 * FlowWireHooks:
 * @upgrade: a request wants to be a WebSocket: who may? %NULL lets everybody in. The head is there during the
 *   call only; of the peer more is known by flow_wire_connection_get_fd()
 * @plain: a connection whose first request is none that wants to be a WebSocket; nothing has been taken from the
 *   socket, which is the hook's from now on and does not block. %NULL: answered with 426
 * @opened: a connection is open
 * @message: a message has come
 * @overflow: a message that another thread posted does not fit into the queue; %TRUE when it is kept elsewhere,
 *   else the connection is closed with 1013, as it is without the hook
 * @drained: a connection whose peer was slow has taken everything
 * @pong: a peer has answered a ping; with the time that took, in microseconds
 * @closed: a connection about which the upgrade hook did not say %FLOW_WIRE_REFUSE is gone, for whatever reason, be
 *   it that it never opened because nobody allowed it in time; the last that is heard of it. 1006: without a close
 *   frame; 1005: with one that says nothing
 * @stopped: everything is closed; nothing comes any more
 *
 * Who hears what happens. All of it is called on the wire's thread, each may be %NULL, and none may block.
 */
typedef struct
{
  FlowWireVerdict (*upgrade) (FlowWireConnection *connection, const FlowWireHead *head, gpointer data);
  void (*plain) (int fd, guint doorway, gpointer data);
  void (*opened) (FlowWireConnection *connection, gpointer data);
  void (*message) (FlowWireConnection *connection, FlowWireMessage *message, gpointer data);
  gboolean (*overflow) (FlowWireConnection *connection, FlowWireKind kind, GBytes *bytes, gpointer data);
  void (*drained) (FlowWireConnection *connection, gpointer data);
  void (*pong) (FlowWireConnection *connection, guint64 round_trip_us, gpointer data);
  void (*closed) (FlowWireConnection *connection, guint code, const char *reason, gpointer data);
  void (*stopped) (gpointer data);
} FlowWireHooks;

/**
 * FlowWireStats:
 * @connections: connections now, those whose head has not come included
 * @open: those that are open WebSockets
 * @accepted: connections since start
 * @handed_over: of these, given to the hook for plain HTTP
 * @refused: of these, answered with an error
 * @messages_in: messages that came
 * @messages_out: messages that were queued for sending
 * @bytes_in: bytes that came from open WebSockets
 * @bytes_out: bytes that were sent to them
 * @dropped: droppable messages that were
 * @overflows: times a queue was full
 * @bad: connections closed because of what came
 * @silent: connections given up because nothing was heard of them
 * @queued_bytes: bytes that wait to be sent
 * @held_bytes: memory that holds messages that are not complete
 *
 * What the wire has done and has.
 */
typedef struct
{
  guint64 connections;
  guint64 open;
  guint64 accepted;
  guint64 handed_over;
  guint64 refused;
  guint64 messages_in;
  guint64 messages_out;
  guint64 bytes_in;
  guint64 bytes_out;
  guint64 dropped;
  guint64 overflows;
  guint64 bad;
  guint64 silent;
  guint64 queued_bytes;
  guint64 held_bytes;
} FlowWireStats;

FlowWire *flow_wire_new (const char *name, const FlowWireLimits *limits, const FlowWireHooks *hooks, gpointer data,
                         GError **error);
void flow_wire_free (FlowWire *self);

/* From any thread; none of these blocks. */
gboolean flow_wire_listen (FlowWire *self, guint doorway, GPtrArray *sockets);
gboolean flow_wire_post_message (FlowWire *self, guint64 connection, FlowWireKind kind, GBytes *bytes,
                                 FlowWireSendFlags flags);
gboolean flow_wire_post_close (FlowWire *self, guint64 connection, guint code, const char *reason);
gboolean flow_wire_post_verdict (FlowWire *self, guint64 connection, const FlowWireVerdict *verdict);
gboolean flow_wire_post_paused (FlowWire *self, guint64 connection, gboolean paused);
gboolean flow_wire_invoke (FlowWire *self, void (*func) (gpointer data), gpointer data, GDestroyNotify destroy);
void flow_wire_stop (FlowWire *self);
void flow_wire_get_stats (FlowWire *self, FlowWireStats *stats);

/* On the wire's thread. */
FlowWireConnection *flow_wire_find (FlowWire *self, guint64 connection);
guint64 flow_wire_connection_get_id (FlowWireConnection *self);
guint flow_wire_connection_get_doorway (FlowWireConnection *self);
int flow_wire_connection_get_fd (FlowWireConnection *self);
gpointer flow_wire_connection_get_data (FlowWireConnection *self);
void flow_wire_connection_set_data (FlowWireConnection *self, gpointer data);
gsize flow_wire_connection_get_queued (FlowWireConnection *self);
gboolean flow_wire_connection_is_slow (FlowWireConnection *self);
FlowWireSent flow_wire_connection_send (FlowWireConnection *self, FlowWireKind kind, const void *data, gsize length,
                                        FlowWireSendFlags flags);
FlowWireSent flow_wire_connection_send_bytes (FlowWireConnection *self, FlowWireKind kind, GBytes *bytes,
                                              FlowWireSendFlags flags);
FlowWireSent flow_wire_connection_forward (FlowWireConnection *self, FlowWireMessage *message, FlowWireSendFlags flags);
void flow_wire_connection_close (FlowWireConnection *self, guint code, const char *reason);
void flow_wire_connection_set_paused (FlowWireConnection *self, gboolean paused);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowWire, flow_wire_free)

G_END_DECLS
