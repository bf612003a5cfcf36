/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-control"

#include "hub/flow-control.h"
#include "hub/flow-hub-private.h"

/* One verb on its way to its thread and back. */
struct _FlowControlReply
{
  FlowCall call;
  FlowHub *hub;
  const FlowControlVerb *verb;
  JsonObject *arguments;
  GString *answer;
  FlowJsonWriter writer;
  GError *error;
  FlowControlDone done;
  gpointer data;
};

typedef FlowControlReply Job;

static void
finish_call (FlowCall *call)
{
  Job *job = (Job *) call;
  g_autoptr (GBytes) answer = NULL;

  if (job->answer != NULL)
    answer = g_string_free_to_bytes (g_steal_pointer (&job->answer));
  job->done (job->error == NULL ? answer : NULL, job->error, job->data);
  json_object_unref (job->arguments);
  g_clear_error (&job->error);
  g_free (job);
}

static void
begin_answer (Job *job)
{
  job->answer = g_string_new (NULL);
  flow_json_writer_init (&job->writer, job->answer);
  flow_json_writer_begin_object (&job->writer);
}

static void
run (Job *job)
{
  begin_answer (job);
  job->verb->run (job->hub, job->arguments, &job->writer, &job->error);
  flow_json_writer_end_object (&job->writer);
}

/* On the main or the control thread. */
static void
run_thread (gpointer data)
{
  Job *job = data;
  FlowCallQueue *calls = job->hub->calls;

  run (job);
  flow_call_queue_push (calls, &job->call);
}

static gboolean
run_cb (gpointer data)
{
  run_thread (data);
  return G_SOURCE_REMOVE;
}

/**
 * flow_control_reply_get_writer:
 * @self: an answer that is owed
 *
 * Returns: (transfer none): where the members of its object go
 */
FlowJsonWriter *
flow_control_reply_get_writer (FlowControlReply *self)
{
  return &self->writer;
}

/**
 * flow_control_reply_end:
 * @self: (transfer full): an answer that is owed
 * @error: (nullable): why it is none
 *
 * Give the answer.
 */
void
flow_control_reply_end (FlowControlReply *self, const GError *error)
{
  flow_json_writer_end_object (&self->writer);
  if (error != NULL)
    self->error = g_error_copy (error);
  finish_call (&self->call);
}

/**
 * flow_control_run:
 * @hub: a hub
 * @verb: what to do
 * @arguments: with what
 * @done: hears the answer, maybe at once
 * @data: for @done
 *
 * Do what a verb says, on the thread where it belongs. On the hub thread.
 */
void
flow_control_run (FlowHub *hub, const FlowControlVerb *verb, JsonObject *arguments, FlowControlDone done, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->call.run = finish_call;
  job->hub = hub;
  job->verb = verb;
  job->arguments = json_object_ref (arguments);
  job->done = done;
  job->data = data;
  if (verb->thread != FLOW_CONTROL_HUB && !hub->open)
    {
      g_set_error_literal (&job->error, FLOW_ERROR, FLOW_ERROR_BUSY, "the hub is starting or stopping");
      finish_call (&job->call);
      return;
    }
  switch (verb->thread)
    {
    case FLOW_CONTROL_HUB:
      run (job);
      finish_call (&job->call);
      break;
    case FLOW_CONTROL_LATER:
      begin_answer (job);
      verb->begin (hub, arguments, job);
      break;
    case FLOW_CONTROL_MAIN:
      g_main_context_invoke (hub->main, run_cb, job);
      break;
    case FLOW_CONTROL_WORKER:
      flow_worker_invoke (hub->control_worker, run_thread, job, NULL);
      break;
    default:
      g_assert_not_reached ();
    }
}
