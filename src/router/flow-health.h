/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-clock.h"
#include "message/flow-json-writer.h"

G_BEGIN_DECLS

/**
 * FlowHealthFacts:
 * @waiting: messages in the outbox
 * @fill: how much of what may wait for one target that is, 0 to 1
 * @died: messages that became dead letters since the hub started
 * @refused: input that was refused since then
 *
 * What health is told of the outbox and the doorways.
 */
typedef struct
{
  guint64 waiting;
  double fill;
  guint64 died;
  guint64 refused;
} FlowHealthFacts;

/**
 * FlowHealthFuncs:
 * @gather: fill in what is known
 * @advise: (nullable): add (transfer full) advice of somebody else to a list of strings
 * @ping: send a `ping` to every channel; the answers go to flow_health_round_trip()
 *
 * What health needs of its owner.
 */
typedef struct
{
  void (*gather) (FlowHealthFacts *facts, gpointer data);
  void (*advise) (GPtrArray *advice, gpointer data);
  void (*ping) (gpointer data);
} FlowHealthFuncs;

typedef struct _FlowHealth FlowHealth;

FlowHealth *flow_health_new (const FlowClock *clock, const FlowHealthFuncs *funcs, gpointer data);
void flow_health_free (FlowHealth *self);
void flow_health_connected (FlowHealth *self, const char *channel);
void flow_health_disconnected (FlowHealth *self, const char *channel, gboolean on_purpose);
void flow_health_round_trip (FlowHealth *self, const char *channel, guint64 round_trip_us);
void flow_health_synced (FlowHealth *self, gboolean well, guint conflicts);
gint64 flow_health_tick (FlowHealth *self);
void flow_health_write (FlowHealth *self, FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHealth, flow_health_free)

G_END_DECLS
