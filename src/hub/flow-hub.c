/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub.h"

#include <unistd.h>

#include "base/flow-id.h"
#include "base/flow-version.h"
#include "hub/flow-hub-private.h"
#include "hub/flow-process.h"
#include "hub/flow-public.h"

#define TOKEN_BITS 256
#define DRAIN_MS (10 * 1000)
#define MEBIBYTE (1024 * 1024)
#define QUEUE_JOBS 16384

/**
 * FlowHub:
 *
 * The embedded server, as a program sees it: made, started, stopped. It owns the hub thread, the data
 * directory's lock and the store, and tells others where it is by the discovery file.
 *
 * Belongs to the thread that made it; that thread's main context must run, as the settings live there.
 */
G_DEFINE_FINAL_TYPE (FlowHub, flow_hub, G_TYPE_OBJECT)

enum
{
  STOP_REQUESTED,
  COMMITTED,
  CHANGED,
  ORIGIN_ASKED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef struct
{
  FlowHub *hub;
  GPtrArray *sockets[FLOW_HUB_N_DOORWAYS];
  FlowSettingsSnapshot *settings;
  gboolean ok;
  GError *error;
} StartCall;

static FlowHttpRoute
route (guint doorway, const char *path, gpointer data)
{
  FlowHub *self = data;

  if (doorway == FLOW_HUB_DOORWAY_OTLP || flow_otlp_doorway_has_path (path))
    return (FlowHttpRoute) { &flow_otlp_doorway_handler, self->otlp };
  if (flow_public_has_path (path))
    return (FlowHttpRoute) { &flow_public_handler, self };
  return (FlowHttpRoute) { &flow_control_handler, self };
}

static void
origin_asked (const char *origin, gpointer data)
{
  flow_origins_asked (((FlowHub *) data)->origins, origin);
}

static void
collect_origins (FlowHub *self)
{
  g_clear_pointer (&self->allowed_origins, g_ptr_array_unref);
  self->allowed_origins = g_ptr_array_new ();
  for (gsize i = 0; self->settings->allowed_origins[i] != NULL; i++)
    g_ptr_array_add (self->allowed_origins, (gpointer) self->settings->allowed_origins[i]);
  for (gsize i = 0; self->run_origins != NULL && self->run_origins[i] != NULL; i++)
    g_ptr_array_add (self->allowed_origins, self->run_origins[i]);
  g_ptr_array_add (self->allowed_origins, NULL);
}

/* On the hub thread. Takes the snapshot. */
static void
use_settings (FlowHub *self, FlowSettingsSnapshot *settings)
{
  FlowSettingsSnapshot *before = self->settings;
  FlowGuardPolicy policy;

  self->settings = settings;
  collect_origins (self);
  policy = (FlowGuardPolicy) {
    .token = self->token,
    .port = self->ports[FLOW_HUB_DOORWAY_HUB].port,
    .own_uid = getuid (),
    .allow_other_users = settings->allow_other_users,
    .allowed_hosts = settings->allowed_hosts,
    .allowed_origins = (const char *const *) self->allowed_origins->pdata,
  };
  flow_http_server_set_policy (self->server, &policy);
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
  self->origins = flow_origins_new ();
  self->otlp = flow_otlp_doorway_new (self->calls);
  self->server = flow_http_server_new (&flow_http_default_limits, self->refusals, route, self, &call->error);
  if (self->server == NULL)
    return;
  flow_http_server_set_origin_asked (self->server, origin_asked, self);
  use_settings (self, g_steal_pointer (&call->settings));

  call->ok = TRUE;
  for (guint i = 0; i < FLOW_HUB_N_DOORWAYS && call->ok; i++)
    {
      if (call->sockets[i] != NULL)
        call->ok = flow_http_server_listen (self->server, i, call->sockets[i], &call->error);
    }
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
  FlowHub *self = data;

  self->open = TRUE;
  flow_otlp_doorway_open (self->otlp, ingest, self->traces);
}

static void
close_call (gpointer data)
{
  FlowHub *self = data;

  self->open = FALSE;
  flow_otlp_doorway_close (self->otlp);
}

static void
free_call (gpointer data)
{
  FlowHub *self = data;

  flow_call_queue_drain (self->calls);
  g_clear_pointer (&self->server, flow_http_server_free);
  g_clear_pointer (&self->calls, flow_call_queue_free);
  g_clear_pointer (&self->otlp, flow_otlp_doorway_free);
  g_clear_pointer (&self->origins, flow_origins_free);
  g_clear_pointer (&self->refusals, flow_refusals_free);
  g_clear_pointer (&self->settings, flow_settings_snapshot_unref);
  g_clear_pointer (&self->allowed_origins, g_ptr_array_unref);
}

static void
drained_cb (gpointer data)
{
  FlowHub *self = data;

  g_atomic_int_set (&self->drained, TRUE);
  g_main_context_wakeup (self->main);
}

static void
drain_call (gpointer data)
{
  FlowHub *self = data;

  flow_http_server_stop (self->server, DRAIN_MS, drained_cb, self);
}

static void
settings_call (gpointer data)
{
  StartCall *call = data;

  use_settings (call->hub, g_steal_pointer (&call->settings));
}

static void
apply_to_store (FlowHub *self, const FlowSettingsSnapshot *settings)
{
  FlowRetention retention = { .days = settings->retention_days, .megabytes = settings->retention_size_mb };

  flow_store_set_slow_query_ms (settings->slow_query_ms);
  if (self->store != NULL)
    flow_store_set_limits (self->store, QUEUE_JOBS, (gsize) settings->queue_mb * MEBIBYTE);
  if (self->traces != NULL)
    flow_trace_store_set_retention (self->traces, retention);
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
  StartCall call = { .hub = self, .settings = flow_settings_snapshot (self->live_settings) };

  apply_to_store (self, call.settings);
  flow_worker_call (self->worker, settings_call, &call);
}

static void
settings_changed_cb (FlowSettings *settings, const char *key, FlowHub *self)
{
  flow_hub_apply_settings (self);
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
  flow_otlp_doorway_get_stats (self->otlp, &stats);
  return stats.trouble;
}

static gboolean
stop_requested_cb (gpointer data)
{
  g_signal_emit (data, signals[STOP_REQUESTED], 0);
  return G_SOURCE_REMOVE;
}

/**
 * flow_hub_request_stop:
 * @self: a hub
 *
 * Ask the owner to stop the hub. From any thread.
 */
void
flow_hub_request_stop (FlowHub *self)
{
  g_main_context_invoke_full (self->main, G_PRIORITY_DEFAULT, stop_requested_cb, g_object_ref (self), g_object_unref);
}

static gboolean
start_listening (FlowHub *self, FlowSettingsSnapshot *settings, GError **error)
{
  StartCall call = { .hub = self, .settings = settings };
  gboolean ok = flow_hub_ports_listen (self, settings, call.sockets, error);

  if (ok)
    {
      self->worker = flow_worker_new ("flow-hub");
      self->control_worker = flow_worker_new ("flow-control");
      flow_worker_call (self->worker, start_call, &call);
      ok = call.ok;
      if (!ok)
        g_propagate_error (error, call.error);
    }
  for (int i = 0; i < FLOW_HUB_N_DOORWAYS; i++)
    g_clear_pointer (&call.sockets[i], g_ptr_array_unref);
  g_clear_pointer (&call.settings, flow_settings_snapshot_unref);
  return ok;
}

/* On the writer thread. */
static void
committed_cb (FlowCommit *commit, gpointer data)
{
  flow_hub_news_commit (((FlowHub *) data)->news, commit);
}

static gboolean
open_store (FlowHub *self, GError **error)
{
  g_autoptr (FlowSettingsSnapshot) settings = flow_settings_snapshot (self->live_settings);

  self->store = flow_store_new (self->context);
  self->traces = flow_trace_store_new (self->store);
  flow_trace_store_set_committed (self->traces, committed_cb, self);
  apply_to_store (self, settings);
  if (!flow_store_open (self->store, error))
    return FALSE;
  flow_worker_call (self->worker, open_call, self);
  return TRUE;
}

static gboolean
publish (FlowHub *self, GError **error)
{
  FlowDiscovery info = {
    .protocol = FLOW_HUB_PROTOCOL,
    .version = (char *) FLOW_VERSION,
    .pid = getpid (),
    .port = self->ports[FLOW_HUB_DOORWAY_HUB].port,
    .url = self->url,
    .token = self->token,
    .data_dir = (char *) flow_context_get_data_dir (self->context),
    .otlp_http = self->otlp_endpoint,
  };

  self->file = flow_discovery_publish (self->context, &info, error);
  return self->file != NULL;
}

static void
name_endpoints (FlowHub *self)
{
  const FlowHubPort *otlp = &self->ports[FLOW_HUB_DOORWAY_OTLP];

  self->url = g_strdup_printf ("ws://127.0.0.1:%u/ws", self->ports[FLOW_HUB_DOORWAY_HUB].port);
  if (otlp->on)
    self->otlp_endpoint = g_strdup_printf ("http://127.0.0.1:%u", otlp->port);
}

static void
tear_down (FlowHub *self)
{
  g_clear_signal_handler (&self->settings_handler, self->live_settings);
  if (self->server != NULL)
    flow_worker_call (self->worker, close_call, self);
  g_clear_pointer (&self->control_worker, flow_worker_free);
  if (self->store != NULL)
    flow_store_close (self->store);
  if (self->server != NULL)
    flow_worker_call (self->worker, free_call, self);
  g_clear_pointer (&self->worker, flow_worker_free);
  g_clear_pointer (&self->traces, flow_trace_store_free);
  g_clear_object (&self->store);
  g_clear_pointer (&self->file, flow_discovery_withdraw);
  g_clear_pointer (&self->lock, flow_data_lock_unref);
}

/**
 * flow_hub_start:
 * @self: a hub that has not been started
 * @error: return location
 *
 * Listen, take the data directory, open the store and write the discovery file, in this order (protocol.md).
 *
 * Errors: %FLOW_ERROR_LOCKED when another hub has the data directory; those of flow_store_open(); those of the
 * ports. Nothing is left behind then.
 *
 * Returns: %TRUE when the hub takes requests
 */
gboolean
flow_hub_start (FlowHub *self, GError **error)
{
  g_return_val_if_fail (FLOW_IS_HUB (self) && self->token == NULL, FALSE);

  flow_process_raise_file_limit ();
  self->token = flow_id_new_token (TOKEN_BITS);
  self->started_ns = flow_clock_wall_ns (flow_clock_system ());
  if (!start_listening (self, flow_settings_snapshot (self->live_settings), error))
    {
      tear_down (self);
      return FALSE;
    }
  name_endpoints (self);
  if (!flow_data_lock_acquire (self->context, &self->lock, error) || !open_store (self, error) ||
      !publish (self, error))
    {
      tear_down (self);
      return FALSE;
    }
  self->settings_handler = g_signal_connect (self->live_settings, "changed", G_CALLBACK (settings_changed_cb), self);
  return TRUE;
}

/**
 * flow_hub_stop:
 * @self: a hub
 *
 * Stop: new requests are refused, those under way are answered, the store is sealed and closed, the discovery
 * file removed and the data directory released. Runs the owner's main context meanwhile. Does nothing when
 * the hub does not run.
 */
void
flow_hub_stop (FlowHub *self)
{
  g_return_if_fail (FLOW_IS_HUB (self));

  if (self->stopping || self->worker == NULL)
    return;
  self->stopping = TRUE;
  flow_worker_invoke (self->worker, drain_call, self, NULL);
  while (!g_atomic_int_get (&self->drained))
    g_main_context_iteration (self->main, TRUE);
  tear_down (self);
}

static void
tell_committed (FlowCommit *commit, gpointer data)
{
  g_signal_emit (data, signals[COMMITTED], 0, commit);
}

static void
tell_changed (gpointer data)
{
  g_signal_emit (data, signals[CHANGED], 0);
}

static void
tell_origin_asked (const char *origin, gpointer data)
{
  g_signal_emit (data, signals[ORIGIN_ASKED], 0, origin);
}

static void
flow_hub_finalize (GObject *object)
{
  FlowHub *self = FLOW_HUB (object);

  if (self->worker != NULL)
    tear_down (self);
  flow_hub_news_free (self->news);
  for (int i = 0; i < FLOW_HUB_N_DOORWAYS; i++)
    {
      g_free (self->ports[i].reason);
      g_free (self->ports[i].hint);
    }
  g_free (self->token);
  g_free (self->url);
  g_free (self->otlp_endpoint);
  g_strfreev (self->run_origins);
  g_object_unref (self->live_settings);
  flow_context_unref (self->context);
  g_main_context_unref (self->main);

  G_OBJECT_CLASS (flow_hub_parent_class)->finalize (object);
}

static void
flow_hub_class_init (FlowHubClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flow_hub_finalize;

  /**
   * FlowHub::stop-requested:
   *
   * Emitted on the owner's thread when a client asked the hub to stop or to hand over its data directory. The
   * owner should call flow_hub_stop() and end the process with status 0.
   */
  signals[STOP_REQUESTED] = g_signal_new ("stop-requested", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);

  /**
   * FlowHub::committed:
   * @self: the hub
   * @commit: (type FlowCommit): what became durable
   *
   * Emitted on the owner's thread when readers may see something else: at once, then at most once in 16 ms with all
   * that came meanwhile.
   */
  signals[COMMITTED] = g_signal_new ("committed", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                     FLOW_TYPE_COMMIT);

  /**
   * FlowHub::changed:
   * @self: the hub
   *
   * Emitted on the owner's thread when flow_hub_get_summary() or flow_hub_get_ports() may say something else for
   * another reason than what was stored: capturing, trouble, refused requests, a doorway.
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * FlowHub::origin-asked:
   * @self: the hub
   * @origin: who asks, for example `https://app.example`
   *
   * Emitted on the owner's thread, once for each origin, when a web page wanted in that is neither allowed nor denied.
   * See flow_hub_answer_origin().
   */
  signals[ORIGIN_ASKED] = g_signal_new ("origin-asked", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
flow_hub_init (FlowHub *self)
{
  static const FlowHubNewsFuncs news = { tell_committed, tell_changed, tell_origin_asked };

  self->main = g_main_context_ref_thread_default ();
  self->news = flow_hub_news_new (self->main, &news, self);
}

/**
 * flow_hub_new:
 * @context: where files are
 * @settings: the settings, of this thread
 * @options: what is otherwise than the settings say; copied
 *
 * Returns: (transfer full): a hub that is not started
 */
FlowHub *
flow_hub_new (FlowContext *context, FlowSettings *settings, const FlowHubOptions *options)
{
  FlowHub *self = g_object_new (FLOW_TYPE_HUB, NULL);

  self->context = flow_context_ref (context);
  self->live_settings = g_object_ref (settings);
  self->wanted_ports[FLOW_HUB_DOORWAY_HUB] = options->hub_port;
  self->wanted_ports[FLOW_HUB_DOORWAY_OTLP] = options->otlp_port;
  self->run_origins = g_strdupv ((char **) options->allowed_origins);
  self->take_over = options->take_over;
  return self;
}

/**
 * flow_hub_get_port:
 * @self: a started hub
 *
 * Returns: its own port
 */
guint
flow_hub_get_port (FlowHub *self)
{
  return self->ports[FLOW_HUB_DOORWAY_HUB].port;
}

/**
 * flow_hub_get_url:
 * @self: a started hub
 *
 * Returns: (transfer none): where its WebSocket is
 */
const char *
flow_hub_get_url (FlowHub *self)
{
  return self->url;
}

/**
 * flow_hub_get_otlp_endpoint:
 * @self: a started hub
 *
 * Returns: (transfer none) (nullable): what `OTEL_EXPORTER_OTLP_ENDPOINT` must be; %NULL when the doorway is off
 */
const char *
flow_hub_get_otlp_endpoint (FlowHub *self)
{
  return self->otlp_endpoint;
}

/**
 * flow_hub_get_discovery_path:
 * @self: a started hub
 *
 * Returns: (transfer none): where its discovery file is
 */
const char *
flow_hub_get_discovery_path (FlowHub *self)
{
  return flow_discovery_file_get_path (self->file);
}

/**
 * flow_hub_is_running:
 * @self: a hub
 *
 * Returns: whether it has been started and not stopped
 */
gboolean
flow_hub_is_running (FlowHub *self)
{
  return self->file != NULL && !self->stopping;
}

/**
 * flow_hub_get_ports:
 * @self: a started hub
 * @n_ports: (out): how many
 *
 * Get the doorways, also those that are off. What a port says stays as it is while the hub runs.
 *
 * Returns: (transfer none) (array length=n_ports): the ports
 */
const FlowHubPort *
flow_hub_get_ports (FlowHub *self, guint *n_ports)
{
  *n_ports = FLOW_HUB_N_DOORWAYS;
  return self->ports;
}
