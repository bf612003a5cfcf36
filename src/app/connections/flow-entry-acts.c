/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-entry-acts"

#include "app/connections/flow-entry-acts.h"

#include "app/shell/flow-toast.h"

/* What was done with an entry, or is to be done, until it can no longer be taken back. */
typedef struct
{
  FlowConnections *connections;
  FlowEntry *entry;
  FlowConnectionsAct act;
} Deed;

static Deed *
deed_new (FlowConnections *connections, FlowConnectionsAct act, FlowEntry *entry)
{
  Deed *deed = g_new (Deed, 1);

  *deed = (Deed) { g_object_ref (connections), g_object_ref (entry), act };
  return deed;
}

static void
deed_free (gpointer data)
{
  Deed *deed = data;

  g_object_unref (deed->connections);
  g_object_unref (deed->entry);
  g_free (deed);
}

static void
do_act (gpointer data)
{
  Deed *deed = data;

  flow_connections_act (deed->connections, deed->act, deed->entry);
}

static void
list_again (gpointer data)
{
  Deed *deed = data;

  flow_board_unhide (FLOW_BOARD (deed->connections), deed->entry);
}

/**
 * flow_entry_acts_button:
 * @icon: a symbolic icon
 * @label: what it does
 *
 * Returns: (transfer floating): a flat button for the end of a row
 */
GtkWidget *
flow_entry_acts_button (const char *icon, const char *label)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return button;
}

/**
 * flow_entry_acts_remove:
 * @from: a widget of the window
 * @connections: who does it
 * @act: what cannot be taken back once it is done
 * @entry: with what
 * @told: what seems done, like “Message dropped”
 *
 * Take the entry from its list at once, and really do it when nobody took it back.
 */
void
flow_entry_acts_remove (GtkWidget *from, FlowConnections *connections, FlowConnectionsAct act, FlowEntry *entry,
                        const char *told)
{
  Deed *deed = deed_new (connections, act, entry);

  /* The row of the entry goes with it, and what is found from it. */
  flow_toast_undo (from, told, G_CALLBACK (list_again), G_CALLBACK (do_act), deed, deed_free);
  flow_board_hide (FLOW_BOARD (connections), entry);
}

/**
 * flow_entry_acts_change:
 * @from: a widget of the window
 * @connections: who does it
 * @act: what to do, at once
 * @back: what takes it back
 * @entry: with what
 * @told: what is done, like “Allowed”
 *
 * Do something that can be taken back.
 */
void
flow_entry_acts_change (GtkWidget *from, FlowConnections *connections, FlowConnectionsAct act, FlowConnectionsAct back,
                        FlowEntry *entry, const char *told)
{
  Deed *deed = deed_new (connections, back, entry);

  flow_connections_act (connections, act, entry);
  flow_toast_undo (from, told, G_CALLBACK (do_act), NULL, deed, deed_free);
}
