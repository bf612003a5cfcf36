/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/sync/flow-sync-backoff.h"
#include "hub/sync/traces/flow-trace-sharing.h"
#include "hub/sync/traces/flow-trace-troubles.h"
#include "trace/flow-trace-queries.h"

G_BEGIN_DECLS

#define FLOW_SHARING_ID_SIZE 16

struct _FlowTraceSharing
{
  FlowTraceSharingSetup setup;
  FlowTraceQueries *queries;
  GCancellable *cancellable;
  guint under_way; /* questions, jobs and requests that are not answered */
  gboolean on;     /* the device syncs */
  gboolean connected;

  /* What is to be offered */
  FlowShareMode mode;
  GHashTable *changed; /* numbers of traces */
  GHashTable *kept;    /* the same, of those that the user said something about, as far as is known */
  GSource *settle;     /* (nullable) */
  gboolean offering;
  gboolean scanning; /* of traces that were there before */
  gboolean facts;    /* of these, what the user said something about has not been looked at */

  /* What is to be sent */
  gboolean sending;
  gboolean more;  /* there may be more since it was looked for */
  GSource *retry; /* (nullable): until then nothing is sent */
  FlowSyncBackoff backoff;
  FlowTraceTroubles *troubles;
};

/**
 * FlowSharingRun:
 * @offer: how traces are offered
 * @db: the writer's connection
 * @data: what was given with it
 * @error: return location
 *
 * Does something on the writer thread; may be called again when a transaction was rolled back.
 */
typedef gboolean (*FlowSharingRun) (const FlowTraceOffer *offer, sqlite3 *db, gpointer data, GError **error);
typedef void (*FlowSharingDone) (FlowTraceSharing *self, gpointer data, const GError *error);

void flow_sharing_run (FlowTraceSharing *self, FlowSharingRun run, FlowSharingDone done, gpointer data);
void flow_sharing_ask (FlowTraceSharing *self, FlowTraceQueryFunc func, gpointer data, GDestroyNotify destroy,
                       GDestroyNotify free_answer, GAsyncReadyCallback answered, gpointer user_data);
gboolean flow_sharing_is_stopped (FlowTraceSharing *self);

/* flow-trace-sending.c */
void flow_sharing_send (FlowTraceSharing *self);
void flow_sharing_send_now (FlowTraceSharing *self);

G_END_DECLS
