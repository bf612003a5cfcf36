/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"
#include "app/shell/flow-hub-keeper.h"

G_BEGIN_DECLS

#define FLOW_TYPE_STATUS_LINE (flow_status_line_get_type ())
G_DECLARE_FINAL_TYPE (FlowStatusLine, flow_status_line, FLOW, STATUS_LINE, AdwBin)

GtkWidget *flow_status_line_new (FlowServices *services, FlowHubKeeper *keeper);

G_END_DECLS
