/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/connections/flow-verbs.h"
#include "hub/flow-hub.h"

G_BEGIN_DECLS

#define FLOW_TYPE_HUB_VERBS (flow_hub_verbs_get_type ())
G_DECLARE_FINAL_TYPE (FlowHubVerbs, flow_hub_verbs, FLOW, HUB_VERBS, GObject)

FlowHubVerbs *flow_hub_verbs_new (FlowHub *hub);

G_END_DECLS
