/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include <unistd.h>

#include "base/flow-version.h"
#include "hub/flow-hub-private.h"
#include "message/flow-json-member.h"

static void
write_string (FlowJsonWriter *writer, const char *key, const char *value)
{
  flow_json_writer_key (writer, key);
  if (value != NULL)
    flow_json_writer_string (writer, value, -1);
  else
    flow_json_writer_null (writer);
}

static void
write_time (FlowJsonWriter *writer, const char *key, gint64 wall_ns)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_time (writer, wall_ns);
}

static void
write_endpoints (FlowHub *self, FlowJsonWriter *writer)
{
  static const char *const keys[FLOW_HUB_N_DOORWAYS] = {
    [FLOW_HUB_DOORWAY_OTLP] = "otlp_http",
    [FLOW_HUB_DOORWAY_WEB_DEV_SYNC] = "web_dev_sync",
    [FLOW_HUB_DOORWAY_GHOSTTEXT] = "ghosttext",
    [FLOW_HUB_DOORWAY_ATOMIC_CHROME] = "atomic_chrome",
  };

  flow_json_writer_key (writer, "endpoints");
  flow_json_writer_begin_object (writer);
  write_string (writer, "hub", self->url);
  for (FlowHubDoorway i = FLOW_HUB_DOORWAY_OTLP; i < FLOW_HUB_N_DOORWAYS; i++)
    {
      if (self->endpoints[i] != NULL)
        write_string (writer, keys[i], self->endpoints[i]);
    }
  flow_json_writer_end_object (writer);
}

static void
write_store (FlowHub *self, FlowJsonWriter *writer)
{
  const char *trouble = flow_hub_get_trouble (self);
  FlowStoreStats store = { 0 };
  FlowTraceStoreStats traces = { 0 };

  if (self->open)
    {
      flow_store_get_stats (self->store, &store);
      flow_trace_store_get_stats (self->traces, &traces);
    }
  flow_json_writer_key (writer, "store");
  flow_json_writer_begin_object (writer);
  write_string (writer, "state", trouble != NULL ? trouble : "ok");
  flow_json_member_uint (writer, "waiting", store.waiting);
  flow_json_member_uint (writer, "waiting_bytes", store.waiting_bytes);
  flow_json_member_uint (writer, "commits", store.commits);
  flow_json_member_uint (writer, "jobs", store.jobs);
  flow_json_member_uint (writer, "failed", store.failed);
  flow_json_member_uint (writer, "refused", store.refused);
  flow_json_member_uint (writer, "rollbacks", store.rollbacks);
  flow_json_member_uint (writer, "checkpoints", store.checkpoints);
  flow_json_member_uint (writer, "checkpoints_blocked", store.checkpoints_blocked);
  flow_json_member_uint (writer, "wal_bytes", store.wal_bytes);
  flow_json_member_uint (writer, "tidied", store.tidied);
  flow_json_member_uint (writer, "slow_queries", store.slow_queries);
  flow_json_writer_key (writer, "reserve_ready");
  flow_json_writer_bool (writer, store.reserve_ready);
  write_string (writer, "last_error", store.last_error);
  flow_json_member_uint (writer, "traces", traces.traces);
  flow_json_member_uint (writer, "segments_sealed", traces.segments_sealed);
  flow_json_member_uint (writer, "segments_merged", traces.segments_merged);
  flow_json_member_uint (writer, "retention_deleted", traces.retention_deleted);
  flow_json_writer_end_object (writer);
}

static void
write_encryption (FlowHub *self, FlowJsonWriter *writer)
{
  flow_json_writer_key (writer, "encryption");
  flow_json_writer_begin_object (writer);
  if (self->open)
    flow_hub_vault_write (self->vault, writer);
  flow_json_writer_end_object (writer);
}

static void
write_ingest (FlowHub *self, FlowJsonWriter *writer)
{
  FlowOtlpStats stats;

  flow_otlp_doorway_get_stats (self->otlp, &stats);
  flow_json_writer_key (writer, "ingest");
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "accepted", stats.accepted);
  flow_json_member_uint (writer, "rejected", flow_refusals_total (self->refusals));
  flow_json_member_uint (writer, "rejected_rows", stats.rejected);
  flow_json_member_uint (writer, "spans", stats.stored[FLOW_SIGNAL_TRACES]);
  flow_json_member_uint (writer, "logs", stats.stored[FLOW_SIGNAL_LOGS]);
  flow_json_member_uint (writer, "points", stats.stored[FLOW_SIGNAL_METRICS]);
  flow_json_member_uint (writer, "duplicates", stats.duplicates);
  flow_json_member_uint (writer, "duplicate_bodies", stats.same_bodies);
  flow_json_writer_key (writer, "by_status");
  flow_refusals_write_by_status (self->refusals, writer);
  flow_json_writer_key (writer, "by_reason");
  flow_refusals_write_counts (self->refusals, writer);
  flow_json_writer_end_object (writer);
}

static void
write_http (FlowHub *self, FlowJsonWriter *writer)
{
  FlowHttpStats stats;

  flow_http_server_get_stats (self->server, &stats);
  flow_json_writer_key (writer, "http");
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "connections", stats.connections);
  flow_json_member_uint (writer, "requests", stats.requests);
  flow_json_member_uint (writer, "active", stats.active);
  flow_json_member_uint (writer, "body_bytes", stats.body_bytes);
  flow_json_writer_end_object (writer);
}

static void
write_wire (FlowHub *self, FlowJsonWriter *writer)
{
  FlowWireStats stats;

  flow_wire_get_stats (flow_hub_wire_get_wire (self->wire), &stats);
  flow_json_writer_key (writer, "wire");
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "connections", stats.connections);
  flow_json_member_uint (writer, "open", stats.open);
  flow_json_member_uint (writer, "accepted", stats.accepted);
  flow_json_member_uint (writer, "handed_over", stats.handed_over);
  flow_json_member_uint (writer, "refused", stats.refused);
  flow_json_member_uint (writer, "messages_in", stats.messages_in);
  flow_json_member_uint (writer, "messages_out", stats.messages_out);
  flow_json_member_uint (writer, "bytes_in", stats.bytes_in);
  flow_json_member_uint (writer, "bytes_out", stats.bytes_out);
  flow_json_member_uint (writer, "dropped", stats.dropped);
  flow_json_member_uint (writer, "overflows", stats.overflows);
  flow_json_member_uint (writer, "bad", stats.bad);
  flow_json_member_uint (writer, "silent", stats.silent);
  flow_json_member_uint (writer, "queued_bytes", stats.queued_bytes);
  flow_json_member_uint (writer, "held_bytes", stats.held_bytes);
  flow_json_writer_end_object (writer);
}

static void
write_latency (const FlowEditsCounts *counts, FlowJsonWriter *writer)
{
  flow_json_writer_key (writer, "latency");
  if (!counts->has_latency)
    {
      flow_json_writer_null (writer);
      return;
    }
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "p50_ms");
  flow_json_writer_double (writer, counts->p50_ms);
  flow_json_writer_key (writer, "p99_ms");
  flow_json_writer_double (writer, counts->p99_ms);
  flow_json_writer_end_object (writer);
}

static void
write_edits (FlowHub *self, FlowJsonWriter *writer)
{
  FlowEditsCounts counts = { 0 };

  if (self->edits != NULL)
    flow_edits_get_counts (flow_hub_edits_get_edits (self->edits), &counts);
  flow_json_writer_key (writer, "edits");
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "open", counts.open);
  flow_json_member_uint (writer, "detached", counts.detached);
  flow_json_member_uint (writer, "opened", counts.opened);
  flow_json_member_uint (writer, "updates", counts.updates);
  flow_json_member_uint (writer, "errors", counts.errors);
  flow_json_member_uint (writer, "refused", counts.refused);
  flow_json_member_uint (writer, "conflicts", counts.conflicts);
  write_latency (&counts, writer);
  flow_json_writer_key (writer, "connections");
  flow_json_writer_begin_object (writer);
  for (FlowHubDoorway i = FLOW_HUB_DOORWAY_WEB_DEV_SYNC; i < FLOW_HUB_N_DOORWAYS; i++)
    flow_json_member_uint (writer, flow_hub_doorway_get_name (i), flow_hub_sockets_count (self->sockets, i));
  flow_json_writer_end_object (writer);
  flow_json_writer_end_object (writer);
}

static void
write_doorways (FlowHub *self, FlowJsonWriter *writer)
{
  flow_json_writer_key (writer, "doorways");
  flow_json_writer_begin_array (writer);
  for (int i = 0; i < FLOW_HUB_N_DOORWAYS; i++)
    {
      const FlowHubPort *port = &self->ports[i];

      flow_json_writer_begin_object (writer);
      write_string (writer, "name", port->name);
      flow_json_writer_key (writer, "on");
      flow_json_writer_bool (writer, port->on);
      flow_json_member_uint (writer, "port", port->on ? port->port : 0);
      write_string (writer, "reason", port->reason);
      write_string (writer, "hint", port->hint);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}

/**
 * flow_hub_write_status:
 * @self: a hub
 * @writer: inside an object
 *
 * Write the members of `/control/status`. On the hub thread.
 */
void
flow_hub_write_status (FlowHub *self, FlowJsonWriter *writer)
{
  write_string (writer, "version", FLOW_VERSION);
  flow_json_writer_key (writer, "pid");
  flow_json_writer_int64 (writer, getpid ());
  write_time (writer, "started", self->started_ns);
  write_string (writer, "data_dir", flow_context_get_data_dir (self->context));
  write_endpoints (self, writer);
  write_store (self, writer);
  write_encryption (self, writer);
  write_ingest (self, writer);
  write_http (self, writer);
  write_wire (self, writer);
  write_edits (self, writer);
  flow_json_writer_key (writer, "capture_enabled");
  flow_json_writer_bool (writer, self->settings->capture_enabled);
  write_doorways (self, writer);
  flow_json_writer_key (writer, "rejected_recent");
  flow_refusals_write_recent (self->refusals, writer);
}
