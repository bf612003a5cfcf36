/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-worker.h"
#include "hub/doorways/flow-otlp-doorway.h"
#include "hub/flow-control.h"
#include "hub/flow-discovery.h"
#include "hub/flow-http-server.h"
#include "hub/flow-hub-news.h"
#include "hub/flow-hub.h"
#include "hub/flow-origins.h"
#include "store/flow-data-lock.h"
#include "trace/flow-trace-store.h"

G_BEGIN_DECLS

/** FLOW_HUB_PROTOCOL: version of the protocol in the discovery file. */
#define FLOW_HUB_PROTOCOL 1

/** FlowHubDoorway: the ports that the hub listens on. */
typedef enum
{
  FLOW_HUB_DOORWAY_HUB,
  FLOW_HUB_DOORWAY_OTLP,
  FLOW_HUB_N_DOORWAYS,
} FlowHubDoorway;

struct _FlowHub
{
  GObject parent_instance;

  /* Set at start, constant while it runs */
  FlowContext *context;
  GMainContext *main;
  char *token;
  char *url;
  char *otlp_endpoint; /* NULL: off */
  gint64 started_ns;
  FlowHubPort ports[FLOW_HUB_N_DOORWAYS];
  int wanted_ports[FLOW_HUB_N_DOORWAYS];
  char **run_origins;
  gboolean take_over;
  FlowHubNews *news;

  /* The thread of the owner */
  FlowSettings *live_settings;
  gulong settings_handler;
  FlowWorker *worker;
  FlowWorker *control_worker;
  FlowDataLock *lock;
  FlowDiscoveryFile *file;
  FlowStore *store;
  FlowTraceStore *traces;
  gboolean stopping;
  gboolean drained; /* atomic */

  /* The hub thread */
  FlowCallQueue *calls;
  FlowRefusals *refusals;
  FlowHttpServer *server;
  FlowOtlpDoorway *otlp;
  FlowOrigins *origins;
  FlowSettingsSnapshot *settings;
  GPtrArray *allowed_origins; /* of the settings and of this run; the strings are theirs */
  gboolean open;              /* the store takes batches */
};

const char *flow_hub_get_trouble (FlowHub *self);
void flow_hub_apply_settings (FlowHub *self);
void flow_hub_request_stop (FlowHub *self);
void flow_hub_write_status (FlowHub *self, FlowJsonWriter *writer);

/* flow-hub-ports.c */
gboolean flow_hub_ports_listen (FlowHub *self, FlowSettingsSnapshot *settings, GPtrArray **sockets, GError **error);

G_END_DECLS
