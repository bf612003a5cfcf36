/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-peer-row"

#include "app/connections/flow-peer-row.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/connections/flow-entry-acts.h"

/**
 * FlowPeerRow:
 *
 * A web page that is allowed, denied or has asked, or a program that has paired, with what can be changed about that.
 */
struct _FlowPeerRow
{
  AdwActionRow parent_instance;

  FlowConnections *connections;
  FlowConnectionsList list;
  FlowEntry *peer;
  GtkWidget *icon;
  GtkWidget *allow;
  GtkWidget *deny;
  GtkWidget *forget;
};

G_DEFINE_FINAL_TYPE (FlowPeerRow, flow_peer_row, ADW_TYPE_ACTION_ROW)

/* What a web page may. */
static const struct
{
  const char *state;
  const char *text;
  const char *icon;
  FlowConnectionsAct act; /* has the same outcome */
} states[] = {
  { "allowed", N_ ("May connect"), "emblem-ok-symbolic", FLOW_CONNECTIONS_ALLOW },
  { "denied", N_ ("Is refused"), "action-unavailable-symbolic", FLOW_CONNECTIONS_DENY },
  { "asked", N_ ("Has asked and waits for an answer"), "dialog-question-symbolic", FLOW_CONNECTIONS_FORGET },
};

static gsize
find_state (FlowEntry *peer)
{
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      if (g_strcmp0 (states[i].state, flow_entry_get_text (peer, "state")) == 0)
        return i;
    }
  return G_N_ELEMENTS (states) - 1;
}

/* --- Web pages ------------------------------------------------------------------------------------------- */

static void
show_origin (FlowPeerRow *self)
{
  gsize state = find_state (self->peer);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), flow_entry_get_key (self->peer));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), _ (states[state].text));
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), states[state].icon);
  gtk_widget_set_visible (self->allow, states[state].act != FLOW_CONNECTIONS_ALLOW);
  gtk_widget_set_visible (self->deny, states[state].act != FLOW_CONNECTIONS_DENY);
}

static void
change (FlowPeerRow *self, FlowConnectionsAct act, const char *format_told)
{
  FlowConnectionsAct back = states[find_state (self->peer)].act;
  g_autoptr (GString) told = g_string_new (format_told);

  g_string_replace (told, "%s", flow_entry_get_key (self->peer), 1);
  flow_entry_acts_change (GTK_WIDGET (self), self->connections, act, back, self->peer, told->str);
}

static void
allow_cb (FlowPeerRow *self)
{
  change (self, FLOW_CONNECTIONS_ALLOW, _ ("%s may connect"));
}

static void
deny_cb (FlowPeerRow *self)
{
  change (self, FLOW_CONNECTIONS_DENY, _ ("%s is refused"));
}

/* --- Programs -------------------------------------------------------------------------------------------- */

static void
show_client (FlowPeerRow *self)
{
  const char *name = flow_entry_get_text (self->peer, "name");
  const char *kind = flow_entry_get_text (self->peer, "kind");
  gint64 now = g_get_real_time () * 1000, used = flow_entry_get_time (self->peer, "lastUsed");
  g_autofree char *created = flow_connection_text_when (flow_entry_get_time (self->peer, "created"), now);
  g_autofree char *last = flow_connection_text_when (used, now);
  g_autofree char *first = g_strdup_printf (_ ("%s, paired %s"), flow_connection_text_kind (kind), created);
  g_autofree char *text = used != 0 ? g_strdup_printf (_ ("%s, last here %s"), first, last) : g_strdup (first);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), name != NULL ? name : flow_entry_get_key (self->peer));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), text);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), flow_connection_text_icon (kind));
  gtk_widget_set_visible (self->allow, FALSE);
  gtk_widget_set_visible (self->deny, FALSE);
}

static void
forget_cb (FlowPeerRow *self)
{
  const char *title = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self));
  g_autofree char *told = g_strdup_printf (_ ("%s forgotten"), title);

  flow_entry_acts_remove (GTK_WIDGET (self), self->connections, FLOW_CONNECTIONS_FORGET, self->peer, told);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
show (FlowPeerRow *self)
{
  if (self->list == FLOW_CONNECTIONS_CLIENTS)
    show_client (self);
  else
    show_origin (self);
}

static void
flow_peer_row_dispose (GObject *object)
{
  FlowPeerRow *self = FLOW_PEER_ROW (object);

  g_clear_object (&self->connections);
  g_clear_object (&self->peer);

  G_OBJECT_CLASS (flow_peer_row_parent_class)->dispose (object);
}

static void
flow_peer_row_class_init (FlowPeerRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_peer_row_dispose;
}

static void
flow_peer_row_init (FlowPeerRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  self->icon = gtk_image_new ();
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), self->icon);
}

static GtkWidget *
add_button (FlowPeerRow *self, const char *icon, const char *label, GCallback clicked)
{
  GtkWidget *button = flow_entry_acts_button (icon, label);

  g_signal_connect_swapped (button, "clicked", clicked, self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);
  return button;
}

static void
add_buttons (FlowPeerRow *self)
{
  const char *name = flow_entry_get_text (self->peer, "name");
  const char *who = name != NULL ? name : flow_entry_get_key (self->peer);
  g_autofree char *allow = g_strdup_printf (_ ("Allow %s"), who);
  g_autofree char *deny = g_strdup_printf (_ ("Refuse %s"), who);
  g_autofree char *forget = g_strdup_printf (_ ("Forget %s"), who);

  self->allow = add_button (self, "emblem-ok-symbolic", allow, G_CALLBACK (allow_cb));
  self->deny = add_button (self, "action-unavailable-symbolic", deny, G_CALLBACK (deny_cb));
  self->forget = add_button (self, "user-trash-symbolic", forget, G_CALLBACK (forget_cb));
}

/**
 * flow_peer_row_new:
 * @board: what allows, denies and forgets
 * @list: where it stands: %FLOW_CONNECTIONS_ORIGINS or %FLOW_CONNECTIONS_CLIENTS
 * @peer: what the verb `pair-list` writes of one
 *
 * Returns: (transfer floating): its row
 */
GtkWidget *
flow_peer_row_new (FlowBoard *board, guint list, FlowEntry *peer)
{
  FlowPeerRow *self = g_object_new (FLOW_TYPE_PEER_ROW, NULL);

  self->connections = g_object_ref (FLOW_CONNECTIONS (board));
  self->list = list;
  self->peer = g_object_ref (peer);
  add_buttons (self);
  g_signal_connect_object (peer, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
