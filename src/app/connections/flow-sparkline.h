/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FLOW_SPARKLINE_POINTS:
 *
 * So many values are drawn, the last ones.
 */
#define FLOW_SPARKLINE_POINTS 32

#define FLOW_TYPE_SPARKLINE (flow_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (FlowSparkline, flow_sparkline, FLOW, SPARKLINE, GtkWidget)

GtkWidget *flow_sparkline_new (void);
void flow_sparkline_set_values (FlowSparkline *self, const double *values, gsize n_values);
void flow_sparkline_set_label (FlowSparkline *self, const char *label);

G_END_DECLS
