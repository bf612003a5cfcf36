/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/connections/flow-entry.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_RUN_ROW (flow_sync_run_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncRunRow, flow_sync_run_row, FLOW, SYNC_RUN_ROW, AdwActionRow)

GtkWidget *flow_sync_run_row_new (FlowEntry *run);

G_END_DECLS
