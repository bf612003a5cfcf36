/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-jobs"

#include "app/shell/flow-jobs.h"

/**
 * FlowJobs:
 *
 * The long work that runs now, oldest first: a [iface@Gio.ListModel] of [class@FlowJob]. A job that ends leaves it, and
 * [signal@FlowJobs::finished] tells how it ended.
 */
struct _FlowJobs
{
  GObject parent_instance;

  GPtrArray *jobs;
};

static GType
get_item_type (GListModel *model)
{
  return FLOW_TYPE_JOB;
}

static guint
get_n_items (GListModel *model)
{
  return FLOW_JOBS (model)->jobs->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  FlowJobs *self = FLOW_JOBS (model);

  return position < self->jobs->len ? g_object_ref (g_ptr_array_index (self->jobs, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FlowJobs, flow_jobs, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  FINISHED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
state_cb (FlowJob *job, GParamSpec *pspec, FlowJobs *self)
{
  g_autoptr (FlowJob) kept = g_object_ref (job);
  guint position;

  if (flow_job_get_state (job) == FLOW_JOB_RUNNING || !g_ptr_array_find (self->jobs, job, &position))
    return;
  g_signal_handlers_disconnect_by_func (job, state_cb, self);
  g_ptr_array_remove_index (self->jobs, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  g_signal_emit (self, signals[FINISHED], 0, kept);
}

static void
flow_jobs_dispose (GObject *object)
{
  FlowJobs *self = FLOW_JOBS (object);

  for (guint i = 0; i < self->jobs->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->jobs, i), self);
  g_ptr_array_set_size (self->jobs, 0);

  G_OBJECT_CLASS (flow_jobs_parent_class)->dispose (object);
}

static void
flow_jobs_finalize (GObject *object)
{
  g_ptr_array_unref (FLOW_JOBS (object)->jobs);

  G_OBJECT_CLASS (flow_jobs_parent_class)->finalize (object);
}

static void
flow_jobs_class_init (FlowJobsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = flow_jobs_dispose;
  object_class->finalize = flow_jobs_finalize;

  /**
   * FlowJobs::finished:
   * @self: the jobs
   * @job: one that is no longer in the list
   *
   * Emitted when a job was done, failed or was cancelled.
   */
  signals[FINISHED] = g_signal_new ("finished", FLOW_TYPE_JOBS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                    FLOW_TYPE_JOB);
}

static void
flow_jobs_init (FlowJobs *self)
{
  self->jobs = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * flow_jobs_new:
 *
 * Returns: (transfer full): no jobs
 */
FlowJobs *
flow_jobs_new (void)
{
  return g_object_new (FLOW_TYPE_JOBS, NULL);
}

/**
 * flow_jobs_begin:
 * @self: the jobs
 * @title: what is done
 * @cancellable: (nullable): what stops it
 *
 * Show that long work began. Whoever does the work keeps the job and ends it with flow_job_finish().
 *
 * Returns: (transfer full): the job
 */
FlowJob *
flow_jobs_begin (FlowJobs *self, const char *title, GCancellable *cancellable)
{
  FlowJob *job = flow_job_new (title, cancellable);

  g_signal_connect (job, "notify::state", G_CALLBACK (state_cb), self);
  g_ptr_array_add (self->jobs, g_object_ref (job));
  g_list_model_items_changed (G_LIST_MODEL (self), self->jobs->len - 1, 0, 1);
  return job;
}

/**
 * flow_jobs_get_keep:
 * @self: the jobs
 *
 * Returns: whether something would be lost if the program ended now
 */
gboolean
flow_jobs_get_keep (FlowJobs *self)
{
  for (guint i = 0; i < self->jobs->len; i++)
    {
      if (flow_job_get_keep (g_ptr_array_index (self->jobs, i)))
        return TRUE;
    }
  return FALSE;
}

/**
 * flow_jobs_cancel:
 * @self: the jobs
 *
 * Stop everything that can be stopped.
 */
void
flow_jobs_cancel (FlowJobs *self)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);

  /* A job may end at once, and leave the list. */
  for (guint i = 0; i < self->jobs->len; i++)
    g_ptr_array_add (jobs, g_object_ref (g_ptr_array_index (self->jobs, i)));
  for (guint i = 0; i < jobs->len; i++)
    {
      GCancellable *cancellable = flow_job_get_cancellable (g_ptr_array_index (jobs, i));

      if (cancellable != NULL)
        g_cancellable_cancel (cancellable);
    }
}
