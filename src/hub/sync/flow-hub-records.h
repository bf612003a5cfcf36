/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-hub.h"
#include "hub/sync/tables/flow-record-tables.h"
#include "hub/sync/traces/flow-trace-sharing.h"
#include "message/flow-json-writer.h"

G_BEGIN_DECLS

/**
 * FlowHubRecords:
 *
 * What syncs, in the hub: the tables on the writer thread, the mirror of the settings on the owner's, the sharing of
 * traces on the hub thread; and each hears what another device has changed.
 */
typedef struct _FlowHubRecords FlowHubRecords;

FlowHubRecords *flow_hub_records_new (FlowHub *hub, FlowStore *store, FlowTraceStore *traces);
void flow_hub_records_free (FlowHubRecords *self);
FlowRecordTables *flow_hub_records_get_tables (FlowHubRecords *self);

/* The owner's thread */
void flow_hub_records_mirror (FlowHubRecords *self, FlowSettings *settings);
void flow_hub_records_write_held (FlowHubRecords *self, FlowJsonWriter *writer);
void flow_hub_records_rest (FlowHubRecords *self);

/* The hub thread */
void flow_hub_records_open (FlowHubRecords *self, const FlowTraceBlobs *funcs, gpointer blobs,
                            FlowSettingsSnapshot *settings);
void flow_hub_records_close (FlowHubRecords *self);
FlowTraceSharing *flow_hub_records_get_sharing (FlowHubRecords *self);
void flow_hub_records_set_settings (FlowHubRecords *self, FlowSettingsSnapshot *settings);
void flow_hub_records_committed (FlowHubRecords *self, FlowCommit *commit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubRecords, flow_hub_records_free)

G_END_DECLS
