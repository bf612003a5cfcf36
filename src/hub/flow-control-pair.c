/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-control"

#include "hub/flow-control.h"
#include "hub/flow-hub-private.h"
#include "hub/flow-json-read.h"

/* What is done for the owner's thread on the hub's, while the former waits. */
typedef struct
{
  FlowHub *hub;
  const char *what;
  gboolean allow;
  GError *error;
} PairCall;

static gboolean
run_list (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  flow_json_writer_key (answer, "origins");
  flow_origins_write (hub->origins, (const char *const *) hub->allowed_origins->pdata, hub->settings->denied_origins,
                      answer);
  flow_json_writer_key (answer, "clients");
  if (hub->clients != NULL)
    flow_clients_write (hub->clients, answer);
  else
    {
      flow_json_writer_begin_array (answer);
      flow_json_writer_end_array (answer);
    }
  flow_json_writer_key (answer, "requests");
  flow_pairing_write (hub->pairing, answer);
  return TRUE;
}

static gboolean
change_origin (FlowHub *hub, const char *origin, FlowOriginAnswer what, GError **error)
{
  if (!flow_guard_is_origin (origin))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                           "\"origin\" must be like https://app.example or http://localhost:3000");
      return FALSE;
    }
  if (!flow_hub_change_origin (hub, origin, what, error))
    return FALSE;
  flow_hub_apply_settings (hub);
  return TRUE;
}

static void
answer_call (gpointer data)
{
  PairCall *call = data;

  if (flow_pairing_answer (call->hub->pairing, call->what, call->allow, &call->error))
    flow_hub_news_change (call->hub->news);
}

static void
forget_call (gpointer data)
{
  PairCall *call = data;

  flow_hub_forget_client (call->hub, call->what, &call->error);
}

static gboolean
run_on_hub (FlowHub *hub, FlowWorkerFunc func, const char *what, gboolean allow, GError **error)
{
  PairCall call = { hub, what, allow, NULL };

  flow_worker_call (hub->worker, func, &call);
  if (call.error == NULL)
    return TRUE;
  g_propagate_error (error, call.error);
  return FALSE;
}

/* About a web origin, or a program that asks to be paired: by its request or by the code that the user sees. */
static gboolean
answer_pair (FlowHub *hub, JsonObject *arguments, FlowOriginAnswer what, GError **error)
{
  const char *request = flow_json_get_string (arguments, "request");
  const char *origin;

  if (request == NULL)
    request = flow_json_get_string (arguments, "code");
  if (request != NULL)
    return run_on_hub (hub, answer_call, request, what != FLOW_ORIGIN_DENY, error);
  origin = flow_control_require_string (arguments, "origin", error);
  return origin != NULL && change_origin (hub, origin, what, error);
}

static gboolean
run_allow (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  gboolean once = flow_json_get_bool (arguments, "once");

  return answer_pair (hub, arguments, once ? FLOW_ORIGIN_ALLOW_ONCE : FLOW_ORIGIN_ALLOW, error);
}

static gboolean
run_deny (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  return answer_pair (hub, arguments, FLOW_ORIGIN_DENY, error);
}

static gboolean
run_forget (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  const char *client = flow_json_get_string (arguments, "client");
  const char *origin;

  if (client != NULL)
    return run_on_hub (hub, forget_call, client, FALSE, error);
  origin = flow_control_require_string (arguments, "origin", error);
  return origin != NULL && change_origin (hub, origin, FLOW_ORIGIN_FORGET, error);
}

const FlowControlVerb flow_control_pair_verbs[] = {
  { "pair-list", FLOW_CONTROL_HUB, run_list },
  { "pair-allow", FLOW_CONTROL_MAIN, run_allow },
  { "pair-deny", FLOW_CONTROL_MAIN, run_deny },
  { "pair-forget", FLOW_CONTROL_MAIN, run_forget },
  { NULL },
};
