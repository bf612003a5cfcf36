/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/code/flow-detail-item.h"

G_BEGIN_DECLS

#define FLOW_TYPE_DETAIL_ROW (flow_detail_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowDetailRow, flow_detail_row, FLOW, DETAIL_ROW, AdwBin)

GtkWidget *flow_detail_row_new (void);
void flow_detail_row_set_item (FlowDetailRow *self, FlowDetailItem *item);

G_END_DECLS
