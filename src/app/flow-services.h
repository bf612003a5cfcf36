/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/connections/flow-connections.h"
#include "app/edits/flow-edit-board.h"
#include "app/shell/flow-jobs.h"
#include "app/sync/flow-sync-board.h"
#include "base/flow-settings.h"
#include "hub/flow-hub.h"
#include "trace/flow-commit.h"
#include "trace/flow-trace-queries.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SERVICES (flow_services_get_type ())
G_DECLARE_FINAL_TYPE (FlowServices, flow_services, FLOW, SERVICES, GObject)

FlowServices *flow_services_new (FlowContext *context, FlowSettings *settings);
FlowContext *flow_services_get_context (FlowServices *self);
FlowSettings *flow_services_get_settings (FlowServices *self);
FlowTraceQueries *flow_services_get_queries (FlowServices *self);
FlowJobs *flow_services_get_jobs (FlowServices *self);
FlowConnections *flow_services_get_connections (FlowServices *self);
FlowEditBoard *flow_services_get_edits (FlowServices *self);
FlowSyncBoard *flow_services_get_sync (FlowServices *self);
FlowHub *flow_services_get_hub (FlowServices *self);
void flow_services_set_hub (FlowServices *self, FlowHub *hub);
void flow_services_committed (FlowServices *self, FlowCommit *commit);
void flow_services_editor_missing (FlowServices *self, const char *reason);

G_END_DECLS
