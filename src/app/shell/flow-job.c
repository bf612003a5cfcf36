/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-job"

#include "app/shell/flow-job.h"

/**
 * FlowJob:
 *
 * One piece of long work as a person sees it: what it is, how far it is, and a way to stop it. The work itself is
 * somebody else's; a job only tells of it. Belongs to the main thread.
 */
struct _FlowJob
{
  GObject parent_instance;

  char *title;
  char *detail;
  double fraction;
  GCancellable *cancellable;
  gboolean keep;
  FlowJobState state;
  GError *error;
};

G_DEFINE_FINAL_TYPE (FlowJob, flow_job, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_DETAIL,
  PROP_FRACTION,
  PROP_CANCELLABLE,
  PROP_STATE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
flow_job_finalize (GObject *object)
{
  FlowJob *self = FLOW_JOB (object);

  g_free (self->title);
  g_free (self->detail);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (flow_job_parent_class)->finalize (object);
}

static void
flow_job_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  FlowJob *self = FLOW_JOB (object);

  switch (id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_DETAIL:
      g_value_set_string (value, self->detail);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, self->fraction);
      break;
    case PROP_CANCELLABLE:
      g_value_set_object (value, self->cancellable);
      break;
    case PROP_STATE:
      g_value_set_int (value, (int) self->state);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
flow_job_class_init (FlowJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flow_job_finalize;
  object_class->get_property = flow_job_get_property;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, FLOW_JOB_PULSE, 1, FLOW_JOB_PULSE,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_CANCELLABLE] = g_param_spec_object ("cancellable", NULL, NULL, G_TYPE_CANCELLABLE,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, FLOW_JOB_RUNNING, FLOW_JOB_CANCELLED,
                                             FLOW_JOB_RUNNING, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flow_job_init (FlowJob *self)
{
  self->fraction = FLOW_JOB_PULSE;
  self->keep = TRUE;
}

/**
 * flow_job_new:
 * @title: what is done, like “Importing traces.json”
 * @cancellable: (nullable): what stops it, %NULL for work that cannot be stopped
 *
 * Returns: (transfer full): a running job of which no end is known
 */
FlowJob *
flow_job_new (const char *title, GCancellable *cancellable)
{
  FlowJob *self = g_object_new (FLOW_TYPE_JOB, NULL);

  self->title = g_strdup (title);
  g_set_object (&self->cancellable, cancellable);
  return self;
}

/**
 * flow_job_get_title:
 * @self: a job
 *
 * Returns: (transfer none): what is done
 */
const char *
flow_job_get_title (FlowJob *self)
{
  return self->title;
}

/**
 * flow_job_get_detail:
 * @self: a job
 *
 * Returns: (transfer none) (nullable): what it is at, or what came of it
 */
const char *
flow_job_get_detail (FlowJob *self)
{
  return self->detail;
}

/**
 * flow_job_set_detail:
 * @self: a job
 * @detail: (nullable): a few words, like “12,000 spans”
 *
 * Say what the job is at. The last one is what its end is told with.
 */
void
flow_job_set_detail (FlowJob *self, const char *detail)
{
  if (g_strcmp0 (self->detail, detail) == 0)
    return;
  g_free (self->detail);
  self->detail = g_strdup (detail);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DETAIL]);
}

/**
 * flow_job_get_fraction:
 * @self: a job
 *
 * Returns: 0 to 1, or %FLOW_JOB_PULSE
 */
double
flow_job_get_fraction (FlowJob *self)
{
  return self->fraction;
}

/**
 * flow_job_set_fraction:
 * @self: a job
 * @fraction: 0 to 1, or %FLOW_JOB_PULSE when the end is not known
 *
 * Say how far the job is.
 */
void
flow_job_set_fraction (FlowJob *self, double fraction)
{
  double value = fraction < 0 ? FLOW_JOB_PULSE : MIN (fraction, 1.0);

  if (value == self->fraction)
    return;
  self->fraction = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
}

/**
 * flow_job_get_cancellable:
 * @self: a job
 *
 * Returns: (transfer none) (nullable): what stops it
 */
GCancellable *
flow_job_get_cancellable (FlowJob *self)
{
  return self->cancellable;
}

/**
 * flow_job_set_cancellable:
 * @self: a job
 * @cancellable: (nullable): what stops it
 *
 * Say that from now on the job can, or can no longer, be stopped.
 */
void
flow_job_set_cancellable (FlowJob *self, GCancellable *cancellable)
{
  if (g_set_object (&self->cancellable, cancellable))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CANCELLABLE]);
}

/**
 * flow_job_get_keep:
 * @self: a job
 *
 * Returns: whether something would be lost if the program ended now
 */
gboolean
flow_job_get_keep (FlowJob *self)
{
  return self->keep;
}

/**
 * flow_job_set_keep:
 * @self: a job
 * @keep: whether something would be lost if the program ended now; a new job says yes
 *
 * Say whether quitting should ask because of this job.
 */
void
flow_job_set_keep (FlowJob *self, gboolean keep)
{
  self->keep = keep;
}

/**
 * flow_job_get_state:
 * @self: a job
 *
 * Returns: how far it is
 */
FlowJobState
flow_job_get_state (FlowJob *self)
{
  return self->state;
}

/**
 * flow_job_get_error:
 * @self: a job
 *
 * Returns: (transfer none) (nullable): why it failed
 */
const GError *
flow_job_get_error (FlowJob *self)
{
  return self->error;
}

/**
 * flow_job_finish:
 * @self: a running job
 * @error: (nullable): what ended it; %G_IO_ERROR_CANCELLED counts as cancelled
 *
 * Say that the job ended. It leaves the list of jobs then.
 */
void
flow_job_finish (FlowJob *self, const GError *error)
{
  g_return_if_fail (self->state == FLOW_JOB_RUNNING);

  if (error == NULL)
    self->state = FLOW_JOB_DONE;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    self->state = FLOW_JOB_CANCELLED;
  else
    self->state = FLOW_JOB_FAILED;
  if (error != NULL)
    self->error = g_error_copy (error);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}
