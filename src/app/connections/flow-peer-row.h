/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/connections/flow-connections.h"

G_BEGIN_DECLS

#define FLOW_TYPE_PEER_ROW (flow_peer_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowPeerRow, flow_peer_row, FLOW, PEER_ROW, AdwActionRow)

GtkWidget *flow_peer_row_new (FlowBoard *board, guint list, FlowEntry *peer);

G_END_DECLS
