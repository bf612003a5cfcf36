/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/connections/flow-connections.h"

G_BEGIN_DECLS

#define FLOW_TYPE_REQUEST_ROW (flow_request_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowRequestRow, flow_request_row, FLOW, REQUEST_ROW, GtkListBoxRow)

GtkWidget *flow_request_row_new (FlowBoard *board, guint list, FlowEntry *request);

G_END_DECLS
