/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-call-queue"

#include "base/flow-call-queue.h"

/**
 * FlowCallQueue:
 *
 * The way back to a thread with a main context: any thread pushes, the context's thread runs. However many
 * calls one group commit brings, the thread is woken once for them.
 */
struct _FlowCallQueue
{
  GSource *source;
  GMutex mutex;
  FlowCall *head;
  FlowCall **tail;
};

typedef struct
{
  GSource source;
  FlowCallQueue *queue;
} CallSource;

static gboolean
call_source_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  FlowCallQueue *self = ((CallSource *) source)->queue;

  g_source_set_ready_time (source, -1);
  flow_call_queue_drain (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs call_source_funcs = { .dispatch = call_source_dispatch };

/**
 * flow_call_queue_new:
 * @context: the context whose thread runs the calls
 * @name: name of the source
 *
 * Make a queue.
 *
 * Returns: (transfer full): the queue
 */
FlowCallQueue *
flow_call_queue_new (GMainContext *context, const char *name)
{
  FlowCallQueue *self = g_new0 (FlowCallQueue, 1);

  g_mutex_init (&self->mutex);
  self->tail = &self->head;
  self->source = g_source_new (&call_source_funcs, sizeof (CallSource));
  ((CallSource *) self->source)->queue = self;
  g_source_set_name (self->source, name);
  g_source_attach (self->source, context);
  return self;
}

/**
 * flow_call_queue_push:
 * @self: a queue
 * @call: (transfer full): a call that is in no queue
 *
 * Post a call from any thread. Calls run in the order in which they were pushed.
 */
void
flow_call_queue_push (FlowCallQueue *self, FlowCall *call)
{
  call->next = NULL;
  /* The source is woken under the lock, so that a queue that was drained meanwhile can be freed. */
  g_mutex_lock (&self->mutex);
  if (self->head == NULL)
    g_source_set_ready_time (self->source, 0);
  *self->tail = call;
  self->tail = &call->next;
  g_mutex_unlock (&self->mutex);
}

/**
 * flow_call_queue_drain:
 * @self: a queue
 *
 * Run what has been pushed, on the calling thread, which must be the context's.
 */
void
flow_call_queue_drain (FlowCallQueue *self)
{
  FlowCall *call;

  g_mutex_lock (&self->mutex);
  call = g_steal_pointer (&self->head);
  self->tail = &self->head;
  g_mutex_unlock (&self->mutex);

  while (call != NULL)
    {
      FlowCall *next = call->next;

      call->run (call);
      call = next;
    }
}

/**
 * flow_call_queue_free:
 * @self: (transfer full): a queue that nobody pushes to any more
 *
 * Run what is left and free the queue.
 */
void
flow_call_queue_free (FlowCallQueue *self)
{
  flow_call_queue_drain (self);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
