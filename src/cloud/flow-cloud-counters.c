/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-counters.h"

#include "cloud/flow-cloud-private.h"

/* What was asked for at a place of the API with an outcome. */
typedef struct
{
  guint64 requests;
  gint64 duration_us;
} Count;

/**
 * FlowCloudCounters:
 *
 * What the cloud has done, for monitoring. Belongs to the cloud's thread.
 */
struct _FlowCloudCounters
{
  GHashTable *counts; /* method, route and status as labels -> Count */
};

/**
 * flow_cloud_counters_new:
 *
 * Returns: (transfer full): counters that are 0
 */
FlowCloudCounters *
flow_cloud_counters_new (void)
{
  FlowCloudCounters *self = g_new0 (FlowCloudCounters, 1);

  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/** flow_cloud_counters_free: free them. */
void
flow_cloud_counters_free (FlowCloudCounters *self)
{
  g_hash_table_unref (self->counts);
  g_free (self);
}

/**
 * flow_cloud_counters_note:
 * @self: counters
 * @exchange: an exchange that has an answer
 * @duration_us: how long that took
 *
 * Count a request. What is at no place of the API has no place of its own here either.
 */
void
flow_cloud_counters_note (FlowCloudCounters *self, const FlowCloudExchange *exchange, gint64 duration_us)
{
  const FlowCloudRoute *route = exchange->request.route;
  g_autofree char *labels = g_strdup_printf ("method=\"%s\",route=\"%s\",status=\"%u\"",
                                             route != NULL ? route->method : "-", route != NULL ? route->path : "-",
                                             exchange->status);
  Count *count = g_hash_table_lookup (self->counts, labels);

  if (count == NULL)
    {
      count = g_new0 (Count, 1);
      g_hash_table_insert (self->counts, g_steal_pointer (&labels), count);
    }
  count->requests++;
  count->duration_us += duration_us;
}

static void
write_head (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# HELP flowscope_cloud_%s %s\n# TYPE flowscope_cloud_%s %s\n", name, help, name, type);
}

static void
write_one (GString *out, const char *name, const char *type, const char *help, guint64 value)
{
  write_head (out, name, type, help);
  g_string_append_printf (out, "flowscope_cloud_%s %" G_GUINT64_FORMAT "\n", name, value);
}

static void
write_requests (FlowCloudCounters *self, GString *out)
{
  g_autoptr (GList) labels = g_list_sort (g_hash_table_get_keys (self->counts), (GCompareFunc) g_strcmp0);

  write_head (out, "requests_total", "counter", "Requests by place and outcome");
  for (GList *link = labels; link != NULL; link = link->next)
    g_string_append_printf (out, "flowscope_cloud_requests_total{%s} %" G_GUINT64_FORMAT "\n",
                            (const char *) link->data,
                            ((const Count *) g_hash_table_lookup (self->counts, link->data))->requests);
  write_head (out, "request_seconds_total", "counter", "Time that these took");
  for (GList *link = labels; link != NULL; link = link->next)
    {
      const Count *count = g_hash_table_lookup (self->counts, link->data);

      g_string_append_printf (out, "flowscope_cloud_request_seconds_total{%s} %.6f\n", (const char *) link->data,
                              (double) count->duration_us / G_USEC_PER_SEC);
    }
}

static void
write_storage (FlowCloud *cloud, GString *out)
{
  FlowCloudStorageStats stats;

  cloud->storage->klass->get_stats (cloud->storage, &stats);
  write_one (out, "storage_waiting", "gauge", "Jobs that wait for the database", stats.waiting);
  write_one (out, "storage_commits_total", "counter", "Transactions that wrote", stats.commits);
  write_one (out, "storage_jobs_total", "counter", "Jobs in these transactions", stats.jobs);
  write_one (out, "storage_failed_total", "counter", "Jobs that failed", stats.failed);
  write_one (out, "storage_bytes", "gauge", "Bytes of the database", stats.bytes);
}

static void
write_connections (FlowCloud *cloud, GString *out)
{
  FlowCloudHttpStats http;
  FlowWireStats wire;

  flow_cloud_http_get_stats (cloud->http, &http);
  flow_wire_get_stats (flow_cloud_wire_get_wire (cloud->wire), &wire);
  write_one (out, "http_connections", "gauge", "Open HTTP connections", http.connections);
  write_one (out, "http_active", "gauge", "Requests that are not answered yet", http.active);
  write_one (out, "http_body_bytes", "gauge", "Bytes of bodies in memory",
             flow_cloud_shares_get_taken (cloud->bounds[FLOW_CLOUD_BOUND_BODIES]));
  write_one (out, "http_answer_bytes", "gauge", "Bytes of answers in memory",
             flow_cloud_shares_get_taken (cloud->bounds[FLOW_CLOUD_BOUND_ANSWERS]));
  write_one (out, "http_refused_total", "counter", "Connections for which there was no room", http.refused);
  write_one (out, "websockets", "gauge", "Open WebSockets", wire.open);
  write_one (out, "devices_connected", "gauge", "Devices that hear at once what others send",
             flow_cloud_registry_get_size (cloud->registry));
  write_one (out, "websocket_messages_out_total", "counter", "Messages that were pushed", wire.messages_out);
  write_one (out, "websocket_bytes_out_total", "counter", "Bytes of them", wire.bytes_out);
  write_one (out, "websocket_overflows_total", "counter", "Devices that were too slow", wire.overflows);
  write_one (out, "password_hashes_total", "counter", "Passwords that were checked or hashed",
             flow_cloud_passwords_get_hashes (cloud->passwords));
  write_one (out, "limited_keys", "gauge", "Addresses, names and devices whose rate is known",
             flow_cloud_limiter_get_size (cloud->limiter));
}

/**
 * flow_cloud_counters_write:
 * @self: counters
 * @cloud: whose they are
 *
 * Write them in the text format of Prometheus.
 *
 * Returns: (transfer full): the text
 */
char *
flow_cloud_counters_write (FlowCloudCounters *self, FlowCloud *cloud)
{
  GString *out = g_string_new (NULL);

  write_one (out, "uptime_seconds", "gauge", "How long it has been running",
             (guint64) (g_get_monotonic_time () - cloud->started_us) / G_USEC_PER_SEC);
  write_requests (self, out);
  write_storage (cloud, out);
  write_connections (cloud, out);
  return g_string_free (out, FALSE);
}
