/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-request-row"

#include "app/connections/flow-request-row.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/shell/flow-button-flow.h"

/**
 * FlowRequestRow:
 *
 * A program that wants to pair: who it says it is, the code that it must show too, and the two answers.
 */
struct _FlowRequestRow
{
  GtkListBoxRow parent_instance;

  FlowConnections *connections;
  FlowEntry *request;
};

G_DEFINE_FINAL_TYPE (FlowRequestRow, flow_request_row, GTK_TYPE_LIST_BOX_ROW)

static void
answer (FlowRequestRow *self, FlowConnectionsAct act)
{
  g_autoptr (FlowConnections) connections = g_object_ref (self->connections);
  g_autoptr (FlowEntry) request = g_object_ref (self->request);

  /* Answered once; the row goes with it. */
  flow_board_hide (FLOW_BOARD (connections), request);
  flow_connections_act (connections, act, request);
}

static void
allow_cb (FlowRequestRow *self)
{
  answer (self, FLOW_CONNECTIONS_ALLOW);
}

static void
deny_cb (FlowRequestRow *self)
{
  answer (self, FLOW_CONNECTIONS_DENY);
}

static void
flow_request_row_dispose (GObject *object)
{
  FlowRequestRow *self = FLOW_REQUEST_ROW (object);

  g_clear_object (&self->connections);
  g_clear_object (&self->request);

  G_OBJECT_CLASS (flow_request_row_parent_class)->dispose (object);
}

static void
flow_request_row_class_init (FlowRequestRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_request_row_dispose;
}

static void
flow_request_row_init (FlowRequestRow *self)
{
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
}

static GtkWidget *
make_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
make_buttons (FlowRequestRow *self)
{
  GtkWidget *flow = flow_button_flow_new ();
  GtkWidget *allow = gtk_button_new_with_mnemonic (_ ("_Allow"));
  GtkWidget *deny = gtk_button_new_with_mnemonic (_ ("_Deny"));

  g_signal_connect_swapped (allow, "clicked", G_CALLBACK (allow_cb), self);
  g_signal_connect_swapped (deny, "clicked", G_CALLBACK (deny_cb), self);
  flow_button_flow_add (FLOW_BUTTON_FLOW (flow), allow);
  flow_button_flow_add (FLOW_BUTTON_FLOW (flow), deny);
  return flow;
}

/**
 * flow_request_row_new:
 * @board: what allows and denies
 * @list: where it stands: %FLOW_CONNECTIONS_REQUESTS
 * @request: what the verb `pair-list` writes of one
 *
 * Returns: (transfer floating): its row
 */
GtkWidget *
flow_request_row_new (FlowBoard *board, guint list, FlowEntry *request)
{
  FlowRequestRow *self = g_object_new (FLOW_TYPE_REQUEST_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  const char *name = flow_entry_get_text (request, "name");
  const char *code = flow_entry_get_text (request, "code");
  const char *kind = flow_connection_text_kind (flow_entry_get_text (request, "kind"));
  g_autofree char *title = g_strdup_printf ("%s (%s)", name != NULL ? name : "?", kind);

  self->connections = g_object_ref (FLOW_CONNECTIONS (board));
  self->request = g_object_ref (request);
  gtk_box_append (GTK_BOX (box), make_label (title, "heading"));
  gtk_box_append (GTK_BOX (box), make_label (_ ("Allow it only if it shows this code:"), "dim-label"));
  gtk_box_append (GTK_BOX (box), make_label (code != NULL ? code : "?", "flow-code"));
  gtk_box_append (GTK_BOX (box), make_buttons (self));
  gtk_widget_add_css_class (box, "flow-request");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  return GTK_WIDGET (self);
}
