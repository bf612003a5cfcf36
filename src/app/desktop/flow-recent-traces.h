/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_RECENT_TRACES (flow_recent_traces_get_type ())
G_DECLARE_FINAL_TYPE (FlowRecentTraces, flow_recent_traces, FLOW, RECENT_TRACES, GObject)

FlowRecentTraces *flow_recent_traces_new (FlowServices *services);
GMenuModel *flow_recent_traces_get_menu (FlowRecentTraces *self);

G_END_DECLS
