/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-connections-page"

#include "app/connections/flow-connections-page.h"

#include <glib/gi18n.h>

#include "app/connections/flow-channel-row.h"
#include "app/connections/flow-entries-group.h"
#include "app/connections/flow-health-group.h"
#include "app/connections/flow-letter-row.h"
#include "app/connections/flow-peer-row.h"
#include "app/connections/flow-request-row.h"
#include "app/shell/flow-ports-group.h"
#include "app/shell/flow-toast.h"

/**
 * FlowConnectionsPage:
 *
 * Who is connected with the hub and how well that works, where it listens, who may connect, and the messages that wait
 * or were given up.
 */
struct _FlowConnectionsPage
{
  AdwBin parent_instance;

  FlowServices *services;
  GtkStack *stack;
  AdwPreferencesPage *groups;
};

G_DEFINE_FINAL_TYPE (FlowConnectionsPage, flow_connections_page, ADW_TYPE_BIN)

static FlowConnections *
get_connections (FlowConnectionsPage *self)
{
  return flow_services_get_connections (self->services);
}

static void
live_cb (FlowConnectionsPage *self)
{
  gtk_stack_set_visible_child_name (
      self->stack, flow_board_is_live (FLOW_BOARD (get_connections (self))) ? "connections" : "no-hub");
}

static void
failed_cb (FlowConnectionsPage *self, const char *reason)
{
  flow_toast (GTK_WIDGET (self), reason);
}

/* --- The groups ------------------------------------------------------------------------------------------ */

static GtkWidget *
make_channel_row (FlowBoard *board, guint list, FlowEntry *channel)
{
  return flow_channel_row_new (channel);
}

static void
add (FlowConnectionsPage *self, GtkWidget *group)
{
  adw_preferences_page_add (self->groups, ADW_PREFERENCES_GROUP (group));
}

static void
add_list (FlowConnectionsPage *self, FlowConnectionsList list, FlowEntryRowFunc make_row, const char *title,
          const char *empty)
{
  add (self, flow_entries_group_new (FLOW_BOARD (get_connections (self)), list, make_row, title, empty));
}

static void
add_groups (FlowConnectionsPage *self, FlowHubKeeper *keeper)
{
  add_list (self, FLOW_CONNECTIONS_REQUESTS, flow_request_row_new, _ ("Asks to Connect"), NULL);
  add_list (self, FLOW_CONNECTIONS_CHANNELS, make_channel_row, _ ("Connected"),
            _ ("Nobody. Install the FlowScope extension in Visual Studio Code, or start “flowctl editor” from another "
               "editor: it appears here by itself."));
  add (self, flow_health_group_new (get_connections (self)));
  add (self, flow_ports_group_new (self->services, keeper, TRUE));
  add_list (self, FLOW_CONNECTIONS_ORIGINS, flow_peer_row_new, _ ("Web Pages"),
            _ ("No page has asked to connect. You are asked when one does."));
  add_list (
      self, FLOW_CONNECTIONS_CLIENTS, flow_peer_row_new, _ ("Paired Programs"),
      _ ("None. Programs of your own find the hub without pairing; those in containers and of other users pair."));
  add_list (self, FLOW_CONNECTIONS_WAITING, flow_letter_row_new, _ ("Messages That Wait"),
            _ ("None. What cannot be delivered at once waits here until its receiver is back."));
  add_list (self, FLOW_CONNECTIONS_DEAD, flow_letter_row_new, _ ("Messages Given Up"), NULL);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_connections_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (flow_connections_page_parent_class)->map (widget);
  flow_board_watch (FLOW_BOARD (get_connections (FLOW_CONNECTIONS_PAGE (widget))));
}

static void
flow_connections_page_unmap (GtkWidget *widget)
{
  flow_board_unwatch (FLOW_BOARD (get_connections (FLOW_CONNECTIONS_PAGE (widget))));
  GTK_WIDGET_CLASS (flow_connections_page_parent_class)->unmap (widget);
}

static void
flow_connections_page_dispose (GObject *object)
{
  FlowConnectionsPage *self = FLOW_CONNECTIONS_PAGE (object);

  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_connections_page_parent_class)->dispose (object);
}

static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/org/flowscope/FlowScope/connections/connections.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
flow_connections_page_class_init (FlowConnectionsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_connections_page_dispose;
  widget_class->map = flow_connections_page_map;
  widget_class->unmap = flow_connections_page_unmap;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/flowscope/FlowScope/connections/flow-connections-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowConnectionsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, FlowConnectionsPage, groups);
  load_style ();
}

static void
flow_connections_page_init (FlowConnectionsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_connections_page_new:
 * @services: the connections, the hub and the settings
 * @keeper: restarts the hub
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
flow_connections_page_new (FlowServices *services, FlowHubKeeper *keeper)
{
  FlowConnectionsPage *self = g_object_new (FLOW_TYPE_CONNECTIONS_PAGE, NULL);

  self->services = g_object_ref (services);
  add_groups (self, keeper);
  g_signal_connect_object (get_connections (self), "notify::live", G_CALLBACK (live_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_connections (self), "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  live_cb (self);
  return GTK_WIDGET (self);
}
