/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-log.h"

#include "base/flow-id.h"
#include "cloud/flow-cloud.h"

static GLogLevelFlags
get_level (const FlowCloudExchange *exchange)
{
  if (exchange->status >= 500)
    return G_LOG_LEVEL_WARNING;
  return flow_cloud_get_options (exchange->request.cloud)->log_requests ? G_LOG_LEVEL_MESSAGE : G_LOG_LEVEL_INFO;
}

/**
 * flow_cloud_log_exchange:
 * @exchange: an exchange that has an answer
 *
 * Write a line about a request: as text for people, with its parts as members for programs. What could be a secret is
 * in neither: no token, no query, no name, no id of what was asked for.
 */
void
flow_cloud_log_exchange (const FlowCloudExchange *exchange)
{
  const FlowCloudRequest *request = &exchange->request;
  GLogLevelFlags level = get_level (exchange);
  const char *method = soup_server_message_get_method (exchange->message);
  const char *path = request->route != NULL ? request->route->path : "-";
  gint64 duration_us = g_get_monotonic_time () - exchange->started_us;
  g_autofree char *status = NULL;
  g_autofree char *duration = NULL;
  char user[FLOW_CLOUD_ID_HEX] = "-";

  if (g_log_writer_default_would_drop (level, G_LOG_DOMAIN))
    return;
  status = g_strdup_printf ("%u", exchange->status);
  duration = g_strdup_printf ("%.1f", (double) duration_us / 1000.0);
  if (request->caller.user != 0)
    flow_id_to_hex (request->caller.user_id, FLOW_CLOUD_ID_SIZE, user);
  g_log_structured (G_LOG_DOMAIN, level, "FLOW_METHOD", method, "FLOW_ROUTE", path, "FLOW_STATUS", status, "FLOW_CODE",
                    exchange->code != NULL ? exchange->code : "", "FLOW_DURATION_MS", duration, "FLOW_PEER",
                    request->peer, "FLOW_USER", user, "FLOW_DEVICE", request->caller.device_hex, "MESSAGE",
                    "%s %s %s%s%s %s ms %s", method, path, status, exchange->code != NULL ? " " : "",
                    exchange->code != NULL ? exchange->code : "", duration, request->peer);
}
