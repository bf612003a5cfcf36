/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/sync/flow-sync-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_DEVICE_ROW (flow_sync_device_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncDeviceRow, flow_sync_device_row, FLOW, SYNC_DEVICE_ROW, AdwActionRow)

GtkWidget *flow_sync_device_row_new (FlowBoard *board, guint list, FlowEntry *device);

G_END_DECLS
