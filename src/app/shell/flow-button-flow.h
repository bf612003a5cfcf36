/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define FLOW_TYPE_BUTTON_FLOW (flow_button_flow_get_type ())
G_DECLARE_FINAL_TYPE (FlowButtonFlow, flow_button_flow, FLOW, BUTTON_FLOW, GtkWidget)

GtkWidget *flow_button_flow_new (void);
void flow_button_flow_add (FlowButtonFlow *self, GtkWidget *button);
void flow_button_flow_clear (FlowButtonFlow *self);
GtkWidget *flow_button_flow_make_button (const char *label);
void flow_button_flow_let_shrink (GtkWidget *button);

G_END_DECLS
