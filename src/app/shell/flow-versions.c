/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-versions"

#include "app/shell/flow-versions.h"

#include "app/shell/flow-button-flow.h"

#define COLUMN_CHARS 24

/*
 * Versions of the same thing beside each other, below each other where there is no room, and the choice of which is
 * kept.
 */
typedef struct
{
  FlowKeepFunc func;
  gpointer data;
} Keeps;

/**
 * flow_versions_new:
 *
 * Returns: (transfer floating): a box for up to three versions in a line
 */
GtkWidget *
flow_versions_new (void)
{
  GtkWidget *versions = gtk_flow_box_new ();

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (versions), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (versions), TRUE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (versions), 1);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (versions), 3);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (versions), 9);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (versions), 9);
  /* The versions are as high as the highest of them, not as the window. */
  gtk_widget_set_vexpand (versions, FALSE);
  return versions;
}

static GtkWidget *
make_title (const char *title)
{
  GtkWidget *label = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, "caption-heading");
  return label;
}

/**
 * flow_versions_add:
 * @versions: what flow_versions_new() made
 * @title: whose version it is
 *
 * Add a version.
 *
 * Returns: (transfer none): where the version is to be written
 */
GtkLabel *
flow_versions_add (GtkWidget *versions, const char *title)
{
  GtkWidget *child = gtk_flow_box_child_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  /* Three stand beside each other where there is room, however long they are. */
  gtk_label_set_max_width_chars (GTK_LABEL (label), COLUMN_CHARS);
  gtk_widget_set_vexpand (label, TRUE);
  gtk_widget_add_css_class (label, "flow-version");
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, title, -1);
  gtk_box_append (GTK_BOX (box), make_title (title));
  gtk_box_append (GTK_BOX (box), label);
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), box);
  gtk_widget_set_focusable (child, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_flow_box_insert (GTK_FLOW_BOX (versions), child, -1);
  return GTK_LABEL (label);
}

/* --- What is kept ---------------------------------------------------------------------------------------- */

static void
toggled_cb (GtkToggleButton *button, GtkWidget *flow)
{
  Keeps *keeps = g_object_get_data (G_OBJECT (flow), "flow-keeps");

  if (gtk_toggle_button_get_active (button))
    keeps->func (GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "flow-keep")), keeps->data);
}

static GtkWidget *
make_toggle (const char *label)
{
  GtkWidget *button = gtk_toggle_button_new (), *child = gtk_label_new (label);

  gtk_label_set_ellipsize (GTK_LABEL (child), PANGO_ELLIPSIZE_END);
  gtk_button_set_child (GTK_BUTTON (button), child);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return button;
}

/**
 * flow_versions_keeps_new:
 * @keeps: the versions that can be kept
 * @n: how many these are
 * @active: which of them is kept at first, -1 for none
 * @func: called when the user chooses
 * @data: for @func
 *
 * Returns: (transfer floating): buttons of which one at most is pressed
 */
GtkWidget *
flow_versions_keeps_new (const FlowKeep *keeps, gsize n, int active, FlowKeepFunc func, gpointer data)
{
  GtkWidget *flow = flow_button_flow_new (), *first = NULL;
  Keeps *told = g_new (Keeps, 1);

  *told = (Keeps) { func, data };
  g_object_set_data_full (G_OBJECT (flow), "flow-keeps", told, g_free);
  for (gsize i = 0; i < n; i++)
    {
      GtkWidget *button = make_toggle (keeps[i].label);

      g_object_set_data (G_OBJECT (button), "flow-keep", GUINT_TO_POINTER (keeps[i].keep));
      if (first == NULL)
        first = button;
      else
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (first));
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), (int) i == active);
      g_signal_connect (button, "toggled", G_CALLBACK (toggled_cb), flow);
      flow_button_flow_add (FLOW_BUTTON_FLOW (flow), button);
    }
  return flow;
}
