/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-row.h"

G_BEGIN_DECLS

FlowSyncPolicy flow_sync_policy_find (const FlowSyncTable *table, const char *field, guint *index, guint *n);
FlowSyncCell *flow_sync_policy_pick (const FlowSyncTable *table, const FlowSyncPlace *place);
gboolean flow_sync_policy_differ (const FlowSyncPlace *place);
gboolean flow_sync_policy_fits (const FlowSyncTable *table, const FlowSyncCell *cell);

G_END_DECLS
