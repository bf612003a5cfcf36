/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/sync/flow-sync-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_HELD_ROW (flow_sync_held_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncHeldRow, flow_sync_held_row, FLOW, SYNC_HELD_ROW, AdwActionRow)

GtkWidget *flow_sync_held_row_new (FlowBoard *board, guint list, FlowEntry *held);

G_END_DECLS
