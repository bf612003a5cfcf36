/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "router/flow-outbox.h"
#include "router/flow-recent.h"
#include "router/flow-router.h"

G_BEGIN_DECLS

struct _FlowRouter
{
  const FlowClock *clock;
  const FlowRouterFuncs *funcs;
  gpointer data;
  FlowOutbox *outbox;
  GHashTable *handlers; /* of FlowRouterRegistration, by type */
  GHashTable *channels; /* of FlowChannel, by name */
  FlowRecent *recent;
  GQueue held;                          /* of FlowRouterHeld, the oldest first */
  gint64 lost_us[FLOW_N_CHANNEL_KINDS]; /* when the last channel of a kind went, 0: never */
  gint64 due_us;                        /* when a tick is due, G_MAXINT64: never */
  guint64 routed;
  guint64 refused;
};

/** FlowRouterRegistration: who handles a type. */
typedef struct
{
  FlowRouterHandler handler;
  gpointer data;
} FlowRouterRegistration;

/** FlowRouterHeld: a message that is never stored, for a kind whose last channel was just lost. */
typedef struct
{
  FlowMessage *message;
  FlowChannelKind kind;
  char *file;
  gint64 due_us;
} FlowRouterHeld;

/* flow-router.c */
void flow_router_wake_at (FlowRouter *self, gint64 due_us);

/* flow-router-answer.c */
void flow_router_answer_ack (FlowRouter *self, const char *source, const char *id, const char *state);
void flow_router_answer_error (FlowRouter *self, const char *source, const char *id, const GError *error,
                               const char *suggestion);
void flow_router_announce (FlowRouter *self, FlowChannel *channel, const char *type);

/* flow-router-route.c */
FlowRouterSent flow_router_send_to_best (FlowRouter *self, FlowMessage *message, FlowChannelKind kind,
                                         const char *file);

/* flow-router-held.c */
FlowRouterSent flow_router_hold (FlowRouter *self, FlowMessage *message, FlowChannelKind kind, const char *file);
void flow_router_release_held (FlowRouter *self, FlowChannel *channel);
gint64 flow_router_tick_held (FlowRouter *self, gint64 now_us);
void flow_router_held_free (FlowRouterHeld *held);

G_END_DECLS
