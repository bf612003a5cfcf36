/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/sync/flow-sync-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_SETUP_GROUP (flow_sync_setup_group_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncSetupGroup, flow_sync_setup_group, FLOW, SYNC_SETUP_GROUP, AdwPreferencesGroup)

GtkWidget *flow_sync_setup_group_new (FlowSyncBoard *board);
void flow_sync_setup_group_close (FlowSyncSetupGroup *self);

G_END_DECLS
