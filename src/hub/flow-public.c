/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-public"

#include "hub/flow-public.h"

#include "base/flow-version.h"
#include "hub/flow-hub-private.h"
#include "message/flow-json-writer.h"

#define HEALTH_PATH "/healthz"
#define WELL_KNOWN_PATH "/.well-known/flowscope"

/**
 * flow_public_has_path:
 * @path: a request's path
 *
 * Returns: whether it is one of those that anybody on this machine may read
 */
gboolean
flow_public_has_path (const char *path)
{
  return g_str_equal (path, HEALTH_PATH) || g_str_equal (path, WELL_KNOWN_PATH);
}

/**
 * flow_json_error_body:
 * @status: the HTTP status
 * @code: what went wrong
 * @message: what to tell
 * @content_type: (out): the answer's `Content-Type`
 *
 * Say an error as `{error: {code, message, advice}}`, with the words of `errors.json`.
 *
 * Returns: (transfer full): the answer's body
 */
GBytes *
flow_json_error_body (guint status, FlowError code, const char *message, const char **content_type)
{
  const FlowErrorInfo *info = flow_error_info (code);
  GString *out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "error");
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "code");
  flow_json_writer_string (&writer, info->code, -1);
  flow_json_writer_key (&writer, "message");
  flow_json_writer_string (&writer, message, -1);
  flow_json_writer_key (&writer, "advice");
  flow_json_writer_string (&writer, info->advice, -1);
  flow_json_writer_end_object (&writer);
  flow_json_writer_end_object (&writer);
  *content_type = "application/json";
  return g_string_free_to_bytes (out);
}

static void
respond (FlowHttpExchange *exchange, guint status, GString *json)
{
  g_autoptr (GBytes) body = g_string_free_to_bytes (json);

  flow_http_exchange_add_header (exchange, "Cache-Control", "no-store");
  flow_http_exchange_respond (exchange, status, "application/json", body);
}

static void
respond_well_known (FlowHttpExchange *exchange)
{
  GString *out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "name");
  flow_json_writer_string (&writer, "FlowScope", -1);
  flow_json_writer_key (&writer, "protocol");
  flow_json_writer_int64 (&writer, FLOW_HUB_PROTOCOL);
  flow_json_writer_key (&writer, "version");
  flow_json_writer_string (&writer, FLOW_VERSION, -1);
  flow_json_writer_end_object (&writer);
  respond (exchange, 200, out);
}

/* Says how the hub is, and nothing of what it holds or where. */
static void
respond_health (FlowHub *hub, FlowHttpExchange *exchange)
{
  const char *trouble = flow_hub_get_trouble (hub);
  GString *out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "status");
  flow_json_writer_string (&writer, trouble == NULL ? "ok" : "degraded", -1);
  flow_json_writer_key (&writer, "store");
  flow_json_writer_string (&writer, trouble == NULL ? "ok" : trouble, -1);
  flow_json_writer_key (&writer, "capture");
  flow_json_writer_bool (&writer, hub->settings->capture_enabled);
  flow_json_writer_end_object (&writer);
  respond (exchange, trouble == NULL ? 200 : 503, out);
}

static void
head_cb (FlowHttpExchange *exchange, gpointer data)
{
  flow_http_exchange_only_get (exchange, TRUE);
}

static void
body_cb (FlowHttpExchange *exchange, gpointer data)
{
  if (g_str_equal (flow_http_exchange_get_head (exchange)->path, HEALTH_PATH))
    respond_health (data, exchange);
  else
    respond_well_known (exchange);
}

static GBytes *
error_body (FlowHttpExchange *exchange, guint status, FlowError code, const char *message, const char **content_type)
{
  return flow_json_error_body (status, code, message, content_type);
}

const FlowHttpHandler flow_public_handler = {
  .area = FLOW_GUARD_PUBLIC,
  .head = head_cb,
  .body = body_cb,
  .error_body = error_body,
};
