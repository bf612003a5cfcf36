/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/traces/flow-waterfall-scale.h"

G_BEGIN_DECLS

#define FLOW_TYPE_RULER (flow_ruler_get_type ())
G_DECLARE_FINAL_TYPE (FlowRuler, flow_ruler, FLOW, RULER, GtkWidget)

GtkWidget *flow_ruler_new (FlowWaterfallScale *scale);

G_END_DECLS
