/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"
#include "app/shell/flow-hub-keeper.h"

G_BEGIN_DECLS

#define FLOW_TYPE_PORTS_GROUP (flow_ports_group_get_type ())
G_DECLARE_FINAL_TYPE (FlowPortsGroup, flow_ports_group, FLOW, PORTS_GROUP, AdwPreferencesGroup)

GtkWidget *flow_ports_group_new (FlowServices *services, FlowHubKeeper *keeper, gboolean has_switches);

G_END_DECLS
