/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-health"

#include "router/flow-health-private.h"

#include "message/flow-json-member.h"

static void
write_time (FlowJsonWriter *writer, const char *key, gint64 wall_ns)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_time (writer, wall_ns);
}

static void
write_connectivity (FlowHealth *self, FlowJsonWriter *writer)
{
  gint64 now = flow_clock_monotonic_us (self->clock);

  flow_json_writer_key (writer, "connectivity");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < self->channels->len; i++)
    {
      const FlowHealthChannel *channel = g_ptr_array_index (self->channels, i);

      flow_json_writer_begin_object (writer);
      flow_json_writer_key (writer, "channel");
      flow_json_writer_string (writer, channel->name, -1);
      flow_json_writer_key (writer, "isConnected");
      flow_json_writer_bool (writer, channel->connected);
      flow_json_member_uint (writer, "uptime_s",
                             channel->connected ? (guint64) ((now - channel->since_us) / G_USEC_PER_SEC) : 0);
      write_time (writer, "lastSeen", channel->seen_ns);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}

static void
write_latency (FlowHealth *self, FlowJsonWriter *writer)
{
  flow_json_writer_key (writer, "latency");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < self->channels->len; i++)
    {
      const FlowHealthChannel *channel = g_ptr_array_index (self->channels, i);
      FlowLatencySummary summary;

      if (!channel->connected || !flow_latency_summarise (&channel->latency, &summary))
        continue;
      flow_json_writer_begin_object (writer);
      flow_json_writer_key (writer, "channel");
      flow_json_writer_string (writer, channel->name, -1);
      flow_json_writer_key (writer, "p50_ms");
      flow_json_writer_double (writer, summary.p50_ms);
      flow_json_writer_key (writer, "p99_ms");
      flow_json_writer_double (writer, summary.p99_ms);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}

static void
write_sync (const FlowHealthSyncs *syncs, FlowJsonWriter *writer)
{
  flow_json_writer_key (writer, "sync");
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "successRate");
  if (syncs->total > 0)
    flow_json_writer_double (writer, syncs->good / (double) syncs->total);
  else
    flow_json_writer_null (writer);
  flow_json_member_uint (writer, "totalSyncs", syncs->total);
  flow_json_member_uint (writer, "conflicts", syncs->conflicts);
  flow_json_writer_end_object (writer);
}

static void
write_parts (const FlowHealthVerdict *verdict, FlowJsonWriter *writer)
{
  static const char *const names[FLOW_N_HEALTH_PARTS] = {
    [FLOW_HEALTH_CONNECTIVITY] = "connectivity",
    [FLOW_HEALTH_LATENCY] = "latency",
    [FLOW_HEALTH_SYNC] = "sync",
  };

  flow_json_writer_key (writer, "parts");
  flow_json_writer_begin_object (writer);
  for (guint part = 0; part < FLOW_N_HEALTH_PARTS; part++)
    {
      flow_json_writer_key (writer, names[part]);
      flow_json_writer_begin_object (writer);
      flow_json_writer_key (writer, "score");
      if (verdict->scores[part] == FLOW_HEALTH_NO_DATA)
        flow_json_writer_null (writer);
      else
        flow_json_writer_int64 (writer, verdict->scores[part]);
      flow_json_member_uint (writer, "weight", verdict->weights[part]);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_key (writer, "outbox");
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "waiting", verdict->facts.waiting);
  flow_json_member_uint (writer, "diedLastHour", verdict->connectivity.died);
  flow_json_writer_end_object (writer);
  flow_json_writer_key (writer, "rejected");
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "total", verdict->facts.refused);
  flow_json_member_uint (writer, "lastHour", verdict->connectivity.refused);
  flow_json_writer_end_object (writer);
  flow_json_writer_end_object (writer);
}

/**
 * flow_health_write:
 * @self: health
 * @writer: inside an object
 *
 * Write the members of the answer of `health` (data/protocol/health.md).
 */
void
flow_health_write (FlowHealth *self, FlowJsonWriter *writer)
{
  FlowHealthVerdict verdict;
  g_autoptr (GPtrArray) advice = NULL;

  flow_health_judge (self, &verdict);
  advice = flow_health_advise (self, &verdict);
  flow_json_writer_key (writer, "overall");
  flow_json_writer_int64 (writer, verdict.overall);
  write_connectivity (self, writer);
  write_latency (self, writer);
  write_sync (&verdict.syncs, writer);
  write_parts (&verdict, writer);
  flow_json_writer_key (writer, "advice");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < advice->len; i++)
    flow_json_writer_string (writer, g_ptr_array_index (advice, i), -1);
  flow_json_writer_end_array (writer);
  write_time (writer, "timestamp", flow_clock_wall_ns (self->clock));
}
