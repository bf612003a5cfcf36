/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-control"

#include "hub/flow-control.h"

#include "hub/flow-hub-private.h"
#include "hub/flow-json-read.h"
#include "hub/flow-public.h"

#define CONTROL_PREFIX "/control/"
#define BODY_LIMIT (1024 * 1024)

/* One verb on its way from its body to its answer. */
typedef struct
{
  FlowCall call;
  FlowHub *hub;
  FlowHttpExchange *exchange;
  const FlowControlVerb *verb;
  JsonObject *arguments;
  GString *answer;
  GError *error;
} Job;

static void
job_free (Job *job)
{
  flow_http_exchange_unref (job->exchange);
  json_object_unref (job->arguments);
  if (job->answer != NULL)
    g_string_free (job->answer, TRUE);
  g_clear_error (&job->error);
  g_free (job);
}

static void
finish_call (FlowCall *call)
{
  Job *job = (Job *) call;

  if (job->error != NULL)
    flow_http_exchange_fail_error (job->exchange, NULL, job->error);
  else
    {
      g_autoptr (GBytes) body = g_string_free_to_bytes (g_steal_pointer (&job->answer));

      flow_http_exchange_respond (job->exchange, 200, "application/json", body);
    }
  job_free (job);
}

static void
run (Job *job)
{
  FlowJsonWriter writer;

  job->answer = g_string_new (NULL);
  flow_json_writer_init (&writer, job->answer);
  flow_json_writer_begin_object (&writer);
  job->verb->run (job->hub, job->arguments, &writer, &job->error);
  flow_json_writer_end_object (&writer);
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

static void
start (Job *job)
{
  if (job->verb->thread != FLOW_CONTROL_HUB && !job->hub->open)
    {
      g_set_error_literal (&job->error, FLOW_ERROR, FLOW_ERROR_BUSY, "the hub is starting or stopping");
      finish_call (&job->call);
      return;
    }
  switch (job->verb->thread)
    {
    case FLOW_CONTROL_HUB:
      run (job);
      finish_call (&job->call);
      break;
    case FLOW_CONTROL_MAIN:
      g_main_context_invoke (job->hub->main, run_cb, job);
      break;
    case FLOW_CONTROL_WORKER:
      flow_worker_invoke (job->hub->control_worker, run_thread, job, NULL);
      break;
    default:
      g_assert_not_reached ();
    }
}

static const FlowControlVerb *
find_verb (const FlowHttpHead *head)
{
  if (!g_str_has_prefix (head->path, CONTROL_PREFIX))
    return NULL;
  return flow_control_find_verb (head->path + strlen (CONTROL_PREFIX));
}

static void
head_cb (FlowHttpExchange *exchange, gpointer data)
{
  const FlowHttpHead *head = flow_http_exchange_get_head (exchange);

  if (find_verb (head) == NULL)
    flow_http_exchange_fail (exchange, 0, FLOW_ERROR_NOT_FOUND, "path", "there is no such command");
  else if (!g_str_equal (head->method, "POST"))
    {
      flow_http_exchange_add_header (exchange, "Allow", "POST");
      flow_http_exchange_fail (exchange, 0, FLOW_ERROR_METHOD_NOT_ALLOWED, "method", "use POST");
    }
  else
    flow_http_exchange_accept_body (exchange, BODY_LIMIT);
}

static void
body_cb (FlowHttpExchange *exchange, gpointer data)
{
  g_autoptr (GBytes) body = flow_http_exchange_take_body (exchange);
  g_autoptr (GError) error = NULL;
  JsonObject *arguments;
  Job *job;

  arguments = flow_json_read_object (g_bytes_get_data (body, NULL), g_bytes_get_size (body), &error);
  if (arguments == NULL)
    {
      flow_http_exchange_fail_error (exchange, "json", error);
      return;
    }
  job = g_new0 (Job, 1);
  job->call.run = finish_call;
  job->hub = data;
  job->exchange = flow_http_exchange_ref (exchange);
  job->verb = find_verb (flow_http_exchange_get_head (exchange));
  job->arguments = arguments;
  start (job);
}

static GBytes *
error_body (FlowHttpExchange *exchange, guint status, FlowError code, const char *message, const char **content_type)
{
  return flow_json_error_body (status, code, message, content_type);
}

const FlowHttpHandler flow_control_handler = {
  .area = FLOW_GUARD_PRIVATE,
  .head = head_cb,
  .body = body_cb,
  .error_body = error_body,
};
