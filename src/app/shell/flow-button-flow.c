/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-button-flow"

#include "app/shell/flow-button-flow.h"

#define MOST 4

/**
 * flow_button_flow_new:
 *
 * Make a row of buttons that goes on below where there is no room beside: with large text, in a language of long words,
 * in a narrow window.
 *
 * Returns: (transfer floating): the row, without a button
 */
GtkWidget *
flow_button_flow_new (void)
{
  GtkWidget *flow = gtk_flow_box_new ();

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), 1);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), MOST);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 6);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), 6);
  gtk_widget_set_halign (flow, GTK_ALIGN_START);
  return flow;
}

/**
 * flow_button_flow_add:
 * @flow: a row of buttons
 * @button: another one
 *
 * Add a button at the end.
 */
void
flow_button_flow_add (GtkWidget *flow, GtkWidget *button)
{
  GtkWidget *child = gtk_flow_box_child_new ();

  /* The button is what has the focus, not the place that it has. */
  gtk_widget_set_focusable (child, FALSE);
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), button);
  gtk_flow_box_append (GTK_FLOW_BOX (flow), child);
}

/**
 * flow_button_flow_clear:
 * @flow: a row of buttons
 *
 * Remove all buttons.
 */
void
flow_button_flow_clear (GtkWidget *flow)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (flow)) != NULL)
    gtk_flow_box_remove (GTK_FLOW_BOX (flow), child);
}
