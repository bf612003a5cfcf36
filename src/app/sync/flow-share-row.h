/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/sync/flow-sync-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SHARE_ROW (flow_share_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowShareRow, flow_share_row, FLOW, SHARE_ROW, AdwActionRow)

GtkWidget *flow_share_row_new (FlowSyncBoard *board);
void flow_share_row_set_trace (FlowShareRow *self, const guint8 *trace_id);

G_END_DECLS
