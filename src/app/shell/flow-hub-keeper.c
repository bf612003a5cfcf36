/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-keeper"

#include "app/shell/flow-hub-keeper.h"

#include <glib/gi18n.h>

/* A start that is over sooner shows no progress: it would only flicker. */
#define PATIENCE_US (300 * G_TIME_SPAN_MILLISECOND)

/**
 * FlowHubKeeper:
 *
 * Starts and stops the hub inside the program, and says how that goes: a small state machine that the window, the
 * status line and the end of the program watch by [property@FlowHubKeeper:state] and [signal@FlowHubKeeper::progress].
 * While the hub runs everybody has it from flow_services_get_hub().
 */
struct _FlowHubKeeper
{
  GObject parent_instance;

  FlowServices *services;
  FlowHub *hub;
  FlowHubState state;
  GError *error;
  GPtrArray *early; /* of char **: notices of a hub that nobody has yet */
  char *replaced_unit;
  GCancellable *cancellable;
  FlowJob *job;
  gint64 started_us;
  FlowHubPhase phase;
  double fraction;
  gboolean stop_wanted;
  gboolean taken;
  gboolean restart;
};

G_DEFINE_FINAL_TYPE (FlowHubKeeper, flow_hub_keeper, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_STATE,
  N_PROPS
};

enum
{
  PROGRESS,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
set_state (FlowHubKeeper *self, FlowHubState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
end_job (FlowHubKeeper *self, const GError *error)
{
  g_autoptr (FlowJob) job = g_steal_pointer (&self->job);

  if (job != NULL)
    flow_job_finish (job, error);
}

static void
progress_cb (FlowHubPhase phase, double fraction, gpointer data)
{
  FlowHubKeeper *self = data;

  self->phase = phase;
  self->fraction = fraction;
  if (self->job == NULL && g_get_monotonic_time () - self->started_us > PATIENCE_US)
    {
      self->job = flow_jobs_begin (flow_services_get_jobs (self->services), _ ("Opening the store"), self->cancellable);
      flow_job_set_keep (self->job, FALSE);
    }
  if (self->job != NULL)
    {
      flow_job_set_detail (self->job, flow_hub_keeper_get_phase (self));
      flow_job_set_fraction (self->job, fraction);
    }
  g_signal_emit (self, signals[PROGRESS], 0);
}

/* A hub that starts finds texts that somebody was editing when the last one ended. */
static void
early_notice_cb (FlowHubKeeper *self, const char *kind, const char *id, const char *title, const char *message,
                 const char *detail)
{
  const char *const parts[] = { kind, id, title, message, detail, NULL };

  g_ptr_array_add (self->early, g_strdupv ((char **) parts));
}

static void
tell_early_notices (FlowHubKeeper *self)
{
  g_autoptr (GPtrArray) early = g_steal_pointer (&self->early);

  self->early = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_signal_handlers_disconnect_by_func (self->hub, early_notice_cb, self);
  for (guint i = 0; i < early->len; i++)
    {
      char **parts = g_ptr_array_index (early, i);

      g_signal_emit_by_name (self->hub, "edit-notice", parts[0], parts[1], parts[2], parts[3], parts[4]);
    }
}

static void
drop_hub (FlowHubKeeper *self)
{
  if (self->hub != NULL)
    g_signal_handlers_disconnect_by_data (self->hub, self);
  g_clear_object (&self->hub);
}

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowHubKeeper) self = data;
  g_autoptr (GError) error = NULL;

  if (!flow_hub_stop_finish (FLOW_HUB (source), result, &error))
    g_warning ("The hub did not stop cleanly: %s", error->message);
  drop_hub (self);
  set_state (self, self->taken ? FLOW_HUB_STATE_TAKEN : FLOW_HUB_STATE_STOPPED);
  if (self->restart && !self->taken && !self->stop_wanted)
    flow_hub_keeper_start (self);
}

static void
begin_stop (FlowHubKeeper *self)
{
  set_state (self, FLOW_HUB_STATE_STOPPING);
  flow_services_set_hub (self->services, NULL);
  flow_hub_stop_async (self->hub, stopped_cb, g_object_ref (self));
}

static void
stop_requested_cb (FlowHub *hub, FlowHubKeeper *self)
{
  g_message ("Another program asked the hub to stop");
  self->taken = TRUE;
  flow_hub_keeper_stop (self);
}

/* Who gave way is known also when the start failed after that. */
static void
note_replaced_unit (FlowHubKeeper *self)
{
  const char *unit = flow_hub_get_replaced_unit (self->hub);

  if (unit == NULL)
    return;
  g_free (self->replaced_unit);
  self->replaced_unit = g_strdup (unit);
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowHubKeeper) self = data;
  gboolean ok;

  g_clear_error (&self->error);
  ok = flow_hub_start_finish (FLOW_HUB (source), result, &self->error);
  end_job (self, self->error);
  g_clear_object (&self->cancellable);
  note_replaced_unit (self);
  if (!ok)
    {
      g_message ("The hub did not start: %s", self->error->message);
      drop_hub (self);
      set_state (self, self->stop_wanted ? FLOW_HUB_STATE_STOPPED : FLOW_HUB_STATE_FAILED);
    }
  else if (self->stop_wanted)
    begin_stop (self);
  else
    {
      g_signal_connect (self->hub, "stop-requested", G_CALLBACK (stop_requested_cb), self);
      flow_services_set_hub (self->services, self->hub);
      set_state (self, FLOW_HUB_STATE_RUNNING);
      tell_early_notices (self);
    }
}

static void
flow_hub_keeper_dispose (GObject *object)
{
  FlowHubKeeper *self = FLOW_HUB_KEEPER (object);

  if (self->services != NULL)
    flow_services_set_hub (self->services, NULL);
  drop_hub (self);
  g_clear_object (&self->job);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->services);
  g_clear_error (&self->error);
  g_clear_pointer (&self->early, g_ptr_array_unref);
  g_clear_pointer (&self->replaced_unit, g_free);

  G_OBJECT_CLASS (flow_hub_keeper_parent_class)->dispose (object);
}

static void
flow_hub_keeper_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_STATE)
    g_value_set_int (value, (int) FLOW_HUB_KEEPER (object)->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
flow_hub_keeper_class_init (FlowHubKeeperClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = flow_hub_keeper_dispose;
  object_class->get_property = flow_hub_keeper_get_property;

  /**
   * FlowHubKeeper:state:
   *
   * How the hub is, a #FlowHubState.
   */
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, FLOW_HUB_STATE_STOPPED, FLOW_HUB_STATE_TAKEN,
                                             FLOW_HUB_STATE_STOPPED, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * FlowHubKeeper::progress:
   * @self: the keeper
   *
   * Emitted while the hub starts, when flow_hub_keeper_get_phase() or flow_hub_keeper_get_fraction() changed.
   */
  signals[PROGRESS] = g_signal_new ("progress", FLOW_TYPE_HUB_KEEPER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
}

static void
flow_hub_keeper_init (FlowHubKeeper *self)
{
  self->phase = FLOW_HUB_PHASE_OPENING;
  self->fraction = FLOW_JOB_PULSE;
  self->early = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
}

/**
 * flow_hub_keeper_new:
 * @services: who gets to know the hub
 *
 * Returns: (transfer full): a keeper without a hub
 */
FlowHubKeeper *
flow_hub_keeper_new (FlowServices *services)
{
  FlowHubKeeper *self = g_object_new (FLOW_TYPE_HUB_KEEPER, NULL);

  self->services = g_object_ref (services);
  return self;
}

/**
 * flow_hub_keeper_start:
 * @self: the keeper
 *
 * Start the hub, without waiting. One that has the data folder without a window is asked to hand it over. Nothing
 * happens while a hub runs, starts or stops.
 */
void
flow_hub_keeper_start (FlowHubKeeper *self)
{
  FlowHubOptions options = { .ports = FLOW_HUB_ALL_FROM_SETTINGS, .take_over = TRUE };

  if (self->hub != NULL)
    return;
  self->stop_wanted = FALSE;
  self->taken = FALSE;
  self->restart = FALSE;
  self->started_us = g_get_monotonic_time ();
  self->phase = FLOW_HUB_PHASE_OPENING;
  self->fraction = FLOW_JOB_PULSE;
  self->cancellable = g_cancellable_new ();
  self->hub = flow_hub_new (flow_services_get_context (self->services), flow_services_get_settings (self->services),
                            &options);
  g_signal_connect_swapped (self->hub, "edit-notice", G_CALLBACK (early_notice_cb), self);
  set_state (self, FLOW_HUB_STATE_STARTING);
  flow_hub_start_async (self->hub, progress_cb, self, self->cancellable, started_cb, g_object_ref (self));
}

/**
 * flow_hub_keeper_cancel:
 * @self: the keeper
 *
 * Give up a start, where that is still possible.
 */
void
flow_hub_keeper_cancel (FlowHubKeeper *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

/**
 * flow_hub_keeper_stop:
 * @self: the keeper
 *
 * Stop the hub, without waiting: the state says when it is over.
 */
void
flow_hub_keeper_stop (FlowHubKeeper *self)
{
  self->stop_wanted = TRUE;
  if (self->state == FLOW_HUB_STATE_RUNNING)
    begin_stop (self);
  else if (self->state == FLOW_HUB_STATE_STARTING)
    flow_hub_keeper_cancel (self);
}

/**
 * flow_hub_keeper_restart:
 * @self: the keeper
 *
 * Stop the hub and start it again, so that it listens where the settings say now. Nothing happens when none runs.
 */
void
flow_hub_keeper_restart (FlowHubKeeper *self)
{
  if (self->state != FLOW_HUB_STATE_RUNNING)
    return;
  self->restart = TRUE;
  begin_stop (self);
}

/**
 * flow_hub_keeper_get_state:
 * @self: the keeper
 *
 * Returns: how the hub is
 */
FlowHubState
flow_hub_keeper_get_state (FlowHubKeeper *self)
{
  return self->state;
}

/**
 * flow_hub_keeper_get_error:
 * @self: the keeper
 *
 * Returns: (transfer none) (nullable): why the hub could not start
 */
const GError *
flow_hub_keeper_get_error (FlowHubKeeper *self)
{
  return self->error;
}

/**
 * flow_hub_keeper_get_phase:
 * @self: the keeper
 *
 * Returns: (transfer none): what the start is at, for people
 */
const char *
flow_hub_keeper_get_phase (FlowHubKeeper *self)
{
  switch (self->phase)
    {
    case FLOW_HUB_PHASE_TAKING_OVER:
      return _ ("Taking over from the hub that runs without a window");
    case FLOW_HUB_PHASE_BACKING_UP:
      return _ ("Backing the database up before it changes");
    case FLOW_HUB_PHASE_MIGRATING:
      return _ ("Bringing the database up to date");
    case FLOW_HUB_PHASE_OPENING:
    default:
      return _ ("Opening the store");
    }
}

/**
 * flow_hub_keeper_get_fraction:
 * @self: the keeper
 *
 * Returns: how much of the phase is done, 0 to 1, or %FLOW_JOB_PULSE
 */
double
flow_hub_keeper_get_fraction (FlowHubKeeper *self)
{
  return self->fraction;
}

/**
 * flow_hub_keeper_get_replaced_unit:
 * @self: the keeper
 *
 * Returns: (transfer none) (nullable): the unit of the service manager that ran the hub before; known from the end of a
 *   start on, also of one that failed or was cancelled
 */
const char *
flow_hub_keeper_get_replaced_unit (FlowHubKeeper *self)
{
  return self->replaced_unit;
}
