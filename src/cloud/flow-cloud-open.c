/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "base/flow-id.h"
#include "base/flow-version.h"
#include "cloud/flow-cloud-private.h"
#include "message/flow-json-member.h"

/* What whoever runs the cloud asks it. */

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define BEARER "Bearer "

static void
start_health (FlowCloudRequest *request)
{
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "status", "ok", -1);
  flow_json_member_text (&writer, "version", FLOW_VERSION, -1);
  flow_json_member_int (&writer, "time_ms", request->now_ms);
  flow_json_writer_end_object (&writer);
  flow_cloud_request_answer_json (request, 200, out);
}

/* This machine, or who knows the token; a proxy is on this machine too, and says for whom it asks. */
static gboolean
may_see_metrics (FlowCloudRequest *request)
{
  const char *wanted = request->cloud->options->metrics_token;
  const char *header = flow_cloud_exchange_get_header ((FlowCloudExchange *) request, "Authorization");

  if (wanted == NULL)
    return flow_cloud_address_is_loopback (request->peer) &&
           flow_cloud_exchange_get_header ((FlowCloudExchange *) request, "X-Forwarded-For") == NULL;
  return header != NULL && g_str_has_prefix (header, BEARER) &&
         flow_id_equal_constant_time (header + strlen (BEARER), wanted);
}

static void
start_metrics (FlowCloudRequest *request)
{
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (!may_see_metrics (request))
    {
      flow_cloud_request_answer_error (request, FLOW_CLOUD_ERROR_FORBIDDEN,
                                       "only from the cloud's own machine, or with the token of --metrics-token");
      return;
    }
  text = flow_cloud_counters_write (request->cloud->counters, request->cloud);
  bytes = g_bytes_new (text, strlen (text));
  flow_cloud_request_answer_bytes (request, 200, METRICS_TYPE, bytes);
}

/* What wants to be a WebSocket gets here only on a connection that was used before: it needs one of its own. */
static void
start_socket (FlowCloudRequest *request)
{
  flow_cloud_request_add_header (request, "Connection", "close");
  flow_cloud_request_add_header (request, "Upgrade", "websocket");
  flow_cloud_request_answer_error (request, FLOW_CLOUD_ERROR_UPGRADE_REQUIRED, "this is a WebSocket");
}

const FlowCloudRoute flow_cloud_open_routes[] = {
  { "GET", "/healthz", FLOW_CLOUD_ROUTE_PUBLIC, 0, NULL, start_health },
  { "GET", "/metrics", FLOW_CLOUD_ROUTE_PUBLIC, 0, NULL, start_metrics },
  { "GET", FLOW_CLOUD_SOCKET_PATH, FLOW_CLOUD_ROUTE_PUBLIC, 0, NULL, start_socket },
  { NULL },
};
