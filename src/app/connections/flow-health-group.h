/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/connections/flow-connections.h"

G_BEGIN_DECLS

#define FLOW_TYPE_HEALTH_GROUP (flow_health_group_get_type ())
G_DECLARE_FINAL_TYPE (FlowHealthGroup, flow_health_group, FLOW, HEALTH_GROUP, AdwPreferencesGroup)

GtkWidget *flow_health_group_new (FlowConnections *connections);

G_END_DECLS
