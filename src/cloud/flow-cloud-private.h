/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"
#include "base/flow-context.h"
#include "base/flow-worker.h"
#include "cloud/flow-cloud-address.h"
#include "cloud/flow-cloud-counters.h"
#include "cloud/flow-cloud-http.h"
#include "cloud/flow-cloud-limiter.h"
#include "cloud/flow-cloud-passwords.h"
#include "cloud/flow-cloud-registry.h"
#include "cloud/flow-cloud-shares.h"
#include "cloud/flow-cloud-tls.h"
#include "cloud/flow-cloud-tokens.h"
#include "cloud/flow-cloud-wire.h"
#include "cloud/flow-cloud.h"
#include "store/flow-data-lock.h"

G_BEGIN_DECLS

/*
 * The cloud: parts, and the thread on which requests begin and end. Made, started, stopped and freed by one thread, its
 * owner's; what is not for any thread belongs to the cloud's own.
 */
struct _FlowCloud
{
  const FlowCloudOptions *options;
  const FlowClock *clock;
  FlowContext *context;
  FlowDataLock *lock;
  FlowCloudStorage *storage;     /* any thread */
  FlowCloudTokens *tokens;       /* any thread */
  FlowCloudLimiter *limiter;     /* any thread */
  FlowCloudAddresses *addresses; /* any thread */
  FlowCloudRegistry *registry;   /* any thread */
  FlowCloudShares *bounds[FLOW_CLOUD_N_BOUNDS];
  FlowCloudPasswords *passwords;
  FlowCloudCounters *counters;
  FlowCloudHttp *http;
  FlowCloudWire *wire;
  FlowCloudTls *tls; /* (nullable) */
  FlowWorker *worker;
  FlowCallQueue *calls;
  GSource *clockwork;
  gint64 *chores_due_us;
  gint64 started_us;
  char *url;
  gboolean stopping; /* the cloud's thread: nothing more is asked of the storage and of who hashes */
};

/* flow-cloud-pipeline.c */
gboolean flow_cloud_pipeline_admit (FlowCloudExchange *exchange, const char *authorization, GError **error);
void flow_cloud_pipeline_run (FlowCloudExchange *exchange);
gboolean flow_cloud_pipeline_identify (const FlowCloudClaims *claims, FlowCloudData *data, FlowCloudCaller *caller,
                                       GError **error);

/* flow-cloud-bounds.c */
void flow_cloud_bounds_init (FlowCloud *self);
void flow_cloud_bounds_clear (FlowCloud *self);
gboolean flow_cloud_bounds_take (FlowCloudExchange *exchange, FlowCloudBound bound, guint64 amount, GError **error);
gboolean flow_cloud_bounds_may_answer (FlowCloudExchange *exchange, GError **error);
void flow_cloud_bounds_note_answer (FlowCloudExchange *exchange);
void flow_cloud_bounds_give_back (FlowCloudExchange *exchange, FlowCloudBound bound);

/* flow-cloud-chores.c */
void flow_cloud_chores_start (FlowCloud *self);
void flow_cloud_chores_stop (FlowCloud *self);

/* flow-cloud-rates.c */
gboolean flow_cloud_rates_take_stranger (FlowCloud *self, const char *peer, guint *retry_s);
gboolean flow_cloud_rates_take_device (FlowCloud *self, const FlowCloudClaims *claims, guint *retry_s);
gboolean flow_cloud_rates_take_guess (FlowCloudExchange *exchange, const char *name, guint *retry_s);
void flow_cloud_rates_give_back (FlowCloudExchange *exchange);

G_END_DECLS
