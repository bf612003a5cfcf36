/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-control"

#include "hub/flow-control.h"

#include "hub/flow-hub-private.h"
#include "hub/flow-json-read.h"
#include "hub/flow-public.h"

#define CONTROL_PREFIX "/control/"
/* A text of 4 MiB, with its characters escaped. */
#define BODY_LIMIT (16 * 1024 * 1024)

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
done_cb (GBytes *answer, const GError *error, gpointer data)
{
  g_autoptr (FlowHttpExchange) exchange = data;

  if (error != NULL)
    flow_http_exchange_fail_error (exchange, NULL, error);
  else
    flow_http_exchange_respond (exchange, 200, "application/json", answer);
}

static void
body_cb (FlowHttpExchange *exchange, gpointer data)
{
  g_autoptr (GBytes) body = flow_http_exchange_take_body (exchange);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) arguments = NULL;

  arguments = flow_json_read_object (g_bytes_get_data (body, NULL), g_bytes_get_size (body), &error);
  if (arguments == NULL)
    flow_http_exchange_fail_error (exchange, "json", error);
  else
    flow_control_run (data, find_verb (flow_http_exchange_get_head (exchange)), arguments, done_cb,
                      flow_http_exchange_ref (exchange));
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
