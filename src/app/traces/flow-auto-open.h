/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings.h"
#include "trace/flow-trace-list-model.h"

G_BEGIN_DECLS

#define FLOW_TYPE_AUTO_OPEN (flow_auto_open_get_type ())
G_DECLARE_FINAL_TYPE (FlowAutoOpen, flow_auto_open, FLOW, AUTO_OPEN, GObject)

FlowAutoOpen *flow_auto_open_new (FlowSettings *settings, FlowTraceListModel *model);

G_END_DECLS
