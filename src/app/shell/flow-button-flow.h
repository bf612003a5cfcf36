/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *flow_button_flow_new (void);
void flow_button_flow_add (GtkWidget *flow, GtkWidget *button);
void flow_button_flow_clear (GtkWidget *flow);

G_END_DECLS
