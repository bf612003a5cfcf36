/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-private.h"
#include "hub/flow-pair-http.h"
#include "hub/flow-prometheus.h"
#include "hub/flow-public.h"
#include "hub/sync/flow-hub-syncing.h"

/* What the hub thread has, and what others have it do. */

#define DRAIN_MS (10 * 1000)
#define MEBIBYTE (1024 * 1024)
#define QUEUE_JOBS 16384

typedef struct
{
  FlowHub *hub;
  GPtrArray **sockets;
  FlowSettingsSnapshot *settings;
  gboolean ok;
  GError *error;
} StartCall;

typedef struct
{
  FlowHub *hub;
  FlowSettingsSnapshot *settings;
} SettingsCall;

typedef struct
{
  FlowHub *hub;
  void (*drained) (gpointer data);
} DrainCall;

static FlowHttpRoute
route (guint doorway, const char *path, gpointer data)
{
  FlowHub *self = data;
  FlowHttpRoute route;

  if (flow_hub_sockets_find_route (self->sockets, doorway, path, &route))
    return route;
  if (doorway == FLOW_HUB_DOORWAY_OTLP || flow_otlp_doorway_has_path (path))
    return (FlowHttpRoute) { &flow_otlp_doorway_handler, self->otlp };
  if (flow_public_has_path (path))
    return (FlowHttpRoute) { &flow_public_handler, self };
  if (flow_pair_has_path (path))
    return (FlowHttpRoute) { &flow_pair_handler, self };
  if (g_str_equal (path, FLOW_PROMETHEUS_PATH) || g_strcmp0 (path, self->metrics_path) == 0)
    return (FlowHttpRoute) { &flow_prometheus_handler, self };
  return (FlowHttpRoute) { &flow_control_handler, self };
}

static void
origin_asked (const char *origin, gpointer data)
{
  flow_hub_origin_asked (data, origin);
}

/**
 * flow_hub_get_trouble:
 * @self: a hub
 *
 * Get what keeps the hub from storing. On the hub thread.
 *
 * Returns: (nullable): a word: `starting`, `stopping`, or the code of an error
 */
const char *
flow_hub_get_trouble (FlowHub *self)
{
  FlowOtlpStats stats;

  if (flow_http_server_is_stopping (self->server))
    return "stopping";
  if (!self->open)
    return "starting";
  if (flow_hub_vault_is_locked (self->vault))
    return flow_error_info (FLOW_ERROR_SECRETS_LOCKED)->code;
  flow_otlp_doorway_get_stats (self->otlp, &stats);
  return stats.trouble;
}

/* What the owner may want to know is another. */
static void
state_changed (gpointer data)
{
  FlowHub *self = data;
  const char *trouble = flow_hub_get_trouble (self);
  guint64 refused = flow_refusals_total (self->refusals);

  g_mutex_lock (&self->mutex);
  self->trouble = trouble;
  self->refused = refused;
  g_mutex_unlock (&self->mutex);
  flow_hub_news_change (self->news);
}

/** flow_hub_look_again: what is told about the state may be another; from any thread, while the hub thread runs. */
void
flow_hub_look_again (FlowHub *self)
{
  flow_worker_invoke (self->worker, state_changed, self, NULL);
}

/* Takes the snapshot. */
static void
use_settings (FlowHub *self, FlowSettingsSnapshot *settings)
{
  FlowSettingsSnapshot *before = self->settings;

  self->settings = settings;
  flow_hub_use_policy (self);
  flow_native_doorway_set_settings (flow_hub_wire_get_native (self->wire), settings);
  if (self->edits != NULL)
    flow_hub_edits_set_settings (self->edits, settings);
  if (self->handlers != NULL)
    flow_handlers_set_settings (self->handlers, settings);
  if (self->records != NULL)
    flow_hub_records_set_settings (self->records, settings);
  if (self->sync != NULL)
    flow_hub_sync_set_settings (self->sync, settings);
  flow_otlp_doorway_set_capture (self->otlp, settings->capture_enabled);
  flow_otlp_doorway_set_body_limit (self->otlp, (gsize) settings->body_mb * MEBIBYTE);
  g_clear_pointer (&before, flow_settings_snapshot_unref);
}

static void
start_call (gpointer data)
{
  StartCall *call = data;
  FlowHub *self = call->hub;

  self->calls = flow_call_queue_new (flow_worker_get_context (self->worker), "flow-hub-calls");
  self->refusals = flow_refusals_new (flow_clock_system ());
  self->guesses = flow_guesses_new (flow_clock_system ());
  self->origins = flow_origins_new ();
  self->pairing = flow_pairing_new (flow_clock_system ());
  self->otlp = flow_otlp_doorway_new (self->calls);
  self->server = flow_http_server_new (&flow_http_default_limits, self->refusals, route, self, &call->error);
  if (self->server == NULL)
    return;
  self->wire = flow_hub_wire_new (self, &call->error);
  if (self->wire == NULL)
    return;
  self->sockets = flow_hub_sockets_new (self);
  flow_http_server_set_origin_asked (self->server, origin_asked, self);
  flow_http_server_set_guesses (self->server, self->guesses);
  flow_refusals_set_changed (self->refusals, state_changed, self);
  flow_otlp_doorway_set_changed (self->otlp, state_changed, self);
  use_settings (self, g_steal_pointer (&call->settings));

  for (FlowHubDoorway i = 0; i < FLOW_HUB_N_DOORWAYS; i++)
    {
      if (i != FLOW_HUB_DOORWAY_OTLP && call->sockets[i] != NULL)
        flow_hub_wire_listen (self->wire, i, call->sockets[i]);
    }
  call->ok = call->sockets[FLOW_HUB_DOORWAY_OTLP] == NULL ||
             flow_http_server_listen (self->server, FLOW_HUB_DOORWAY_OTLP, call->sockets[FLOW_HUB_DOORWAY_OTLP],
                                      &call->error);
}

/**
 * flow_hub_thread_start:
 * @self: a hub
 * @sockets: listening sockets by doorway
 * @settings: (transfer full): the settings
 * @error: return location
 *
 * Start the hub's threads and have requests answered, for now with "starting".
 *
 * Returns: whether that worked
 */
gboolean
flow_hub_thread_start (FlowHub *self, GPtrArray **sockets, FlowSettingsSnapshot *settings, GError **error)
{
  StartCall call = { self, sockets, settings, FALSE, NULL };

  self->worker = flow_worker_new ("flow-hub");
  self->control_worker = flow_worker_new ("flow-control");
  flow_worker_call (self->worker, start_call, &call);
  g_clear_pointer (&call.settings, flow_settings_snapshot_unref);
  if (!call.ok)
    g_propagate_error (error, call.error);
  return call.ok;
}

static gboolean
ingest (gpointer sink, FlowSpanBatch *batch, const guint8 *body_hash, FlowIngestDone done, gpointer data,
        GError **error)
{
  return flow_trace_store_ingest (sink, batch, body_hash, done, data, NULL, error);
}

static void
open_call (gpointer data)
{
  StartCall *call = data;
  FlowHub *self = call->hub;

  self->clients = flow_clients_new (self->store, self->calls, flow_clock_system ());
  call->ok = flow_clients_load (self->clients, flow_context_get_database_path (self->context), &call->error) &&
             flow_hub_router_open (self, &call->error);
  if (!call->ok)
    return;
  flow_hub_syncing_open (self);
  flow_hub_use_policy (self);
  flow_hub_sockets_open (self->sockets, self->edits);
  self->open = TRUE;
  flow_hub_wire_set_asks (self->wire, g_atomic_int_get (&self->has_window));
  flow_hub_wire_open (self->wire);
  flow_otlp_doorway_open (self->otlp, ingest, self->traces);
  state_changed (self);
}

/**
 * flow_hub_thread_open:
 * @self: a hub whose store is open
 * @error: return location
 *
 * Take data and channels in from now on.
 *
 * Returns: whether what they need could be read
 */
gboolean
flow_hub_thread_open (FlowHub *self, GError **error)
{
  StartCall call = { .hub = self };

  flow_worker_call (self->worker, open_call, &call);
  if (!call.ok)
    g_propagate_error (error, call.error);
  return call.ok;
}

static void
drain_call (gpointer data)
{
  DrainCall *call = data;

  flow_hub_wire_refuse (call->hub->wire, FLOW_ERROR_STOPPING);
  flow_native_doorway_close (flow_hub_wire_get_native (call->hub->wire));
  flow_hub_sockets_close (call->hub->sockets);
  if (call->hub->edits != NULL)
    flow_hub_edits_stop (call->hub->edits);
  if (call->hub->sync != NULL)
    flow_hub_sync_stop (call->hub->sync);
  flow_http_server_stop (call->hub->server, DRAIN_MS, call->drained, call->hub);
  state_changed (call->hub);
}

/**
 * flow_hub_thread_drain:
 * @self: a hub that was started
 * @drained: called on the hub thread, with the hub, when no request is under way any more
 *
 * Refuse new requests and answer those under way.
 */
void
flow_hub_thread_drain (FlowHub *self, void (*drained) (gpointer data))
{
  DrainCall *call = g_new (DrainCall, 1);

  *call = (DrainCall) { self, drained };
  flow_worker_invoke (self->worker, drain_call, call, g_free);
}

static void
close_call (gpointer data)
{
  FlowHub *self = data;

  self->open = FALSE;
  flow_otlp_doorway_close (self->otlp);
  if (self->journal != NULL)
    flow_edit_journal_sqlite_rest (self->journal);
}

/** flow_hub_thread_close: give nothing to the store any more. */
void
flow_hub_thread_close (FlowHub *self)
{
  if (self->server != NULL)
    flow_worker_call (self->worker, close_call, self);
}

static void
free_call (gpointer data)
{
  FlowHub *self = data;

  flow_refusals_set_changed (self->refusals, NULL, NULL);
  flow_otlp_doorway_set_changed (self->otlp, NULL, NULL);
  flow_call_queue_drain (self->calls);
  if (self->wire != NULL)
    flow_native_doorway_close (flow_hub_wire_get_native (self->wire));
  if (self->sockets != NULL)
    flow_hub_sockets_close (self->sockets);
  flow_hub_syncing_close (self);
  flow_hub_router_close (self);
  g_clear_pointer (&self->wire, flow_hub_wire_free);
  g_clear_pointer (&self->sockets, flow_hub_sockets_free);
  g_clear_pointer (&self->server, flow_http_server_free);
  g_clear_pointer (&self->calls, flow_call_queue_free);
  g_clear_pointer (&self->otlp, flow_otlp_doorway_free);
  g_clear_pointer (&self->clients, flow_clients_free);
  g_clear_pointer (&self->pairing, flow_pairing_free);
  g_clear_pointer (&self->origins, flow_origins_free);
  g_clear_pointer (&self->once, g_ptr_array_unref);
  g_clear_pointer (&self->guesses, flow_guesses_free);
  g_clear_pointer (&self->refusals, flow_refusals_free);
  g_clear_pointer (&self->settings, flow_settings_snapshot_unref);
  g_clear_pointer (&self->allowed_origins, g_ptr_array_unref);
}

/** flow_hub_thread_free: free what belongs to the hub thread, and end it. */
void
flow_hub_thread_free (FlowHub *self)
{
  if (self->server != NULL)
    flow_worker_call (self->worker, free_call, self);
  g_clear_pointer (&self->worker, flow_worker_free);
}

static void
settings_call (gpointer data)
{
  SettingsCall *call = data;

  use_settings (call->hub, g_steal_pointer (&call->settings));
  state_changed (call->hub);
}

static void
settings_call_free (gpointer data)
{
  SettingsCall *call = data;

  g_clear_pointer (&call->settings, flow_settings_snapshot_unref);
  g_free (call);
}

/**
 * flow_hub_apply_to_store:
 * @self: a hub with a store
 * @settings: the settings
 *
 * Have the store go by the settings.
 */
void
flow_hub_apply_to_store (FlowHub *self, const FlowSettingsSnapshot *settings)
{
  FlowRetention retention = { .days = settings->retention_days, .megabytes = settings->retention_size_mb };

  flow_store_set_slow_query_ms (settings->slow_query_ms);
  flow_store_set_limits (self->store, QUEUE_JOBS, (gsize) settings->queue_mb * MEBIBYTE);
  flow_trace_store_set_retention (self->traces, retention);
  flow_hub_vault_set_wanted (self->vault, settings->encrypt);
}

/**
 * flow_hub_apply_settings:
 * @self: a running hub
 *
 * Have everything go by the settings as they are now. When this returns it does. On the owner's thread.
 */
void
flow_hub_apply_settings (FlowHub *self)
{
  SettingsCall call = { self, flow_settings_snapshot (self->live_settings) };

  flow_hub_apply_to_store (self, call.settings);
  flow_worker_call (self->worker, settings_call, &call);
}

/**
 * flow_hub_apply_settings_soon:
 * @self: a running hub
 *
 * The same, without waiting for the hub thread.
 */
void
flow_hub_apply_settings_soon (FlowHub *self)
{
  SettingsCall *call = g_new (SettingsCall, 1);

  *call = (SettingsCall) { self, flow_settings_snapshot (self->live_settings) };
  flow_hub_apply_to_store (self, call->settings);
  flow_worker_invoke (self->worker, settings_call, call, settings_call_free);
}
