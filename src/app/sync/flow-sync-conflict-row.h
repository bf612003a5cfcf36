/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/connections/flow-entry.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_CONFLICT_ROW (flow_sync_conflict_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncConflictRow, flow_sync_conflict_row, FLOW, SYNC_CONFLICT_ROW, AdwActionRow)

GtkWidget *flow_sync_conflict_row_new (FlowEntry *conflict);
FlowEntry *flow_sync_conflict_row_get_conflict (FlowSyncConflictRow *self);

G_END_DECLS
