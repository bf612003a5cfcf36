/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include <glib/gstdio.h>

#include "hub/flow-hub-private.h"

static guint64
size_of (const char *path, const char *suffix)
{
  g_autofree char *name = g_strconcat (path, suffix, NULL);
  GStatBuf info;

  return g_stat (name, &info) == 0 ? (guint64) info.st_size : 0;
}

static void
add_stored (FlowHub *self, FlowHubSummary *summary)
{
  FlowTraceStoreStats traces;
  FlowStoreStats store;

  flow_trace_store_get_stats (self->traces, &traces);
  flow_store_get_stats (self->store, &store);
  summary->traces = traces.stored_traces;
  summary->spans = traces.stored_spans;
  summary->logs = traces.stored_logs;
  summary->points = traces.stored_points;
  summary->reserve_ready = store.reserve_ready;
}

/**
 * flow_hub_get_summary:
 * @self: a hub
 * @summary: (out caller-allocates): how it is
 *
 * Get what a status line shows. On the owner's thread; cheap. Of a hub that does not run only `running`, `capturing`
 * and `trouble` say something.
 */
void
flow_hub_get_summary (FlowHub *self, FlowHubSummary *summary)
{
  g_autoptr (FlowSettingsSnapshot) settings = NULL;
  const char *path;

  g_return_if_fail (FLOW_IS_HUB (self));

  settings = flow_settings_snapshot (self->live_settings);
  path = flow_context_get_database_path (self->context);
  *summary = (FlowHubSummary) {
    .running = flow_hub_is_running (self),
    .capturing = settings->capture_enabled,
    .trouble = self->state == FLOW_HUB_STARTING ? "starting" : NULL,
  };
  if (self->state != FLOW_HUB_RUNNING)
    {
      if (self->state == FLOW_HUB_STOPPING)
        summary->trouble = "stopping";
      return;
    }
  g_mutex_lock (&self->mutex);
  summary->trouble = self->trouble;
  summary->refused = self->refused;
  g_mutex_unlock (&self->mutex);
  summary->database_bytes = size_of (path, "") + size_of (path, "-wal");
  add_stored (self, summary);
}
