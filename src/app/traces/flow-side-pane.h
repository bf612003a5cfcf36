/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define FLOW_TYPE_SIDE_PANE (flow_side_pane_get_type ())
G_DECLARE_FINAL_TYPE (FlowSidePane, flow_side_pane, FLOW, SIDE_PANE, GtkWidget)

void flow_side_pane_set_content (FlowSidePane *self, GtkWidget *content);
void flow_side_pane_set_side (FlowSidePane *self, GtkWidget *side);
void flow_side_pane_set_show_side (FlowSidePane *self, gboolean show);
gboolean flow_side_pane_get_show_side (FlowSidePane *self);

G_END_DECLS
