/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/sync/flow-hub-records.h"

#include <glib/gi18n-lib.h>

#include "hub/flow-hub-private.h"
#include "hub/sync/tables/flow-mirror-entries.h"
#include "hub/sync/tables/flow-settings-mirror.h"
#include "message/flow-json-member.h"

struct _FlowHubRecords
{
  FlowHub *hub;
  FlowStore *store;
  FlowTraceStore *traces;
  FlowRecordTables *tables;
  FlowSettingsMirror *mirror; /* (nullable); the owner's thread */
  FlowTraceSharing *sharing;  /* (nullable); the hub thread */
};

typedef struct
{
  FlowCall call;
  FlowHub *hub;
} PlacesCall;

static void
places_call (FlowCall *call)
{
  FlowHub *hub = ((PlacesCall *) call)->hub;

  if (hub->handlers != NULL)
    flow_handlers_places_changed (hub->handlers);
  g_free (call);
}

static gboolean
mirrored_cb (gpointer data)
{
  FlowHub *hub = data;

  if (hub->state == FLOW_HUB_RUNNING && hub->records->mirror != NULL)
    flow_settings_mirror_look (hub->records->mirror);
  return G_SOURCE_REMOVE;
}

/* On the writer thread. */
static void
changed_cb (FlowRecordsChanged changed, gpointer data)
{
  FlowHubRecords *self = data;

  if (changed & FLOW_RECORDS_CHANGED_PLACES)
    {
      PlacesCall *call = g_new0 (PlacesCall, 1);

      call->call.run = places_call;
      call->hub = self->hub;
      flow_call_queue_push (self->hub->calls, &call->call);
    }
  if (changed & FLOW_RECORDS_CHANGED_MIRRORED)
    flow_hub_run_on_owner (self->hub, mirrored_cb, g_object_ref (self->hub), g_object_unref);
}

/**
 * flow_hub_records_new:
 * @hub: a hub that starts, which has its calls
 * @store: its store, not open yet
 * @traces: its traces
 *
 * Have the store know what syncs.
 *
 * Returns: (transfer full): the records, to be freed after flow_store_close() and flow_hub_records_close()
 */
FlowHubRecords *
flow_hub_records_new (FlowHub *hub, FlowStore *store, FlowTraceStore *traces)
{
  FlowHubRecords *self = g_new0 (FlowHubRecords, 1);

  self->hub = hub;
  self->store = store;
  self->traces = traces;
  self->tables = flow_record_tables_new (store, traces, changed_cb, self);
  return self;
}

/**
 * flow_hub_records_free:
 * @self: (transfer full): records
 *
 * Free them.
 */
void
flow_hub_records_free (FlowHubRecords *self)
{
  flow_record_tables_free (self->tables);
  g_free (self);
}

/** flow_hub_records_get_tables: what syncs. */
FlowRecordTables *
flow_hub_records_get_tables (FlowHubRecords *self)
{
  return self->tables;
}

static void
held_cb (const char *subject, const char *command, gpointer data)
{
  FlowHubRecords *self = data;
  g_autofree char *message = g_strdup_printf (
      _ ("“%s” is to open “%s”. Set it in the preferences of this device if you "
         "want that; until then it is not run here."),
      command, flow_mirror_editor_get_subject (subject, NULL));

  g_message ("The command line that another device chose as an editor is not run before it is set here: %s", subject);
  flow_hub_news_sync_notice (self->hub->news, "editor", _ ("Another device chose a command line as an editor"), message,
                             subject);
}

/**
 * flow_hub_records_mirror:
 * @self: records of a store that is open
 * @settings: the settings
 *
 * Keep settings and records the same from now on. On the owner's thread.
 */
void
flow_hub_records_mirror (FlowHubRecords *self, FlowSettings *settings)
{
  self->mirror = flow_settings_mirror_new (settings, self->store, held_cb, self);
}

/**
 * flow_hub_records_write_held:
 * @self: records
 * @writer: in an object
 *
 * Write what the user has to set here, as `editors`: of each its `kind`, `site` or `type`, its `subject`, and the
 * `command` that another device chose for it. On the owner's thread.
 */
void
flow_hub_records_write_held (FlowHubRecords *self, FlowJsonWriter *writer)
{
  GPtrArray *held = self->mirror != NULL ? flow_settings_mirror_get_held (self->mirror) : NULL;

  flow_json_writer_key (writer, "editors");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; held != NULL && i < held->len; i++)
    {
      const FlowMirrorEntry *entry = g_ptr_array_index (held, i);
      gboolean site;
      const char *subject = flow_mirror_editor_get_subject (entry->key, &site);

      if (subject == NULL)
        continue;
      flow_json_writer_begin_object (writer);
      flow_json_member_text (writer, "kind", site ? "site" : "type", -1);
      flow_json_member_text (writer, "subject", subject, -1);
      flow_json_member_text (writer, "command", entry->value, -1);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}

/**
 * flow_hub_records_rest:
 * @self: records
 *
 * Leave the settings alone from now on. On the owner's thread, before the store is closed.
 */
void
flow_hub_records_rest (FlowHubRecords *self)
{
  g_clear_pointer (&self->mirror, flow_settings_mirror_free);
}

/**
 * flow_hub_records_open:
 * @self: records of a store that is open
 * @funcs: where packed traces are; static
 * @blobs: for @funcs
 * @settings: the settings
 *
 * Share traces from now on. On the hub thread.
 */
void
flow_hub_records_open (FlowHubRecords *self, const FlowTraceBlobs *funcs, gpointer blobs,
                       FlowSettingsSnapshot *settings)
{
  FlowTraceSharingSetup setup = {
    .store = self->store,
    .traces = self->traces,
    .records = self->tables,
    .calls = self->hub->calls,
    .database = flow_context_get_database_path (self->hub->context),
    .funcs = funcs,
    .blobs = blobs,
  };

  self->sharing = flow_trace_sharing_new (&setup, settings);
}

/**
 * flow_hub_records_close:
 * @self: records of a store that is closed
 *
 * End what is under way, when requests about blobs were given up. On the hub thread.
 */
void
flow_hub_records_close (FlowHubRecords *self)
{
  g_clear_pointer (&self->sharing, flow_trace_sharing_free);
}

/** flow_hub_records_get_sharing: (nullable): how traces are shared. On the hub thread. */
FlowTraceSharing *
flow_hub_records_get_sharing (FlowHubRecords *self)
{
  return self->sharing;
}

/** flow_hub_records_set_settings: go by other settings. On the hub thread. */
void
flow_hub_records_set_settings (FlowHubRecords *self, FlowSettingsSnapshot *settings)
{
  if (self->sharing != NULL)
    flow_trace_sharing_set_settings (self->sharing, settings);
}

/** flow_hub_records_committed: traces are new or changed. On the hub thread. */
void
flow_hub_records_committed (FlowHubRecords *self, FlowCommit *commit)
{
  if (self->sharing != NULL)
    flow_trace_sharing_committed (self->sharing, commit);
}
