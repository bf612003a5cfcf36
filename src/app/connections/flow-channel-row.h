/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/connections/flow-entry.h"

G_BEGIN_DECLS

#define FLOW_TYPE_CHANNEL_ROW (flow_channel_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowChannelRow, flow_channel_row, FLOW, CHANNEL_ROW, AdwExpanderRow)

GtkWidget *flow_channel_row_new (FlowEntry *channel);

G_END_DECLS
