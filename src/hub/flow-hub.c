/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub.h"

#include <string.h>

#include "hub/flow-hub-private.h"

/**
 * FlowHub:
 *
 * The embedded server, as a program sees it: made, started, stopped. It owns the hub thread, the data
 * directory's lock and the store, and tells others where it is by the discovery file.
 *
 * Belongs to the thread that made it; that thread's main context must run, as the settings live there and as it is
 * where the hub tells its news.
 */
G_DEFINE_FINAL_TYPE (FlowHub, flow_hub, G_TYPE_OBJECT)

enum
{
  STOP_REQUESTED,
  COMMITTED,
  CHANGED,
  ORIGIN_ASKED,
  CHANNELS_CHANGED,
  PAIR_ASKED,
  FOCUS_TRACE,
  JUMP_FAILED,
  EDITS_CHANGED,
  EDIT_NOTICE,
  SYNC_CHANGED,
  SYNC_NOTICE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/**
 * flow_hub_run_on_owner:
 * @self: a hub
 * @func: what to run, once
 * @data: for @func
 * @destroy: (nullable): frees @data
 *
 * Run something in the owner's main context, soon. From any thread. Unlike g_main_context_invoke() it never runs here:
 * that would, at a moment when nobody iterates the owner's context.
 */
void
flow_hub_run_on_owner (FlowHub *self, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_name (source, "flow-hub-owner");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_attach (source, self->main);
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
 * Ask the owner to stop the hub. On the hub thread.
 */
void
flow_hub_request_stop (FlowHub *self)
{
  flow_hub_run_on_owner (self, stop_requested_cb, g_object_ref (self), g_object_unref);
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
tell_channels_changed (gpointer data)
{
  g_signal_emit (data, signals[CHANNELS_CHANGED], 0);
}

static void
tell_pair_asked (const char *request, const char *name, const char *kind, const char *code, gpointer data)
{
  g_signal_emit (data, signals[PAIR_ASKED], 0, request, name, kind, code);
}

static void
tell_focus_trace (const char *trace_id, guint64 span_id, gpointer data)
{
  g_signal_emit (data, signals[FOCUS_TRACE], 0, trace_id, span_id);
}

static void
tell_jump_failed (const char *file, guint line, const char *reason, gpointer data)
{
  g_signal_emit (data, signals[JUMP_FAILED], 0, file, line, reason);
}

static void
tell_edits_changed (gpointer data)
{
  g_signal_emit (data, signals[EDITS_CHANGED], 0);
}

static void
tell_edit_notice (const char *kind, const char *id, const char *title, const char *message, const char *detail,
                  gpointer data)
{
  g_signal_emit (data, signals[EDIT_NOTICE], 0, kind, id, title, message, detail);
}

static void
tell_sync_changed (gpointer data)
{
  g_signal_emit (data, signals[SYNC_CHANGED], 0);
}

static void
tell_sync_notice (const char *kind, const char *title, const char *message, const char *detail, gpointer data)
{
  g_signal_emit (data, signals[SYNC_NOTICE], 0, kind, title, message, detail);
}

static void
flow_hub_finalize (GObject *object)
{
  FlowHub *self = FLOW_HUB (object);

  g_clear_signal_handler (&self->settings_handler, self->live_settings);
  if (self->worker != NULL)
    flow_hub_tear_down (self);
  flow_hub_news_free (self->news);
  g_ptr_array_unref (self->tasks);
  g_ptr_array_unref (self->stops);
  for (int i = 0; i < FLOW_HUB_N_DOORWAYS; i++)
    {
      g_free (self->ports[i].reason);
      g_free (self->ports[i].hint);
      g_free (self->endpoints[i]);
    }
  g_free (self->token);
  g_free (self->url);
  g_free (self->replaced_unit);
  g_strfreev (self->run_origins);
  g_free (self->sync_path);
  g_free (self->metrics_path);
  g_object_unref (self->live_settings);
  flow_context_unref (self->context);
  g_main_context_unref (self->main);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (flow_hub_parent_class)->finalize (object);
}

static void
add_store_signals (void)
{
  /**
   * FlowHub::stop-requested:
   *
   * Emitted on the owner's thread when a client asked the hub to stop or to hand over its data directory. The
   * owner should stop it and end the process with status 0.
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
   * Emitted on the owner's thread when flow_hub_get_summary() may say something else for another reason than what was
   * stored: capturing was switched, storing began to fail or works again, a request was refused.
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
add_channel_signals (void)
{
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

  /**
   * FlowHub::channels-changed:
   * @self: the hub
   *
   * Emitted on the owner's thread when the verbs `channels` and `outbox` may answer something else.
   */
  signals[CHANNELS_CHANGED] = g_signal_new ("channels-changed", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 0);

  /**
   * FlowHub::pair-asked:
   * @self: the hub
   * @request: what the verbs `pair-allow` and `pair-deny` answer it by
   * @name: what the program calls itself
   * @kind: what it wants to be
   * @code: what it shows, for the user to compare
   *
   * Emitted on the owner's thread when a program wants to be paired. The request ends after two minutes.
   */
  signals[PAIR_ASKED] = g_signal_new ("pair-asked", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                      4, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);

  /**
   * FlowHub::focus-trace:
   * @self: the hub
   * @trace_id: a trace, 32 hex digits
   * @span_id: one of its spans: the bytes of its id as they are in memory; 0 for none
   *
   * Emitted on the owner's thread when somebody wants a trace to be shown. Only when there is a window, see
   * flow_hub_set_has_window().
   */
  signals[FOCUS_TRACE] = g_signal_new ("focus-trace", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_UINT64);

  /**
   * FlowHub::jump-failed:
   * @self: the hub
   * @file: a file
   * @line: its line
   * @reason: why not
   *
   * Emitted on the owner's thread when somebody wanted to see a place in the code and no editor shows it.
   */
  signals[JUMP_FAILED] = g_signal_new ("jump-failed", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_STRING);
}

static void
add_edit_signals (void)
{
  /**
   * FlowHub::edits-changed:
   * @self: the hub
   *
   * Emitted on the owner's thread when the verb `edits` may answer something else.
   */
  signals[EDITS_CHANGED] = g_signal_new ("edits-changed", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);

  /**
   * FlowHub::edit-notice:
   * @self: the hub
   * @kind: `conflict`, `recovered`, `editor_not_found`, `no_permission` or `unexpected`, or `show`: somebody wants it
   *   shown
   * @id: the session that it is about, empty: none
   * @title: what people call that
   * @message: what happened
   * @detail: what it is about: the folder for `no_permission`, the editor for `editor_not_found`
   *
   * Emitted on the owner's thread when something happened to a text that the user should know.
   */
  signals[EDIT_NOTICE] = g_signal_new ("edit-notice", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 5, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING,
                                       G_TYPE_STRING);
}

static void
add_sync_signals (void)
{
  /**
   * FlowHub::sync-changed:
   * @self: the hub
   *
   * Emitted on the owner's thread when the verbs `sync-status`, `sync-conflicts`, `sync-devices` and `sync-history` may
   * answer something else.
   */
  signals[SYNC_CHANGED] = g_signal_new ("sync-changed", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);

  /**
   * FlowHub::sync-notice:
   * @self: the hub
   * @kind: `conflict`: people are asked; `signed_out`: the cloud does not know this device any more; `secrets`: the
   *   keyring does not answer; `done` and `failed`: how turning syncing on ended; `device`: one wants to be let in;
   *   `editor`: another device chose a command line that is not run here before it is set here
   * @title: what it is about, in people's words
   * @message: what happened
   * @detail: more of it: the id of a conflict, a device
   *
   * Emitted on the owner's thread when something happened to syncing that the user should know.
   */
  signals[SYNC_NOTICE] = g_signal_new ("sync-notice", FLOW_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
}

static void
flow_hub_class_init (FlowHubClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_hub_finalize;
  add_store_signals ();
  add_channel_signals ();
  add_edit_signals ();
  add_sync_signals ();
}

static void
flow_hub_init (FlowHub *self)
{
  static const FlowHubNewsFuncs news = {
    .committed = tell_committed,
    .changed = tell_changed,
    .origin_asked = tell_origin_asked,
    .channels_changed = tell_channels_changed,
    .pair_asked = tell_pair_asked,
    .focus_trace = tell_focus_trace,
    .jump_failed = tell_jump_failed,
    .edits_changed = tell_edits_changed,
    .edit_notice = tell_edit_notice,
    .sync_changed = tell_sync_changed,
    .sync_notice = tell_sync_notice,
  };

  g_mutex_init (&self->mutex);
  self->main = g_main_context_ref_thread_default ();
  self->news = flow_hub_news_new (self->main, &news, self);
  self->tasks = g_ptr_array_new ();
  self->stops = g_ptr_array_new_with_free_func (g_object_unref);
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
  memcpy (self->wanted_ports, options->ports, sizeof self->wanted_ports);
  self->run_origins = g_strdupv ((char **) options->allowed_origins);
  self->take_over = options->take_over;
  self->sync_path = g_strdup (options->sync_path);
  self->sync_heartbeat_ms = options->sync_heartbeat_ms;
  self->metrics_path = g_strdup (options->metrics_path);
  return self;
}

/* Who waits for the user waits in vain. */
static void
nobody_call (gpointer data)
{
  FlowHub *self = data;

  flow_hub_waits_refuse_all (flow_hub_wire_get_waits (self->wire));
}

/**
 * flow_hub_set_has_window:
 * @self: a hub, started or not
 * @has_window: whether there is an app that shows traces and asks the user
 *
 * Say whether somebody is there. Without, web pages that nobody has allowed are refused at once, and traces cannot be
 * shown to anybody.
 */
void
flow_hub_set_has_window (FlowHub *self, gboolean has_window)
{
  g_return_if_fail (FLOW_IS_HUB (self));

  g_atomic_int_set (&self->has_window, has_window != FALSE);
  if (self->state != FLOW_HUB_RUNNING)
    return;
  flow_hub_wire_set_asks (self->wire, has_window);
  if (!has_window)
    flow_worker_invoke (self->worker, nobody_call, self, NULL);
}

/**
 * flow_hub_is_running:
 * @self: a hub
 *
 * Returns: whether it has been started and nobody has begun to stop it
 */
gboolean
flow_hub_is_running (FlowHub *self)
{
  return self->state == FLOW_HUB_RUNNING && self->stops->len == 0;
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
  return self->endpoints[FLOW_HUB_DOORWAY_OTLP];
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
 * flow_hub_get_replaced_unit:
 * @self: a started hub
 *
 * Get what to start again when this hub ends, as `systemctl --user start UNIT` does.
 *
 * Returns: (transfer none) (nullable): the systemd user unit that the hub was from which this one took over; %NULL when
 *   there was none, or it was started in another way
 */
const char *
flow_hub_get_replaced_unit (FlowHub *self)
{
  return self->replaced_unit;
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
