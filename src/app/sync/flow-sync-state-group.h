/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/sync/flow-sync-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_STATE_GROUP (flow_sync_state_group_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncStateGroup, flow_sync_state_group, FLOW, SYNC_STATE_GROUP, AdwPreferencesGroup)

GtkWidget *flow_sync_state_group_new (FlowSyncBoard *board);

G_END_DECLS
