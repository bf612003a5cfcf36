/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-handlers"

#include "hub/handlers/flow-handlers-private.h"

/* What is asked of other threads: the answer comes back to the hub thread, and nobody hears it when the handlers go. */

typedef struct
{
  FlowHandlers *self;
  FlowMessage *message; /* (nullable) */
  FlowHandlersAnswer answer;
  gpointer data;
  GDestroyNotify destroy;
} Ask;

typedef struct
{
  FlowCall call;
  Ask *ask;
  FlowHandlersWork func;
  gpointer answer;
  GDestroyNotify free_answer;
  GError *error;
} Work;

static gsize
get_size (FlowMessage *message)
{
  return message != NULL ? g_bytes_get_size (flow_message_get_bytes (message)) : 0;
}

static Ask *
ask_new (FlowHandlers *self, FlowMessage *message, FlowHandlersAnswer answer, gpointer data, GDestroyNotify destroy)
{
  Ask *ask = g_new (Ask, 1);

  *ask = (Ask) { self, message != NULL ? flow_message_ref (message) : NULL, answer, data, destroy };
  self->under_way++;
  self->asked++;
  self->asked_bytes += get_size (message);
  return ask;
}

static void
ask_free (Ask *ask)
{
  g_clear_pointer (&ask->message, flow_message_unref);
  if (ask->destroy != NULL)
    ask->destroy (ask->data);
  g_free (ask);
}

static void
tell (Ask *ask, gpointer answer, const GError *error)
{
  FlowHandlers *self = ask->self;

  self->under_way--;
  self->asked--;
  self->asked_bytes -= get_size (ask->message);
  if (!g_cancellable_is_cancelled (self->cancellable))
    ask->answer (self, ask->message, answer, error, ask->data);
  ask_free (ask);
}

static void
queried_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Ask *ask = data;
  g_autoptr (GError) error = NULL;
  gpointer answer = flow_trace_queries_run_finish (FLOW_TRACE_QUERIES (source), result, &error);

  tell (ask, answer, error);
}

/**
 * flow_handlers_query:
 * @self: the handlers
 * @message: (nullable): what it is about
 * @func: asks the store, on a reader's thread
 * @data: (transfer full): for @func and @answer
 * @destroy: (nullable): frees @data, on the hub thread
 * @free_answer: (nullable): frees an answer that nobody takes
 * @answer: takes the answer
 *
 * Ask the store something.
 */
void
flow_handlers_query (FlowHandlers *self, FlowMessage *message, FlowTraceQueryFunc func, gpointer data,
                     GDestroyNotify destroy, GDestroyNotify free_answer, FlowHandlersAnswer answer)
{
  Ask *ask = ask_new (self, message, answer, data, destroy);

  flow_trace_queries_run_async (self->queries, func, data, NULL, free_answer, self->cancellable, queried_cb, ask);
}

static void
worked_call (FlowCall *call)
{
  Work *work = (Work *) call;
  gboolean late = g_cancellable_is_cancelled (work->ask->self->cancellable);

  if (late && work->answer != NULL)
    work->free_answer (work->answer);
  tell (work->ask, late ? NULL : work->answer, work->error);
  g_clear_error (&work->error);
  g_free (work);
}

/* On the worker's thread. */
static void
work_run (gpointer data)
{
  Work *work = data;

  if (!g_cancellable_is_cancelled (work->ask->self->cancellable))
    work->answer = work->func (work->ask->data, &work->error);
  flow_call_queue_push (work->ask->self->calls, &work->call);
}

/**
 * flow_handlers_work:
 * @self: the handlers
 * @message: (nullable): what it is about
 * @func: does it, on a thread for what may wait for disks and programs
 * @data: (transfer full): for @func and @answer
 * @destroy: (nullable): frees @data, on the hub thread
 * @free_answer: frees an answer that nobody takes
 * @answer: takes the answer
 *
 * Have something done that may take its time. What is asked is done one after the other.
 */
void
flow_handlers_work (FlowHandlers *self, FlowMessage *message, FlowHandlersWork func, gpointer data,
                    GDestroyNotify destroy, GDestroyNotify free_answer, FlowHandlersAnswer answer)
{
  Work *work = g_new0 (Work, 1);

  work->call.run = worked_call;
  work->ask = ask_new (self, message, answer, data, destroy);
  work->func = func;
  work->free_answer = free_answer;
  flow_worker_invoke (self->worker, work_run, work, NULL);
}

/**
 * flow_handlers_has_room:
 * @self: the handlers
 * @message: a message
 * @error: return location
 *
 * Find out whether something more may be asked of other threads: whoever asks faster than they answer has to wait.
 *
 * Returns: %FALSE with %FLOW_ERROR_BUSY when too much waits already
 */
gboolean
flow_handlers_has_room (FlowHandlers *self, FlowMessage *message, GError **error)
{
  if (self->asked < FLOW_HANDLERS_ASKED && self->asked_bytes + get_size (message) <= FLOW_HANDLERS_ASKED_BYTES)
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BUSY, "the hub has too much to do; try again in a moment");
  return FALSE;
}

/**
 * flow_handlers_wait:
 * @self: the handlers
 *
 * Wait for all that was asked; nobody hears the answers any more.
 */
void
flow_handlers_wait (FlowHandlers *self)
{
  GMainContext *context = g_main_context_get_thread_default ();

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->worker, flow_worker_free);
  flow_call_queue_drain (self->calls);
  while (self->under_way > 0)
    g_main_context_iteration (context, TRUE);
}

/**
 * flow_handlers_fail:
 * @self: the handlers
 * @message: a message
 * @error: why it could not be done
 *
 * Tell its sender.
 */
void
flow_handlers_fail (FlowHandlers *self, FlowMessage *message, const GError *error)
{
  FlowError code = error->domain == FLOW_ERROR ? (FlowError) error->code : FLOW_ERROR_FAILED;

  flow_router_error (self->router, message, code, error->message);
}
