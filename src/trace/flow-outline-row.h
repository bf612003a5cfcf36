/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-outline.h"

G_BEGIN_DECLS

#define FLOW_TYPE_OUTLINE_ROW (flow_outline_row_get_type ())
G_DECLARE_FINAL_TYPE (FlowOutlineRow, flow_outline_row, FLOW, OUTLINE_ROW, GObject)

guint flow_outline_row_get_node (FlowOutlineRow *self);

/*< private: for the list it is in >*/
FlowOutlineRow *flow_outline_row_new (guint node, GHashTable *live);
void flow_outline_row_move (FlowOutlineRow *self, guint node);
void flow_outline_row_changed (FlowOutlineRow *self);

G_END_DECLS
