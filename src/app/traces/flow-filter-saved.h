/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/traces/flow-filter-bar.h"

G_BEGIN_DECLS

#define FLOW_TYPE_FILTER_SAVED (flow_filter_saved_get_type ())
G_DECLARE_FINAL_TYPE (FlowFilterSaved, flow_filter_saved, FLOW, FILTER_SAVED, GtkPopover)

GtkWidget *flow_filter_saved_new (FlowServices *services, FlowFilterBar *bar);

G_END_DECLS
