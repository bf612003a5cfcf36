/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-ports-group"

#include "app/shell/flow-ports-group.h"

#include <glib/gi18n.h>

#include "app/shell/flow-setting-row.h"
#include "app/shell/flow-toast.h"

/**
 * FlowPortsGroup:
 *
 * Where the hub listens right now, why a port is another one than wanted, the line that programs need, and the button
 * that has the hub listen where the settings say. It may also have the switches of these ports.
 */
struct _FlowPortsGroup
{
  AdwPreferencesGroup parent_instance;

  FlowServices *services;
  FlowHubKeeper *keeper;
  FlowHub *hub;
  gboolean has_switches;
  GPtrArray *rows;
  GPtrArray *switches; /* of the rows that have one */
  GtkWidget *restart_row;
  GtkWidget *restart;
};

G_DEFINE_FINAL_TYPE (FlowPortsGroup, flow_ports_group, ADW_TYPE_PREFERENCES_GROUP)

static const char *
title_of (const FlowHubPort *port)
{
  if (g_str_equal (port->name, "hub"))
    return _ ("Hub: editors, flowctl, OTLP too");
  if (g_str_equal (port->name, "otlp-http"))
    return _ ("OTLP over HTTP");
  if (g_str_equal (port->name, "web-dev-sync"))
    return _ ("Web pages with the page library");
  if (g_str_equal (port->name, "ghosttext"))
    return _ ("GhostText");
  if (g_str_equal (port->name, "atomic-chrome"))
    return _ ("Atomic Chrome");
  return port->name;
}

/* What programs that send spans are told, and pages; who looks at one port only needs nothing. */
static char *
dup_line (const FlowHubPort *port)
{
  if (g_str_equal (port->name, "hub") || g_str_equal (port->name, "otlp-http"))
    return g_strdup_printf ("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:%u", port->port);
  if (g_str_equal (port->name, "web-dev-sync"))
    return g_strdup_printf ("<script src=\"http://127.0.0.1:%u/web-dev-sync/web-dev-sync.js\"></script>", port->port);
  return NULL;
}

static char *
describe (const FlowHubPort *port)
{
  if (!port->on)
    return g_strdup (port->reason != NULL ? port->reason : _ ("Off"));
  if (port->wanted != 0 && port->port != port->wanted)
    return g_strdup_printf (_ ("127.0.0.1:%u, as port %u is taken by another program"), port->port, port->wanted);
  return g_strdup_printf ("127.0.0.1:%u", port->port);
}

static void
copy_cb (GtkButton *button, FlowPortsGroup *self)
{
  const char *line = g_object_get_data (G_OBJECT (button), "flow-line");

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), line);
  flow_toast (GTK_WIDGET (self),
              *line == '<' ? _ ("Copied; put it into your page") : _ ("Copied; set it where your program starts"));
}

static void
add_copy (FlowPortsGroup *self, GtkWidget *row, const FlowHubPort *port)
{
  GtkWidget *button;
  char *line = dup_line (port);
  g_autofree char *label = line != NULL ? g_strdup_printf (_ ("Copy %s"), line) : NULL;

  if (line == NULL)
    return;
  button = gtk_button_new_from_icon_name ("edit-copy-symbolic");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_set_data_full (G_OBJECT (button), "flow-line", line, g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (copy_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

/* Whether a doorway should be open; one that cannot be closed always should. */
static gboolean
is_enabled (FlowPortsGroup *self, const char *key)
{
  g_autoptr (GVariant) enabled = flow_settings_get (flow_services_get_settings (self->services), key, NULL);

  return enabled == NULL || g_variant_get_boolean (enabled);
}

static void
switched_cb (GtkSwitch *control, GParamSpec *pspec, FlowPortsGroup *self)
{
  const char *key = g_object_get_data (G_OBJECT (control), "flow-key");
  gboolean on = gtk_switch_get_active (control);

  if (on != is_enabled (self, key))
    flow_setting_row_write (GTK_WIDGET (self), flow_services_get_settings (self->services), key,
                            g_variant_new_boolean (on));
}

static void
add_switch (FlowPortsGroup *self, GtkWidget *row, const FlowHubPort *port)
{
  g_autofree char *key = g_strdup_printf ("ports.%s-enabled", port->name);
  g_autoptr (GVariant) value = flow_settings_get (flow_services_get_settings (self->services), key, NULL);
  GtkWidget *control;

  if (value == NULL)
    return;
  control = gtk_switch_new ();
  gtk_switch_set_active (GTK_SWITCH (control), g_variant_get_boolean (value));
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, title_of (port), -1);
  g_object_set_data_full (G_OBJECT (control), "flow-key", g_steal_pointer (&key), g_free);
  g_signal_connect (control, "notify::active", G_CALLBACK (switched_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);
  g_ptr_array_add (self->switches, control);
}

static GtkWidget *
make_row (FlowPortsGroup *self, const FlowHubPort *port)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *text = describe (port);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title_of (port));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  if (port->on)
    add_copy (self, row, port);
  if (self->has_switches)
    add_switch (self, row, port);
  return row;
}

/* Whether the hub would listen elsewhere if it were started now. */
static gboolean
differs (FlowPortsGroup *self, const FlowHubPort *port)
{
  FlowSettings *settings = flow_services_get_settings (self->services);
  g_autofree char *key = g_strconcat ("ports.", port->name, NULL);
  g_autofree char *switch_key = g_strconcat (key, "-enabled", NULL);
  g_autoptr (GVariant) number = flow_settings_get (settings, key, NULL);
  gboolean on = is_enabled (self, switch_key);

  if (number == NULL)
    return FALSE;
  return on != port->on || (on && g_variant_get_uint16 (number) != port->wanted);
}

/* What the settings say, against where the hub listens. */
static void
show_settings (FlowPortsGroup *self)
{
  guint n = 0;
  const FlowHubPort *ports = self->hub != NULL ? flow_hub_get_ports (self->hub, &n) : NULL;
  gboolean other = FALSE;

  for (guint i = 0; i < self->switches->len; i++)
    {
      GtkSwitch *control = g_ptr_array_index (self->switches, i);

      gtk_switch_set_active (control, is_enabled (self, g_object_get_data (G_OBJECT (control), "flow-key")));
    }
  for (guint i = 0; i < n; i++)
    other = other || differs (self, &ports[i]);
  gtk_widget_set_visible (self->restart_row, other);
}

static void
show_ports (FlowPortsGroup *self)
{
  guint n = 0;
  const FlowHubPort *ports = self->hub != NULL ? flow_hub_get_ports (self->hub, &n) : NULL;

  g_ptr_array_set_size (self->switches, 0);
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *row = make_row (self, &ports[i]);

      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
      g_ptr_array_add (self->rows, row);
    }
  show_settings (self);
}

static void
other_hub_cb (FlowPortsGroup *self)
{
  if (g_set_object (&self->hub, flow_services_get_hub (self->services)))
    show_ports (self);
}

static void
setting_cb (FlowSettings *settings, const char *key, FlowPortsGroup *self)
{
  if (g_str_has_prefix (key, "ports."))
    show_settings (self);
}

static void
restart_cb (FlowPortsGroup *self)
{
  flow_hub_keeper_restart (self->keeper);
}

static void
flow_ports_group_dispose (GObject *object)
{
  FlowPortsGroup *self = FLOW_PORTS_GROUP (object);

  g_clear_object (&self->hub);
  g_clear_object (&self->keeper);
  g_clear_object (&self->services);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->switches, g_ptr_array_unref);

  G_OBJECT_CLASS (flow_ports_group_parent_class)->dispose (object);
}

static void
flow_ports_group_class_init (FlowPortsGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_ports_group_dispose;
}

static void
flow_ports_group_init (FlowPortsGroup *self)
{
  self->rows = g_ptr_array_new ();
  self->switches = g_ptr_array_new ();
  self->restart_row = adw_action_row_new ();
  self->restart = gtk_button_new_with_mnemonic (_ ("_Restart the Hub"));
  gtk_widget_set_valign (self->restart, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->restart, "suggested-action");
  g_signal_connect_swapped (self->restart, "clicked", G_CALLBACK (restart_cb), self);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->restart_row), _ ("The hub still listens elsewhere"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->restart_row),
                               _ ("Programs that send at this moment send again by themselves."));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->restart_row), self->restart);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("Listening Now"));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), self->restart_row);
}

/**
 * flow_ports_group_new:
 * @services: the hub and the settings
 * @keeper: restarts the hub
 * @has_switches: whether the ports can be switched on and off here
 *
 * Returns: (transfer floating): the group
 */
GtkWidget *
flow_ports_group_new (FlowServices *services, FlowHubKeeper *keeper, gboolean has_switches)
{
  FlowPortsGroup *self = g_object_new (FLOW_TYPE_PORTS_GROUP, NULL);

  self->services = g_object_ref (services);
  self->keeper = g_object_ref (keeper);
  self->has_switches = has_switches;
  g_signal_connect_object (services, "hub-changed", G_CALLBACK (other_hub_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (flow_services_get_settings (services), "changed", G_CALLBACK (setting_cb), self, 0);
  self->hub = flow_services_get_hub (services) != NULL ? g_object_ref (flow_services_get_hub (services)) : NULL;
  show_ports (self);
  return GTK_WIDGET (self);
}
