/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-services"

#include "app/flow-services.h"

#include "app/connections/flow-hub-verbs.h"

/**
 * FlowServices:
 *
 * What every page of the window works with: where files are, the settings, the readers, the long work under way,
 * who is connected, what is edited, what is synced, and the hub while it runs.
 * A widget gets it when it is made and needs to know nothing about the program around it.
 */
struct _FlowServices
{
  GObject parent_instance;

  FlowContext *context;
  FlowSettings *settings;
  FlowTraceQueries *queries;
  FlowJobs *jobs;
  FlowConnections *connections;
  FlowEditBoard *edits;
  FlowSyncBoard *sync;
  FlowHub *hub;
  gulong committed_handler;
  gulong channels_handler;
  gulong changed_handler;
  gulong origin_handler;
  gulong pair_handler;
  gulong edits_handler;
  gulong sync_handler;
};

G_DEFINE_FINAL_TYPE (FlowServices, flow_services, G_TYPE_OBJECT)

enum
{
  COMMITTED,
  HUB_CHANGED,
  EDITOR_MISSING,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
drop_hub (FlowServices *self)
{
  if (self->hub == NULL)
    return;
  g_clear_signal_handler (&self->committed_handler, self->hub);
  g_clear_signal_handler (&self->channels_handler, self->hub);
  g_clear_signal_handler (&self->changed_handler, self->hub);
  g_clear_signal_handler (&self->origin_handler, self->hub);
  g_clear_signal_handler (&self->pair_handler, self->hub);
  g_clear_signal_handler (&self->edits_handler, self->hub);
  g_clear_signal_handler (&self->sync_handler, self->hub);
  g_clear_object (&self->hub);
}

static void
flow_services_finalize (GObject *object)
{
  FlowServices *self = FLOW_SERVICES (object);

  drop_hub (self);
  g_clear_object (&self->sync);
  g_clear_object (&self->edits);
  g_clear_object (&self->connections);
  g_clear_object (&self->jobs);
  g_clear_object (&self->queries);
  g_clear_object (&self->settings);
  flow_context_unref (self->context);

  G_OBJECT_CLASS (flow_services_parent_class)->finalize (object);
}

static void
flow_services_class_init (FlowServicesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_services_finalize;

  /**
   * FlowServices::committed:
   * @self: the services
   * @commit: (type FlowCommit): what became durable
   *
   * Emitted when readers may see something new.
   */
  signals[COMMITTED] = g_signal_new ("committed", FLOW_TYPE_SERVICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, FLOW_TYPE_COMMIT);

  /**
   * FlowServices::hub-changed:
   * @self: the services
   *
   * Emitted when the hub started or stopped.
   */
  signals[HUB_CHANGED] = g_signal_new ("hub-changed", FLOW_TYPE_SERVICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 0);

  /**
   * FlowServices::editor-missing:
   * @self: the services
   * @reason: why the file was not opened
   *
   * Emitted when somebody wanted to see code and no editor could be started.
   */
  signals[EDITOR_MISSING] = g_signal_new ("editor-missing", FLOW_TYPE_SERVICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
flow_services_init (FlowServices *self)
{
}

/**
 * flow_services_new:
 * @context: where files are
 * @settings: the settings
 *
 * Returns: (transfer full): services without a hub
 */
FlowServices *
flow_services_new (FlowContext *context, FlowSettings *settings)
{
  FlowServices *self = g_object_new (FLOW_TYPE_SERVICES, NULL);

  self->context = flow_context_ref (context);
  self->settings = g_object_ref (settings);
  self->queries = flow_trace_queries_new (flow_context_get_database_path (context));
  self->jobs = flow_jobs_new ();
  self->connections = flow_connections_new ();
  self->edits = flow_edit_board_new ();
  self->sync = flow_sync_board_new ();
  return self;
}

/**
 * flow_services_get_context:
 * @self: the services
 *
 * Returns: (transfer none): where files are
 */
FlowContext *
flow_services_get_context (FlowServices *self)
{
  return self->context;
}

/**
 * flow_services_get_settings:
 * @self: the services
 *
 * Returns: (transfer none): the settings
 */
FlowSettings *
flow_services_get_settings (FlowServices *self)
{
  return self->settings;
}

/**
 * flow_services_get_queries:
 * @self: the services
 *
 * Returns: (transfer none): the readers
 */
FlowTraceQueries *
flow_services_get_queries (FlowServices *self)
{
  return self->queries;
}

/**
 * flow_services_get_jobs:
 * @self: the services
 *
 * Returns: (transfer none): the long work that runs now
 */
FlowJobs *
flow_services_get_jobs (FlowServices *self)
{
  return self->jobs;
}

/**
 * flow_services_get_connections:
 * @self: the services
 *
 * Returns: (transfer none): who is connected with the hub, and who may
 */
FlowConnections *
flow_services_get_connections (FlowServices *self)
{
  return self->connections;
}

/**
 * flow_services_get_edits:
 * @self: the services
 *
 * Returns: (transfer none): the texts that are edited
 */
FlowEditBoard *
flow_services_get_edits (FlowServices *self)
{
  return self->edits;
}

/**
 * flow_services_get_sync:
 * @self: the services
 *
 * Returns: (transfer none): how the user's devices are kept the same
 */
FlowSyncBoard *
flow_services_get_sync (FlowServices *self)
{
  return self->sync;
}

/**
 * flow_services_get_hub:
 * @self: the services
 *
 * Returns: (transfer none) (nullable): the hub while it runs
 */
FlowHub *
flow_services_get_hub (FlowServices *self)
{
  return self->hub;
}

/**
 * flow_services_set_hub:
 * @self: the services
 * @hub: (nullable): a hub that runs
 *
 * Say that the hub started or stopped. What it commits is told to everybody.
 */
void
flow_services_set_hub (FlowServices *self, FlowHub *hub)
{
  g_autoptr (FlowHubVerbs) verbs = NULL;

  if (self->hub == hub)
    return;
  drop_hub (self);
  g_set_object (&self->hub, hub);
  if (hub != NULL)
    {
      verbs = flow_hub_verbs_new (hub);
      self->committed_handler = g_signal_connect_swapped (hub, "committed", G_CALLBACK (flow_services_committed), self);
      self->channels_handler = g_signal_connect_swapped (hub, "channels-changed", G_CALLBACK (flow_board_refresh),
                                                         self->connections);
      self->changed_handler = g_signal_connect_swapped (hub, "changed", G_CALLBACK (flow_board_refresh),
                                                        self->connections);
      self->origin_handler = g_signal_connect_swapped (hub, "origin-asked", G_CALLBACK (flow_board_refresh),
                                                       self->connections);
      self->pair_handler = g_signal_connect_swapped (hub, "pair-asked", G_CALLBACK (flow_board_refresh),
                                                     self->connections);
      self->edits_handler = g_signal_connect_swapped (hub, "edits-changed", G_CALLBACK (flow_board_refresh),
                                                      self->edits);
      self->sync_handler = g_signal_connect_swapped (hub, "sync-changed", G_CALLBACK (flow_board_refresh), self->sync);
    }
  flow_board_set_verbs (FLOW_BOARD (self->connections), verbs != NULL ? FLOW_VERBS (verbs) : NULL);
  flow_board_set_verbs (FLOW_BOARD (self->edits), verbs != NULL ? FLOW_VERBS (verbs) : NULL);
  flow_board_set_verbs (FLOW_BOARD (self->sync), verbs != NULL ? FLOW_VERBS (verbs) : NULL);
  g_signal_emit (self, signals[HUB_CHANGED], 0);
}

/**
 * flow_services_committed:
 * @self: the services
 * @commit: what became durable
 *
 * Tell everybody.
 */
void
flow_services_committed (FlowServices *self, FlowCommit *commit)
{
  g_signal_emit (self, signals[COMMITTED], 0, commit);
}

/**
 * flow_services_editor_missing:
 * @self: the services
 * @reason: why the file was not opened
 *
 * Tell everybody that no editor could be started.
 */
void
flow_services_editor_missing (FlowServices *self, const char *reason)
{
  g_signal_emit (self, signals[EDITOR_MISSING], 0, reason);
}
