/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-prometheus"

#include "hub/flow-prometheus.h"

#include "base/flow-version.h"
#include "hub/flow-hub-private.h"
#include "hub/flow-public.h"

/* The hub's own counters, as Prometheus reads them (text exposition format 0.0.4). */

#define CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

static void
begin (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# HELP flowscope_%s %s\n# TYPE flowscope_%s %s\n", name, help, name, type);
}

static void
append (GString *out, const char *name, const char *labels, guint64 value)
{
  g_string_append_printf (out, "flowscope_%s%s %" G_GUINT64_FORMAT "\n", name, labels, value);
}

static void
count (GString *out, const char *name, guint64 value, const char *help)
{
  begin (out, name, "counter", help);
  append (out, name, "", value);
}

static void
gauge (GString *out, const char *name, guint64 value, const char *help)
{
  begin (out, name, "gauge", help);
  append (out, name, "", value);
}

/* Numbers look the same in every language. */
static void
append_seconds (GString *out, const char *name, const char *labels, double ms)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (out, "flowscope_%s%s %s\n", name, labels,
                          g_ascii_formatd (buffer, sizeof buffer, "%.6f", ms / 1000));
}

static void
write_hub (FlowHub *hub, GString *out)
{
  gint64 up_ns = flow_clock_wall_ns (flow_clock_system ()) - hub->started_ns;

  begin (out, "info", "gauge", "The version that runs.");
  append (out, "info", "{version=\"" FLOW_VERSION "\"}", 1);
  gauge (out, "uptime_seconds", (guint64) MAX (up_ns, 0) / G_GUINT64_CONSTANT (1000000000), "Seconds since the start.");
  gauge (out, "trouble", flow_hub_get_trouble (hub) != NULL, "1 while nothing can be stored.");
  count (out, "requests_refused_total", flow_refusals_total (hub->refusals),
         "Requests and messages that were refused.");
}

static void
write_latency (const FlowEditsCounts *counts, GString *out)
{
  static const char name[] = "edit_latency_seconds";

  begin (out, name, "gauge", "Time from a change's arrival until it is durable.");
  if (!counts->has_latency)
    return;
  append_seconds (out, name, "{quantile=\"0.5\"}", counts->p50_ms);
  append_seconds (out, name, "{quantile=\"0.99\"}", counts->p99_ms);
}

static void
write_edits (FlowHub *hub, GString *out)
{
  FlowEditsCounts counts = { 0 };

  if (hub->edits != NULL)
    flow_edits_get_counts (flow_hub_edits_get_edits (hub->edits), &counts);
  begin (out, "edit_sessions", "gauge", "Texts that are edited.");
  append (out, "edit_sessions", "{state=\"open\"}", counts.open);
  append (out, "edit_sessions", "{state=\"detached\"}", counts.detached);
  count (out, "edit_sessions_opened_total", counts.opened, "Texts that were begun to be edited.");
  count (out, "edit_updates_total", counts.updates, "Changes that were taken.");
  count (out, "edit_errors_total", counts.errors, "Messages about texts that were wrong.");
  count (out, "edit_requests_refused_total", counts.refused, "Requests to edit a text that were refused.");
  count (out, "edit_conflicts_total", counts.conflicts, "Conflicts.");
  write_latency (&counts, out);
}

static void
write_doorways (FlowHub *hub, GString *out)
{
  static const char name[] = "doorway_connections";

  begin (out, name, "gauge", "Connections of the doorways for texts.");
  for (FlowHubDoorway i = FLOW_HUB_DOORWAY_WEB_DEV_SYNC; i < FLOW_HUB_N_DOORWAYS; i++)
    {
      g_autofree char *labels = g_strdup_printf ("{doorway=\"%s\"}", flow_hub_doorway_get_name (i));

      append (out, name, labels, flow_hub_sockets_count (hub->sockets, i));
    }
}

static void
write_traffic (FlowHub *hub, GString *out)
{
  FlowWireStats wire;
  FlowHttpStats http;

  flow_wire_get_stats (flow_hub_wire_get_wire (hub->wire), &wire);
  flow_http_server_get_stats (hub->server, &http);
  gauge (out, "websocket_connections", wire.open, "WebSockets that are open.");
  count (out, "websocket_messages_received_total", wire.messages_in, "Messages that came by WebSockets.");
  count (out, "websocket_messages_sent_total", wire.messages_out, "Messages that were sent by WebSockets.");
  count (out, "websocket_bytes_received_total", wire.bytes_in, "Bytes that came by WebSockets.");
  count (out, "websocket_bytes_sent_total", wire.bytes_out, "Bytes that were sent by WebSockets.");
  count (out, "http_requests_total", http.requests, "HTTP requests.");
}

static void
write_ingest (FlowHub *hub, GString *out)
{
  static const char name[] = "ingested_total";
  FlowStoreStats store = { 0 };
  FlowOtlpStats otlp;

  flow_otlp_doorway_get_stats (hub->otlp, &otlp);
  begin (out, name, "counter", "Spans, logs and metric points that were stored.");
  append (out, name, "{signal=\"spans\"}", otlp.stored[FLOW_SIGNAL_TRACES]);
  append (out, name, "{signal=\"logs\"}", otlp.stored[FLOW_SIGNAL_LOGS]);
  append (out, name, "{signal=\"points\"}", otlp.stored[FLOW_SIGNAL_METRICS]);
  if (hub->open)
    flow_store_get_stats (hub->store, &store);
  count (out, "store_commits_total", store.commits, "Commits of the database.");
  gauge (out, "store_waiting", store.waiting, "Jobs that wait for the disk.");
}

/**
 * flow_prometheus_write:
 * @hub: a hub
 *
 * Write the counters. On the hub thread.
 *
 * Returns: (transfer full): the text
 */
char *
flow_prometheus_write (FlowHub *hub)
{
  GString *out = g_string_new (NULL);

  write_hub (hub, out);
  write_edits (hub, out);
  write_doorways (hub, out);
  write_traffic (hub, out);
  write_ingest (hub, out);
  return g_string_free (out, FALSE);
}

static void
head_cb (FlowHttpExchange *exchange, gpointer data)
{
  flow_http_exchange_only_get (exchange, FALSE);
}

static void
body_cb (FlowHttpExchange *exchange, gpointer data)
{
  char *text = flow_prometheus_write (data);
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));

  flow_http_exchange_add_header (exchange, "Cache-Control", "no-store");
  flow_http_exchange_respond (exchange, 200, CONTENT_TYPE, body);
}

static GBytes *
error_body (FlowHttpExchange *exchange, guint status, FlowError code, const char *message, const char **content_type)
{
  return flow_json_error_body (status, code, message, content_type);
}

const FlowHttpHandler flow_prometheus_handler = {
  .area = FLOW_GUARD_PRIVATE,
  .head = head_cb,
  .body = body_cb,
  .error_body = error_body,
};
