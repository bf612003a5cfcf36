/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "router/flow-health-score.h"
#include "router/flow-health.h"
#include "base/flow-latency.h"

G_BEGIN_DECLS

/* Looks at who is connected: one each 30 s, ten minutes are remembered. */
#define FLOW_HEALTH_LOOK_US (30 * G_USEC_PER_SEC)
#define FLOW_HEALTH_LOOKS 20
#define FLOW_HEALTH_PING_US (60 * G_USEC_PER_SEC)
/* Counters of the last hour, one a look. */
#define FLOW_HEALTH_HOUR 120
/* Syncs are kept by five minutes, for an hour. */
#define FLOW_HEALTH_SLOT_US (300 * G_USEC_PER_SEC)
#define FLOW_HEALTH_SLOTS 12

/* A channel that is connected, or was lost less than ten minutes ago. */
typedef struct
{
  char *name;
  gboolean connected;
  gint64 since_us; /* connected or lost */
  gint64 seen_ns;  /* wall clock */
  guint32 looks;   /* a bit each, the newest lowest: was it there? */
  guint n_looks;
  guint32 losses; /* a bit each look: was it lost since the one before? */
  FlowLatency latency;
} FlowHealthChannel;

typedef struct
{
  gint64 slot; /* number of its five minutes */
  guint total;
  guint good;
  guint conflicts;
} FlowHealthSyncs;

struct _FlowHealth
{
  const FlowClock *clock;
  FlowHealthFuncs funcs;
  gpointer data;
  GPtrArray *channels; /* FlowHealthChannel, in order of their first connection */
  gint64 next_look_us;
  gint64 next_ping_us;
  guint64 died[FLOW_HEALTH_HOUR]; /* a ring, by look */
  guint64 refused[FLOW_HEALTH_HOUR];
  guint64 n_counted;
  FlowHealthSyncs syncs[FLOW_HEALTH_SLOTS];
};

/* What all says at one moment. */
typedef struct
{
  FlowHealthFacts facts;
  FlowHealthConnectivity connectivity;
  FlowHealthSyncs syncs;
  int scores[FLOW_N_HEALTH_PARTS];
  guint weights[FLOW_N_HEALTH_PARTS];
  int overall;
} FlowHealthVerdict;

void flow_health_judge (FlowHealth *self, FlowHealthVerdict *verdict);
GPtrArray *flow_health_advise (FlowHealth *self, const FlowHealthVerdict *verdict);

G_END_DECLS
