/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/sync/flow-sync-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_CONFLICT_VIEW (flow_sync_conflict_view_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncConflictView, flow_sync_conflict_view, FLOW, SYNC_CONFLICT_VIEW, AdwBin)

GtkWidget *flow_sync_conflict_view_new (FlowSyncBoard *board);
void flow_sync_conflict_view_set_conflict (FlowSyncConflictView *self, FlowEntry *conflict);
FlowEntry *flow_sync_conflict_view_get_conflict (FlowSyncConflictView *self);

G_END_DECLS
