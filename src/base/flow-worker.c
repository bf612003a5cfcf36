/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-worker"

#include "base/flow-worker.h"

/**
 * FlowWorker:
 *
 * A named thread with a main context of its own. Objects that belong to the thread are made, used and
 * freed by functions invoked on it; what other threads hand over is immutable.
 */
struct _FlowWorker
{
  char *name;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  GMutex mutex; /* guards stopping against a push that comes at the same moment */
  gboolean stopping;
};

typedef struct
{
  FlowWorkerFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Invocation;

typedef struct
{
  FlowWorkerFunc func;
  gpointer data;
  GMutex mutex;
  GCond cond;
  gboolean done;
} Call;

/* The worker whose thread this is. */
static GPrivate current = G_PRIVATE_INIT (NULL);

static void
invocation_free (gpointer data)
{
  Invocation *invocation = data;

  if (invocation->destroy != NULL)
    invocation->destroy (invocation->data);
  g_free (invocation);
}

static gboolean
invocation_cb (gpointer data)
{
  Invocation *invocation = data;

  invocation->func (invocation->data);
  return G_SOURCE_REMOVE;
}

static void
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
}

static void
call_cb (gpointer data)
{
  Call *call = data;

  call->func (call->data);
  g_mutex_lock (&call->mutex);
  call->done = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->mutex);
}

static gpointer
worker_thread (gpointer data)
{
  FlowWorker *self = data;

  g_private_set (&current, self);
  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  /* What is ready now was posted before the thread is joined, by sources of the thread itself. */
  while (g_main_context_iteration (self->context, FALSE))
    continue;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
attach (FlowWorker *self, FlowWorkerFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Invocation *invocation = g_new (Invocation, 1);

  *invocation = (Invocation) { func, data, destroy };
  g_source_set_name (source, self->name);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, invocation_cb, invocation, invocation_free);
  g_source_attach (source, self->context);
}

/**
 * flow_worker_new:
 * @name: at most 15 bytes are seen in debuggers
 *
 * Start a thread that runs a main loop until flow_worker_stop().
 *
 * Returns: (transfer full): the worker
 */
FlowWorker *
flow_worker_new (const char *name)
{
  FlowWorker *self;

  g_return_val_if_fail (name != NULL, NULL);

  self = g_new0 (FlowWorker, 1);
  self->name = g_strdup (name);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  g_mutex_init (&self->mutex);
  self->thread = g_thread_new (name, worker_thread, self);
  return self;
}

/**
 * flow_worker_get_context:
 * @self: a worker
 *
 * Get the main context that is the thread's default.
 *
 * Returns: (transfer none): the context
 */
GMainContext *
flow_worker_get_context (FlowWorker *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->context;
}

/**
 * flow_worker_is_current:
 * @self: a worker
 *
 * Find out whether the caller runs on the worker's thread.
 *
 * Returns: %TRUE if so
 */
gboolean
flow_worker_is_current (FlowWorker *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return g_private_get (&current) == self;
}

/**
 * flow_worker_invoke:
 * @self: a worker
 * @func: what to run on its thread
 * @data: for @func
 * @destroy: (nullable): frees @data; on the worker's thread after @func, or here when refused
 *
 * Post a function to the thread and return at once. Functions run in the order in which they were posted.
 *
 * Returns: %FALSE when the worker is stopping: @func will not run
 */
gboolean
flow_worker_invoke (FlowWorker *self, FlowWorkerFunc func, gpointer data, GDestroyNotify destroy)
{
  gboolean accepted;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (func != NULL, FALSE);

  g_mutex_lock (&self->mutex);
  accepted = !self->stopping;
  if (accepted)
    attach (self, func, data, destroy);
  g_mutex_unlock (&self->mutex);

  if (!accepted && destroy != NULL)
    destroy (data);
  return accepted;
}

/**
 * flow_worker_call:
 * @self: a worker that has not been stopped
 * @func: what to run on its thread
 * @data: for @func
 *
 * Run a function on the thread and wait until it has returned. On the thread itself it runs at once.
 */
void
flow_worker_call (FlowWorker *self, FlowWorkerFunc func, gpointer data)
{
  Call call = { .func = func, .data = data };

  g_return_if_fail (self != NULL);
  g_return_if_fail (func != NULL);

  if (flow_worker_is_current (self))
    {
      func (data);
      return;
    }

  g_mutex_init (&call.mutex);
  g_cond_init (&call.cond);
  if (flow_worker_invoke (self, call_cb, &call, NULL))
    {
      g_mutex_lock (&call.mutex);
      while (!call.done)
        g_cond_wait (&call.cond, &call.mutex);
      g_mutex_unlock (&call.mutex);
    }
  g_cond_clear (&call.cond);
  g_mutex_clear (&call.mutex);
}

/**
 * flow_worker_stop:
 * @self: a worker
 *
 * Run what has been posted, then end the thread and join it. Later posts are refused. A second call does
 * nothing. Must not be called on the worker's own thread.
 */
void
flow_worker_stop (FlowWorker *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (!flow_worker_is_current (self));

  g_mutex_lock (&self->mutex);
  if (!self->stopping)
    {
      self->stopping = TRUE;
      attach (self, quit_cb, self->loop, NULL);
    }
  g_mutex_unlock (&self->mutex);

  g_clear_pointer (&self->thread, g_thread_join);
}

/**
 * flow_worker_free:
 * @self: a worker
 *
 * Stop the worker if need be, and free it.
 */
void
flow_worker_free (FlowWorker *self)
{
  flow_worker_stop (self);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_free (self->name);
  g_free (self);
}
