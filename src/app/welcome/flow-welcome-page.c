/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-welcome-page"

#include "app/welcome/flow-welcome-page.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "app/code/flow-code.h"
#include "app/connections/flow-connection-text.h"
#include "app/welcome/flow-sample.h"
#include "app/welcome/flow-welcome-recipe.h"
#include "base/flow-error.h"
#include "launch/flow-editor-preset.h"

/* Where spans go when no port is open yet: what a recipe shows must be what works with the settings as they ship. */
#define USUAL_ENDPOINT "http://127.0.0.1:4318"

/**
 * FlowWelcomePage:
 *
 * What stands where the traces will be while there are none: three cards that teach, each with something to press
 * whose result is seen. Files may be dropped on it.
 */
struct _FlowWelcomePage
{
  GtkWidget parent_instance;

  FlowServices *services;
  FlowHub *hub; /* (nullable): whose changes are listened to */
  gulong hub_handler;
  GCancellable *cancellable;

  GtkDropDown *recipes;
  GtkLabel *lines;
  GtkWidget *waiting; /* does not move: it may be shown for days */
  GtkLabel *state;
  GtkButton *repair;
  GtkButton *send;
  GtkLabel *editor;
  GtkLabel *edits;
};

G_DEFINE_FINAL_TYPE (FlowWelcomePage, flow_welcome_page, GTK_TYPE_WIDGET)

static const char *
get_endpoint (FlowWelcomePage *self)
{
  return self->hub != NULL ? flow_hub_get_otlp_endpoint (self->hub) : NULL;
}

static void
update_lines (FlowWelcomePage *self)
{
  const char *endpoint = get_endpoint (self);
  guint recipe = gtk_drop_down_get_selected (self->recipes);
  g_autofree char *text = NULL;

  if (recipe == GTK_INVALID_LIST_POSITION)
    return;
  text = flow_welcome_recipe_text (recipe, endpoint != NULL ? endpoint : USUAL_ENDPOINT);
  gtk_label_set_text (self->lines, text);
}

static void
update_lines_cb (GObject *recipes, GParamSpec *pspec, FlowWelcomePage *self)
{
  update_lines (self);
}

static const FlowHubPort *
find_port (FlowHub *hub, const char *name)
{
  guint n_ports;
  const FlowHubPort *ports = flow_hub_get_ports (hub, &n_ports);

  for (guint i = 0; i < n_ports; i++)
    {
      if (g_str_equal (ports[i].name, name))
        return &ports[i];
    }
  return NULL;
}

static char *
describe_closed_port (FlowHub *hub)
{
  const FlowHubPort *port = find_port (hub, "otlp-http");

  if (port != NULL && port->reason != NULL)
    return g_strdup_printf (_ ("The port for spans is closed: %s"), port->reason);
  return g_strdup (_ ("The port for spans is closed"));
}

/* The extension looks at one port only. */
static void
update_edits (FlowWelcomePage *self)
{
  const FlowHubPort *port = self->hub != NULL ? find_port (self->hub, "ghosttext") : NULL;
  g_autofree char *text = NULL;

  if (self->hub == NULL)
    text = g_strdup (_ ("The hub is starting"));
  else if (port != NULL && port->on && port->port == port->wanted)
    text = g_strdup_printf (_ ("GhostText finds FlowScope at port %u."), port->port);
  else if (port != NULL && port->on)
    text = g_strdup_printf (_ ("Set the port %u in the options of GhostText."), port->port);
  else if (port != NULL && port->reason != NULL)
    text = g_strdup_printf (_ ("GhostText does not find FlowScope: %s"), port->reason);
  else
    text = g_strdup (_ ("The port for GhostText is off."));
  gtk_label_set_text (self->edits, text);
}

/* A button that mends what keeps spans away, or none. */
static void
set_repair (FlowWelcomePage *self, const char *label, const char *action, const char *target)
{
  gtk_widget_set_visible (GTK_WIDGET (self->repair), label != NULL);
  if (label == NULL)
    return;
  gtk_button_set_label (self->repair, label);
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (self->repair),
                                          target != NULL ? g_variant_new_string (target) : NULL);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->repair), action);
}

static void
update_state (FlowWelcomePage *self)
{
  const char *endpoint = get_endpoint (self);
  FlowHubSummary summary = { 0 };
  g_autofree char *text = NULL;
  gboolean ready;

  if (self->hub != NULL)
    flow_hub_get_summary (self->hub, &summary);
  ready = endpoint != NULL && summary.capturing;
  if (self->hub == NULL)
    text = g_strdup (_ ("The hub is starting"));
  else if (endpoint == NULL)
    text = describe_closed_port (self->hub);
  else if (!summary.capturing)
    text = g_strdup (_ ("Capture is paused: programs are told to try again later"));
  else
    text = g_strdup_printf (_ ("Listening on %s"), endpoint);
  gtk_label_set_text (self->state, text);
  gtk_widget_set_visible (self->waiting, ready);
  gtk_widget_set_sensitive (GTK_WIDGET (self->send), ready && self->cancellable == NULL);
  if (self->hub != NULL && endpoint == NULL)
    set_repair (self, _ ("Change the Ports…"), "app.preferences", "ports");
  else if (self->hub != NULL && !summary.capturing)
    set_repair (self, _ ("Resume Capture"), "app.capture-enabled", NULL);
  else
    set_repair (self, NULL, NULL, NULL);
}

static void
update_editor (FlowWelcomePage *self)
{
  g_autoptr (GVariant) value = flow_settings_get (flow_services_get_settings (self->services), "editor-command", NULL);
  const char *command = value != NULL ? g_variant_get_string (value, NULL) : "";
  const FlowEditorPreset *preset = *command == '\0' ? flow_editor_preset_find (TRUE, TRUE) : NULL;
  FlowConnections *connections = flow_services_get_connections (self->services);
  g_autofree char *connected = flow_connection_text_editor (
      flow_board_get_list (FLOW_BOARD (connections), FLOW_CONNECTIONS_CHANNELS));
  g_autofree char *text = NULL;

  if (connected != NULL)
    text = g_strdup_printf (_ ("It will be shown in %s, which is connected."), connected);
  else if (*command != '\0')
    text = g_strdup_printf (_ ("It will be opened with: %s"), command);
  else if (preset != NULL)
    text = g_strdup_printf (_ ("It will be opened with %s."), preset->name);
  else
    text = g_strdup (_ ("No editor was found on this machine. Choose one, or say how yours is started."));
  gtk_label_set_text (self->editor, text);
}

static void
changed_cb (FlowWelcomePage *self)
{
  update_state (self);
  update_edits (self);
}

static void
update_hub (FlowWelcomePage *self)
{
  FlowHub *hub = flow_services_get_hub (self->services);

  if (self->hub != NULL)
    g_clear_signal_handler (&self->hub_handler, self->hub);
  g_set_object (&self->hub, hub);
  if (hub != NULL)
    self->hub_handler = g_signal_connect_swapped (hub, "changed", G_CALLBACK (changed_cb), self);
  update_lines (self);
  changed_cb (self);
}

static void
copy_cb (GtkButton *button, FlowWelcomePage *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), gtk_label_get_text (self->lines));
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowWelcomePage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *trace_id = flow_sample_send_finish (result, &error);

  g_clear_object (&self->cancellable);
  if (self->services == NULL)
    return;
  update_state (self);
  if (trace_id != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "app.open-trace", "s", trace_id);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autofree char *text = g_strdup_printf (_ ("The sample was not sent: %s"), error->message);

      gtk_label_set_text (self->state, text);
    }
}

static void
send_cb (GtkButton *button, FlowWelcomePage *self)
{
  if (self->cancellable != NULL)
    return;
  self->cancellable = g_cancellable_new ();
  update_state (self);
  flow_sample_send_async (self->services, self->cancellable, sent_cb, g_object_ref (self));
}

static void
try_cb (GtkButton *button, FlowWelcomePage *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = flow_sample_write_source (flow_services_get_context (self->services), &error);

  if (path == NULL)
    gtk_label_set_text (self->editor, error->message);
  else
    flow_code_open_file (self->services, GTK_WIDGET (self), NULL, path, FLOW_SAMPLE_LINE, 1);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, FlowWelcomePage *self)
{
  GSList *list = g_value_get_boxed (value);
  GApplication *application = g_application_get_default ();
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  for (GSList *item = list; item != NULL; item = item->next)
    g_ptr_array_add (files, item->data);
  if (files->len == 0 || application == NULL)
    return FALSE;
  g_application_open (application, (GFile **) files->pdata, (int) files->len, "");
  return TRUE;
}

static void
flow_welcome_page_dispose (GObject *object)
{
  FlowWelcomePage *self = FLOW_WELCOME_PAGE (object);
  GtkWidget *child;

  g_cancellable_cancel (self->cancellable);
  if (self->hub != NULL)
    g_clear_signal_handler (&self->hub_handler, self->hub);
  g_clear_object (&self->hub);
  if (self->services != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->services, self);
      g_signal_handlers_disconnect_by_data (flow_services_get_settings (self->services), self);
    }
  g_clear_object (&self->services);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (flow_welcome_page_parent_class)->dispose (object);
}

static void
flow_welcome_page_finalize (GObject *object)
{
  g_clear_object (&FLOW_WELCOME_PAGE (object)->cancellable);

  G_OBJECT_CLASS (flow_welcome_page_parent_class)->finalize (object);
}

static void
flow_welcome_page_class_init (FlowWelcomePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = flow_welcome_page_dispose;
  object_class->finalize = flow_welcome_page_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/welcome/flow-welcome-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowWelcomePage, recipes);
  gtk_widget_class_bind_template_child (widget_class, FlowWelcomePage, lines);
  gtk_widget_class_bind_template_child (widget_class, FlowWelcomePage, waiting);
  gtk_widget_class_bind_template_child (widget_class, FlowWelcomePage, state);
  gtk_widget_class_bind_template_child (widget_class, FlowWelcomePage, repair);
  gtk_widget_class_bind_template_child (widget_class, FlowWelcomePage, send);
  gtk_widget_class_bind_template_child (widget_class, FlowWelcomePage, editor);
  gtk_widget_class_bind_template_child (widget_class, FlowWelcomePage, edits);
  gtk_widget_class_bind_template_callback (widget_class, update_lines_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
  gtk_widget_class_bind_template_callback (widget_class, send_cb);
  gtk_widget_class_bind_template_callback (widget_class, try_cb);
}

static void
flow_welcome_page_init (FlowWelcomePage *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_autoptr (GtkStringList) names = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  names = gtk_string_list_new (flow_welcome_recipe_names ());
  gtk_drop_down_set_model (self->recipes, G_LIST_MODEL (names));
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/**
 * flow_welcome_page_new:
 * @services: what pages work with
 *
 * Make the page that teaches. It needs the actions `app.open-trace`, `app.import`, `app.preferences`, `app.edit-demo`
 * and `app.capture-enabled`.
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
flow_welcome_page_new (FlowServices *services)
{
  FlowWelcomePage *self = g_object_new (FLOW_TYPE_WELCOME_PAGE, NULL);
  GListModel *channels = flow_board_get_list (FLOW_BOARD (flow_services_get_connections (services)),
                                              FLOW_CONNECTIONS_CHANNELS);

  self->services = g_object_ref (services);
  g_signal_connect_swapped (services, "hub-changed", G_CALLBACK (update_hub), self);
  g_signal_connect_swapped (flow_services_get_settings (services), "changed::editor-command",
                            G_CALLBACK (update_editor), self);
  g_signal_connect_object (channels, "items-changed", G_CALLBACK (update_editor), self, G_CONNECT_SWAPPED);
  update_hub (self);
  update_editor (self);
  return GTK_WIDGET (self);
}
