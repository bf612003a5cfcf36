/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"
#include "app/shell/flow-hub-keeper.h"

G_BEGIN_DECLS

#define FLOW_TYPE_CONNECTIONS_PAGE (flow_connections_page_get_type ())
G_DECLARE_FINAL_TYPE (FlowConnectionsPage, flow_connections_page, FLOW, CONNECTIONS_PAGE, AdwBin)

GtkWidget *flow_connections_page_new (FlowServices *services, FlowHubKeeper *keeper);

G_END_DECLS
