/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-worker.h"
#include "hub/doorways/flow-otlp-doorway.h"
#include "hub/edits/flow-hub-edits.h"
#include "hub/flow-clients.h"
#include "hub/flow-control.h"
#include "hub/flow-discovery.h"
#include "hub/flow-guesses.h"
#include "hub/flow-http-server.h"
#include "hub/flow-hub-health.h"
#include "hub/flow-hub-news.h"
#include "hub/flow-hub-router.h"
#include "hub/flow-hub-sockets.h"
#include "hub/flow-hub-task.h"
#include "hub/flow-hub-vault.h"
#include "hub/flow-hub-wire.h"
#include "hub/flow-hub.h"
#include "hub/flow-origins.h"
#include "hub/flow-pairing.h"
#include "hub/handlers/flow-handlers.h"
#include "hub/sync/flow-hub-records.h"
#include "hub/sync/flow-hub-sync.h"
#include "router/flow-outbox-sqlite.h"
#include "store/flow-data-lock.h"
#include "trace/flow-trace-store.h"

G_BEGIN_DECLS

/** FlowHubState: a hub goes through them once, in this order; one that fails to start is stopped at once. */
typedef enum
{
  FLOW_HUB_NEW,
  FLOW_HUB_STARTING,
  FLOW_HUB_RUNNING,
  FLOW_HUB_STOPPING,
  FLOW_HUB_STOPPED,
} FlowHubState;

struct _FlowHub
{
  GObject parent_instance;

  /* Set when it is made */
  FlowContext *context;
  GMainContext *main;
  int wanted_ports[FLOW_HUB_N_DOORWAYS];
  char **run_origins;
  gboolean take_over;
  char *sync_path; /* (nullable) */
  guint sync_heartbeat_ms;
  char *metrics_path; /* (nullable) */
  FlowHubNews *news;

  /* Set at start by whoever starts it, constant while it runs */
  char *token;
  char *url;
  char *endpoints[FLOW_HUB_N_DOORWAYS]; /* where each has a port of its own; NULL: off */
  char *replaced_unit;                  /* (nullable) */
  gint64 started_ns;
  FlowHubPort ports[FLOW_HUB_N_DOORWAYS];
  FlowWorker *worker;
  FlowWorker *control_worker;
  FlowDataLock *lock;
  FlowDiscoveryFile *file;
  FlowStore *store;
  FlowTraceStore *traces;
  FlowHubVault *vault;
  FlowHubRecords *records;
  FlowSyncEngine *sync_engine;

  /* The thread of the owner */
  FlowHubState state;
  FlowSettings *live_settings;
  gulong settings_handler;
  GPtrArray *tasks; /* FlowHubTask: under way */
  GPtrArray *stops; /* GTask: who waits until it has stopped */
  guint verbs;      /* that the owner runs and that are not answered yet */
  gboolean drained; /* no request is under way any more */

  /* Any thread */
  GMutex mutex;
  const char *trouble; /* (nullable): static; see FlowHubSummary */
  guint64 refused;
  gint has_window; /* atomic: there is an app that shows things and asks the user */

  /* The hub thread */
  FlowCallQueue *calls;
  FlowRefusals *refusals;
  FlowGuesses *guesses;
  FlowHttpServer *server;
  FlowHubWire *wire; /* any thread may stop it */
  FlowHubSockets *sockets;
  FlowOtlpDoorway *otlp;
  FlowOrigins *origins;
  FlowPairing *pairing;
  FlowClients *clients; /* NULL until the store is open, as what follows */
  FlowOutboxSqlite *outbox;
  FlowRouter *router;
  FlowEditJournalSqlite *journal;
  FlowHubEdits *edits;
  FlowHandlers *handlers;
  FlowHubHealth *health;
  FlowHubSync *sync; /* (nullable) */
  GSource *tick;     /* wakes the router */
  FlowSettingsSnapshot *settings;
  GPtrArray *once;            /* (nullable): origins that are allowed for a while */
  GPtrArray *allowed_origins; /* of the settings, of this run and of @once; the strings are theirs */
  gboolean open;              /* the store takes batches */
};

/* flow-hub.c */
void flow_hub_run_on_owner (FlowHub *self, GSourceFunc func, gpointer data, GDestroyNotify destroy);
void flow_hub_request_stop (FlowHub *self);

/* flow-hub-start.c */
void flow_hub_tear_down (FlowHub *self);

/* flow-hub-stop.c */
void flow_hub_go_on_stopping (FlowHub *self);

/* flow-hub-thread.c */
gboolean flow_hub_thread_start (FlowHub *self, GPtrArray **sockets, FlowSettingsSnapshot *settings, GError **error);
gboolean flow_hub_thread_open (FlowHub *self, GError **error);
void flow_hub_thread_drain (FlowHub *self, void (*drained) (gpointer data));
void flow_hub_thread_close (FlowHub *self);
void flow_hub_thread_free (FlowHub *self);
void flow_hub_apply_to_store (FlowHub *self, const FlowSettingsSnapshot *settings);
void flow_hub_apply_settings (FlowHub *self);
void flow_hub_apply_settings_soon (FlowHub *self);
void flow_hub_look_again (FlowHub *self);
const char *flow_hub_get_trouble (FlowHub *self);

/* flow-hub-status.c */
void flow_hub_write_status (FlowHub *self, FlowJsonWriter *writer);

/* flow-hub-policy.c */
void flow_hub_use_policy (FlowHub *self);
void flow_hub_settle_origins (FlowHub *self);
void flow_hub_origin_asked (FlowHub *self, const char *origin);
void flow_hub_allow_once (FlowHub *self, const char *origin);
gboolean flow_hub_client_used (const char *client, FlowChannelKind kind, gpointer hub);
gboolean flow_hub_forget_client (FlowHub *self, const char *client, GError **error);

/* flow-hub-origins.c */
gboolean flow_hub_change_origin (FlowHub *self, const char *origin, FlowOriginAnswer answer, GError **error);

/* flow-hub-ports.c */
gboolean flow_hub_ports_listen (FlowHub *self, FlowSettingsSnapshot *settings, GPtrArray **sockets, GError **error);

G_END_DECLS
