/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include <unistd.h>

#include "base/flow-id.h"
#include "base/flow-version.h"
#include "hub/flow-hub-private.h"
#include "hub/flow-process.h"
#include "hub/flow-take-over.h"
#include "hub/sync/flow-hub-syncing.h"

#define TOKEN_BITS 256

/* A start: the settings as they were when it began, and who waits. */
typedef struct
{
  FlowHub *hub;
  FlowSettingsSnapshot *settings;
  FlowReport *report; /* (nullable) */
  FlowHubPhaseFunc progress;
  gpointer progress_data;
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_clear_pointer (&start->settings, flow_settings_snapshot_unref);
  g_free (start);
}

static void
say (Start *start, FlowHubPhase phase, guint64 done, guint64 total)
{
  if (start->report != NULL)
    flow_report_say (start->report, phase, done, total);
}

static void
taking_over_cb (gpointer data)
{
  say (data, FLOW_HUB_PHASE_TAKING_OVER, 0, 0);
}

static gboolean
take_over (Start *start, GCancellable *cancellable, GError **error)
{
  FlowHub *self = start->hub;

  self->lock = flow_take_over (self->context, taking_over_cb, start, &self->replaced_unit, cancellable, error);
  return self->lock != NULL;
}

static gboolean
start_listening (Start *start, GError **error)
{
  GPtrArray *sockets[FLOW_HUB_N_DOORWAYS] = { NULL };
  gboolean ok = flow_hub_ports_listen (start->hub, start->settings, sockets, error) &&
                flow_hub_thread_start (start->hub, sockets, flow_settings_snapshot_ref (start->settings), error);

  for (int i = 0; i < FLOW_HUB_N_DOORWAYS; i++)
    g_clear_pointer (&sockets[i], g_ptr_array_unref);
  return ok;
}

/* On the writer thread. */
static void
committed_cb (FlowCommit *commit, gpointer data)
{
  flow_hub_news_commit (((FlowHub *) data)->news, commit);
  flow_hub_router_committed (data, commit);
}

/* On the writer thread. */
static void
stage_cb (FlowStoreStage stage, gint64 done, gint64 total, gpointer data)
{
  static const FlowHubPhase phases[] = {
    [FLOW_STORE_STAGE_BACKUP] = FLOW_HUB_PHASE_BACKING_UP,
    [FLOW_STORE_STAGE_MIGRATION] = FLOW_HUB_PHASE_MIGRATING,
    [FLOW_STORE_STAGE_READING] = FLOW_HUB_PHASE_OPENING,
  };

  say (data, phases[stage], (guint64) done, (guint64) total);
}

/* On the vault's thread. */
static void
vault_changed_cb (gpointer data)
{
  flow_hub_look_again (data);
}

static gboolean
open_store (Start *start, GCancellable *cancellable, GError **error)
{
  FlowHub *self = start->hub;
  FlowStoreWatch watch = { stage_cb, start, cancellable };

  self->store = flow_store_new (self->context);
  self->traces = flow_trace_store_new (self->store);
  self->outbox = flow_outbox_sqlite_new (self->store, flow_context_get_database_path (self->context), self->calls);
  self->journal = flow_edit_journal_sqlite_new (self->store, flow_context_get_database_path (self->context),
                                                self->calls);
  flow_trace_store_set_committed (self->traces, committed_cb, self);
  self->vault = flow_hub_vault_new (self->context, self->traces, vault_changed_cb, self);
  flow_hub_vault_find_key (self->vault);
  self->records = flow_hub_records_new (self, self->store, self->traces);
  flow_hub_syncing_add (self);
  flow_hub_apply_to_store (self, start->settings);
  if (!flow_store_open_watched (self->store, &watch, error))
    return FALSE;
  flow_hub_vault_start (self->vault);
  return flow_hub_thread_open (self, error);
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
    .otlp_http = self->endpoints[FLOW_HUB_DOORWAY_OTLP],
    .web_dev_sync = self->endpoints[FLOW_HUB_DOORWAY_WEB_DEV_SYNC],
    .ghosttext = self->endpoints[FLOW_HUB_DOORWAY_GHOSTTEXT],
    .atomic_chrome = self->endpoints[FLOW_HUB_DOORWAY_ATOMIC_CHROME],
  };

  self->file = flow_discovery_publish (self->context, &info, error);
  return self->file != NULL;
}

static void
name_endpoints (FlowHub *self)
{
  static const char *const forms[FLOW_HUB_N_DOORWAYS][2] = {
    [FLOW_HUB_DOORWAY_HUB] = { "ws", FLOW_NATIVE_PATH },
    [FLOW_HUB_DOORWAY_OTLP] = { "http", "" },
    [FLOW_HUB_DOORWAY_WEB_DEV_SYNC] = { "ws", "/web-dev-sync/ws" },
    [FLOW_HUB_DOORWAY_GHOSTTEXT] = { "http", "" },
    [FLOW_HUB_DOORWAY_ATOMIC_CHROME] = { "ws", "" },
  };

  for (FlowHubDoorway i = 0; i < FLOW_HUB_N_DOORWAYS; i++)
    {
      if (self->ports[i].on)
        self->endpoints[i] = g_strdup_printf ("%s://127.0.0.1:%u%s", forms[i][0], self->ports[i].port, forms[i][1]);
    }
  self->url = g_strdup (self->endpoints[FLOW_HUB_DOORWAY_HUB]);
}

/**
 * flow_hub_tear_down:
 * @self: a hub, however far it was started
 *
 * End its threads, close the store, remove the discovery file and release the data directory, in this order. Blocks; on
 * any thread but the hub's own.
 */
void
flow_hub_tear_down (FlowHub *self)
{
  if (self->wire != NULL)
    flow_hub_wire_stop (self->wire);
  flow_hub_thread_close (self);
  g_clear_pointer (&self->control_worker, flow_worker_free);
  g_clear_pointer (&self->vault, flow_hub_vault_free);
  if (self->store != NULL)
    flow_store_close (self->store);
  flow_hub_thread_free (self);
  g_clear_pointer (&self->sync_engine, flow_sync_engine_free);
  g_clear_pointer (&self->records, flow_hub_records_free);
  g_clear_pointer (&self->traces, flow_trace_store_free);
  g_clear_object (&self->store);
  g_clear_pointer (&self->file, flow_discovery_withdraw);
  g_clear_pointer (&self->lock, flow_data_lock_unref);
}

/* On the owner's thread, or on that of a task. */
static gboolean
start_run (Start *start, GCancellable *cancellable, GError **error)
{
  FlowHub *self = start->hub;

  if (self->take_over && start->report != NULL && !take_over (start, cancellable, error))
    return FALSE;
  if (start_listening (start, error))
    {
      name_endpoints (self);
      if ((self->lock != NULL || flow_data_lock_acquire (self->context, &self->lock, error)) &&
          open_store (start, cancellable, error) && publish (self, error))
        return TRUE;
    }
  flow_hub_tear_down (self);
  return FALSE;
}

static void
settings_changed_cb (FlowSettings *settings, const char *key, FlowHub *self)
{
  flow_hub_apply_settings_soon (self);
}

static Start *
start_begin (FlowHub *self)
{
  Start *start = g_new0 (Start, 1);

  flow_process_raise_file_limit ();
  self->token = flow_id_new_token (TOKEN_BITS);
  self->started_ns = flow_clock_wall_ns (flow_clock_system ());
  self->state = FLOW_HUB_STARTING;
  start->hub = self;
  start->settings = flow_settings_snapshot (self->live_settings);
  return start;
}

static void
start_end (FlowHub *self, gboolean ok)
{
  self->state = ok ? FLOW_HUB_RUNNING : FLOW_HUB_STOPPED;
  if (!ok)
    return;
  self->settings_handler = g_signal_connect (self->live_settings, "changed", G_CALLBACK (settings_changed_cb), self);
  flow_hub_records_mirror (self->records, self->live_settings);
  /* They may have changed since the start began. */
  flow_hub_apply_settings_soon (self);
}

/**
 * flow_hub_start:
 * @self: a hub that has not been started
 * @error: return location
 *
 * Listen, take the data directory, open the store and write the discovery file, in this order (protocol.md). Blocks.
 *
 * Errors: %FLOW_ERROR_LOCKED when another hub has the data directory; those of flow_store_open(); those of the
 * ports. Nothing is left behind then, and the hub cannot be started again.
 *
 * Returns: %TRUE when the hub takes requests
 */
gboolean
flow_hub_start (FlowHub *self, GError **error)
{
  Start *start;
  gboolean ok;

  g_return_val_if_fail (FLOW_IS_HUB (self) && self->state == FLOW_HUB_NEW, FALSE);

  start = start_begin (self);
  ok = start_run (start, NULL, error);
  start_free (start);
  start_end (self, ok);
  return ok;
}

static gboolean
task_run (FlowHub *self, gpointer data, FlowReport *report, GCancellable *cancellable, GError **error)
{
  Start *start = data;

  start->report = report;
  return start_run (start, cancellable, error);
}

static void
task_done (FlowHub *self, gpointer data, const GError *error)
{
  start_end (self, error == NULL);
}

static void
report_cb (guint stage, guint64 done, guint64 total, gpointer data)
{
  Start *start = data;

  start->progress ((FlowHubPhase) stage, total > 0 ? (double) done / (double) total : -1, start->progress_data);
}

/**
 * flow_hub_start_async:
 * @self: a hub that has not been started
 * @progress: (nullable) (scope call): hears how far it is, on this thread
 * @progress_data: for @progress
 * @cancellable: (nullable): ends it until the hub takes requests
 * @callback: called on this thread when it takes requests, or does not
 * @data: for @callback
 *
 * flow_hub_start() without blocking this thread, whose main context must run. With `take_over` in its options it asks
 * the hub that has the data directory to hand it over, and waits for it.
 */
void
flow_hub_start_async (FlowHub *self, FlowHubPhaseFunc progress, gpointer progress_data, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
  static const FlowHubTaskClass klass = { "flow-start", task_run, task_done };
  GTask *task;
  Start *start;

  g_return_if_fail (FLOW_IS_HUB (self) && self->state == FLOW_HUB_NEW);

  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, flow_hub_start_async);
  start = start_begin (self);
  start->progress = progress;
  start->progress_data = progress_data;
  g_task_set_task_data (task, start, start_free);
  flow_hub_task_start (task, &klass, progress != NULL ? report_cb : NULL, start);
}

/**
 * flow_hub_start_finish:
 * @self: the hub
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of flow_hub_start(); `G_IO_ERROR_CANCELLED`; %FLOW_ERROR_LOCKED also when the other hub does not hand
 * over.
 *
 * Returns: %TRUE when the hub takes requests; else nothing is left behind, and another try needs another hub
 */
gboolean
flow_hub_start_finish (FlowHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
