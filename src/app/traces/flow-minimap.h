/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/traces/flow-waterfall-scale.h"

G_BEGIN_DECLS

#define FLOW_TYPE_MINIMAP (flow_minimap_get_type ())
G_DECLARE_FINAL_TYPE (FlowMinimap, flow_minimap, FLOW, MINIMAP, GtkWidget)

GtkWidget *flow_minimap_new (FlowWaterfallScale *scale);

G_END_DECLS
