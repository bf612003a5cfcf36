/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-clock.h"
#include "base/flow-error.h"
#include "message/flow-message.h"
#include "message/flow-json-writer.h"
#include "router/flow-channel.h"
#include "router/flow-outbox-store.h"

G_BEGIN_DECLS

/** FLOW_ROUTER_GRACE_US: how long what is never stored waits for a kind whose last channel was just lost. */
#define FLOW_ROUTER_GRACE_US (10 * G_USEC_PER_SEC)
/** FLOW_ROUTER_MAX_MESSAGE: the longest message; a delivery of a stored one must have room for its `seq`. */
#define FLOW_ROUTER_MAX_MESSAGE (16 * 1024 * 1024)

typedef struct _FlowRouter FlowRouter;

/**
 * FlowRouterFuncs:
 * @wake: flow_router_tick() must be called at @due_us of the monotonic clock at the latest. Comes whenever that becomes
 *   earlier than what was said last
 * @changed: channels, or what waits for them, are not what they were; comes often
 * @joined: a channel has been added; the first that handlers hear of it
 * @left: a channel has been removed
 * @unroutable: a message that is never stored waited for its kind in vain (see flow_router_send_to_kind())
 *
 * What the router calls, on its thread. Each may be %NULL.
 */
typedef struct
{
  void (*wake) (FlowRouter *router, gint64 due_us, gpointer data);
  void (*changed) (FlowRouter *router, gpointer data);
  void (*joined) (FlowRouter *router, FlowChannel *channel, gpointer data);
  void (*left) (FlowRouter *router, FlowChannel *channel, gpointer data);
  void (*unroutable) (FlowRouter *router, FlowMessage *message, gpointer data);
} FlowRouterFuncs;

/**
 * FlowRouterHandled:
 * @FLOW_ROUTER_PASS: it is none of the handler's: the router does with it what its target says
 * @FLOW_ROUTER_DONE: it is done; the router acknowledges it when the sender wants that
 * @FLOW_ROUTER_LATER: the handler answers itself, with flow_router_acked() or flow_router_error()
 *
 * What a handler did with a message.
 */
typedef enum
{
  FLOW_ROUTER_PASS,
  FLOW_ROUTER_DONE,
  FLOW_ROUTER_LATER,
} FlowRouterHandled;

/**
 * FlowRouterHandler:
 * @router: the router
 * @from: (nullable): the channel that it came from, %NULL when the hub itself sent it
 * @message: the message
 * @data: what was given with it
 *
 * Handle a message that is for the hub: without target or with the hub's name, for types "for editors" also with a kind
 * of editor, for types "always" with any target (see `FlowMessageHandled`).
 */
typedef FlowRouterHandled (*FlowRouterHandler) (FlowRouter *router, FlowChannel *from, FlowMessage *message,
                                                gpointer data);

/**
 * FlowRouterSent:
 * @FLOW_ROUTER_NOBODY: nobody is there, and it is not kept
 * @FLOW_ROUTER_SENT: it is on its way
 * @FLOW_ROUTER_HELD: it waits for somebody; if nobody comes, it is given to `unroutable`
 * @FLOW_ROUTER_BUSY: somebody is there, but so slow that it was not taken
 *
 * What became of a message.
 */
typedef enum
{
  FLOW_ROUTER_NOBODY,
  FLOW_ROUTER_SENT,
  FLOW_ROUTER_HELD,
  FLOW_ROUTER_BUSY,
} FlowRouterSent;

/**
 * FlowRouterStats:
 * @channels: channels that are there
 * @routed: messages that came
 * @refused: of these, answered with an error
 * @waiting: messages in the outbox
 * @waiting_bytes: bytes in them
 * @dead: dead letters
 * @died: messages that became one since start
 * @repeated: deliveries that were repeated since start
 * @oldest_ns: when the oldest message in the outbox was stored, ns since 1970, 0 when there is none
 *
 * What the router has and did.
 */
typedef struct
{
  guint64 channels;
  guint64 routed;
  guint64 refused;
  guint64 waiting;
  guint64 waiting_bytes;
  guint64 dead;
  guint64 died;
  guint64 repeated;
  gint64 oldest_ns;
} FlowRouterStats;

FlowRouter *flow_router_new (const FlowClock *clock, const FlowRouterFuncs *funcs, gpointer data);
gboolean flow_router_open (FlowRouter *self, FlowOutboxStore *store, GError **error);
void flow_router_free (FlowRouter *self);
void flow_router_add_handler (FlowRouter *self, const char *type, FlowRouterHandler handler, gpointer data);
gint64 flow_router_tick (FlowRouter *self);
const FlowClock *flow_router_get_clock (FlowRouter *self);
void flow_router_get_stats (FlowRouter *self, FlowRouterStats *stats);

/* Channels */
const char *flow_router_get_epoch (FlowRouter *self);
guint64 flow_router_get_seq (FlowRouter *self, const char *name);
void flow_router_add_channel (FlowRouter *self, FlowChannel *channel);
void flow_router_remove_channel (FlowRouter *self, FlowChannel *channel);
void flow_router_drained (FlowRouter *self, FlowChannel *channel);
void flow_router_changed (FlowRouter *self);
FlowChannel *flow_router_find (FlowRouter *self, const char *name);
GPtrArray *flow_router_list (FlowRouter *self);
FlowChannel *flow_router_best (FlowRouter *self, FlowChannelKind kind, const char *capability, const char *file);

/* Messages */
void flow_router_route (FlowRouter *self, FlowChannel *from, FlowMessage *message);
FlowRouterSent flow_router_send (FlowRouter *self, FlowMessage *message);
FlowRouterSent flow_router_send_to_kind (FlowRouter *self, FlowMessage *message, FlowChannelKind kind,
                                         const char *file);
guint flow_router_broadcast (FlowRouter *self, FlowMessage *message, const char *capability);
void flow_router_acked (FlowRouter *self, FlowMessage *message, const char *state);
void flow_router_error (FlowRouter *self, FlowMessage *message, FlowError code, const char *text);
void flow_router_error_with_suggestion (FlowRouter *self, FlowMessage *message, FlowError code, const char *text,
                                        const char *suggestion);

/* For people */
gboolean flow_router_resend (FlowRouter *self, guint64 number, GError **error);
gboolean flow_router_drop (FlowRouter *self, guint64 number, GError **error);
void flow_router_write_channels (FlowRouter *self, FlowJsonWriter *writer);
void flow_router_write_presence (FlowRouter *self, FlowJsonWriter *writer, FlowChannel *except);
void flow_router_write_outbox (FlowRouter *self, FlowJsonWriter *writer, const char *target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowRouter, flow_router_free)

G_END_DECLS
