/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/sync/flow-hub-syncing.h"

#include "hub/flow-hub-private.h"
#include "hub/sync/flow-machine.h"
#include "message/flow-json-member.h"
#include "message/flow-message-builder.h"

/* Syncing, as a part of the hub: what it has others do. */

/* The settings belong to the owner. */
static gboolean
signed_in_on_owner (gpointer data)
{
  FlowHub *hub = data;
  g_autoptr (GError) error = NULL;

  if (hub->live_settings != NULL &&
      !flow_settings_set (hub->live_settings, "privacy.local-only", g_variant_new_boolean (FALSE), &error))
    g_warning ("privacy.local-only could not be switched off: %s", error->message);
  return G_SOURCE_REMOVE;
}

static void
signed_in_cb (gpointer data)
{
  FlowHub *hub = data;

  flow_hub_run_on_owner (hub, signed_in_on_owner, g_object_ref (hub), g_object_unref);
}

static void
state_cb (gboolean on, gboolean connected, gpointer data)
{
  FlowTraceSharing *sharing = flow_hub_records_get_sharing (((FlowHub *) data)->records);

  if (sharing != NULL)
    flow_trace_sharing_set_state (sharing, on, connected);
}

/* Editors and whoever else looks at conflicts. What they are about is asked for by who wants to know. */
static void
noted_cb (const char *id, const char *table, const char *kind, gboolean open, gpointer data)
{
  FlowHub *hub = data;
  FlowMessageBuilder *builder = flow_message_builder_new (open ? "sync_conflict" : "sync_resolved", FLOW_CHANNEL_HUB);
  FlowJsonWriter *writer = flow_message_builder_data (builder);
  g_autoptr (FlowMessage) message = NULL;

  flow_json_member_text (writer, "id", id, -1);
  if (open)
    {
      flow_json_member_text (writer, "kind", kind, -1);
      flow_json_member_text (writer, "table", table, -1);
    }
  else
    flow_json_member_text (writer, "resolution", "manual", -1);
  message = flow_message_builder_end (builder);
  flow_router_broadcast (hub->router, message, NULL);
}

static void
ended_cb (gboolean well, guint conflicts, gpointer data)
{
  flow_hub_health_synced (((FlowHub *) data)->health, well, conflicts);
}

/**
 * flow_hub_syncing_add:
 * @hub: a hub whose store is not open yet, and whose records are known
 *
 * Have the store write down what is to be synced.
 */
void
flow_hub_syncing_add (FlowHub *hub)
{
  g_autofree char *mark = flow_machine_get_mark (flow_context_get_data_dir (hub->context));

  hub->sync_engine = flow_sync_engine_new (hub->store, flow_hub_records_get_tables (hub->records), hub->calls,
                                           flow_clock_system (), mark);
}

/** flow_hub_syncing_open: begin to sync. On the hub thread, when the store is open. */
void
flow_hub_syncing_open (FlowHub *hub)
{
  static const FlowHubSyncFuncs funcs = { signed_in_cb, state_cb, noted_cb, ended_cb };
  const FlowHubSyncSetup setup = {
    .context = hub->context,
    .engine = hub->sync_engine,
    .news = hub->news,
    .clock = flow_clock_system (),
    .mark = flow_sync_engine_get_machine (hub->sync_engine),
    .funcs = &funcs,
    .data = hub,
  };

  hub->sync = flow_hub_sync_new (&setup, hub->settings);
  flow_hub_records_open (hub->records, &flow_hub_sync_blobs, hub->sync, hub->settings);
}

/** flow_hub_syncing_close: free what syncs on the hub thread. The store is closed, and everything of it was heard. */
void
flow_hub_syncing_close (FlowHub *hub)
{
  if (hub->sync == NULL)
    return;
  flow_hub_sync_stop (hub->sync);
  flow_hub_records_close (hub->records);
  g_clear_pointer (&hub->sync, flow_hub_sync_free);
}
