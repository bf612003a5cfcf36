/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-tray-host"

#include "app/desktop/flow-tray-host.h"

#include "app/desktop/flow-dbus-menu.h"
#include "app/desktop/flow-tray-bus.h"
#include "app/desktop/flow-tray-icon.h"

#define WATCHER "org.kde.StatusNotifierWatcher"
#define WATCHER_PATH "/StatusNotifierWatcher"
/* Hosts expect the item here when they are told a bus name only. */
#define ITEM_PATH "/StatusNotifierItem"
#define MENU_PATH "/MenuBar"
#define ICON "org.flowscope.FlowScope"

/**
 * FlowTrayHost:
 *
 * The tray icon as a StatusNotifierItem, which whatever panel runs on this desktop draws. It is on the bus while the
 * program is, and registered with each watcher that appears: a panel may be started late or again. Without one nothing
 * is shown and nothing is said.
 */
struct _FlowTrayHost
{
  GObject parent_instance;

  FlowTray *tray;
  GtkApplication *application;
  GDBusConnection *connection;
  FlowStatusItemBus *bus;
  FlowDbusMenu *menu;
  guint watch;
  FlowTrayState drawn;
  GVariant *pixmaps[FLOW_TRAY_N_STATES];
};

G_DEFINE_FINAL_TYPE (FlowTrayHost, flow_tray_host, G_TYPE_OBJECT)

static const int sizes[] = { 16, 22, 24, 32, 48, 64 };

/* Cairo's pixels are numbers with their colours multiplied by alpha; the bus wants bytes A, R, G, B as they are. */
static GVariant *
encode (cairo_surface_t *surface, int size)
{
  const guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  gsize length = (gsize) size * size * 4;
  guint8 *bytes = g_malloc (length);
  guint8 *out = bytes;

  for (int y = 0; y < size; y++)
    {
      for (int x = 0; x < size; x++, out += 4)
        {
          guint32 pixel;
          guint alpha;

          memcpy (&pixel, data + y * stride + x * 4, sizeof pixel);
          alpha = pixel >> 24;
          out[0] = (guint8) alpha;
          for (int i = 1; i < 4; i++)
            {
              guint part = pixel >> (24 - 8 * i) & 0xff;

              out[i] = (guint8) (alpha == 0 ? 0 : MIN (255, (part * 255 + alpha / 2) / alpha));
            }
        }
    }
  return g_variant_new_from_data (G_VARIANT_TYPE ("ay"), bytes, length, TRUE, g_free, bytes);
}

static GVariant *
get_pixmaps (FlowTrayHost *self, FlowTrayState state)
{
  GVariantBuilder builder;

  if (self->pixmaps[state] != NULL)
    return self->pixmaps[state];
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(iiay)"));
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      cairo_surface_t *surface = flow_tray_icon_draw (state, sizes[i]);

      g_variant_builder_add (&builder, "(ii@ay)", sizes[i], sizes[i], encode (surface, sizes[i]));
      cairo_surface_destroy (surface);
    }
  self->pixmaps[state] = g_variant_ref_sink (g_variant_builder_end (&builder));
  return self->pixmaps[state];
}

/* Panels made with GTK give a symbolic icon the colour of their own; others draw it in black, whatever is behind it. */
static gboolean
recolours (void)
{
  static const char *const known[] = { "Budgie", "GNOME", "MATE", "Pantheon", "Unity", "X-Cinnamon", "XFCE", NULL };
  const char *desktop = g_getenv ("XDG_CURRENT_DESKTOP");
  g_auto (GStrv) names = g_strsplit (desktop != NULL ? desktop : "", ":", -1);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      if (g_strv_contains (known, names[i]))
        return TRUE;
    }
  return FALSE;
}

/* A name is the better answer where it is recoloured; but only one that the panel can find. */
static const char *
choose_name (FlowTrayState state)
{
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gdk_display_get_default ());
  const char *name = flow_tray_icon_get_name (state);
  g_autoptr (GtkIconPaintable) icon = NULL;
  g_autoptr (GFile) file = NULL;

  if (!recolours () || !gtk_icon_theme_has_icon (theme, name))
    return "";
  icon = gtk_icon_theme_lookup_icon (theme, name, NULL, 16, 1, GTK_TEXT_DIR_NONE, 0);
  file = gtk_icon_paintable_get_file (icon);
  return file != NULL && g_file_has_uri_scheme (file, "file") ? name : "";
}

static void
set_tooltip (FlowTrayHost *self)
{
  GVariant *none = g_variant_new ("a(iiay)", NULL);

  flow_status_item_bus_set_tool_tip (
      self->bus, g_variant_new ("(s@a(iiay)ss)", "", none, "FlowScope", flow_tray_get_text (self->tray)));
}

static void
update (FlowTrayHost *self)
{
  FlowTrayState state = flow_tray_get_state (self->tray);
  gboolean attention = state == FLOW_TRAY_ATTENTION;
  const char *name = choose_name (state);

  flow_status_item_bus_set_icon_name (self->bus, name);
  flow_status_item_bus_set_icon_pixmap (self->bus, get_pixmaps (self, state));
  flow_status_item_bus_set_attention_icon_name (self->bus, attention ? name : "");
  flow_status_item_bus_set_attention_icon_pixmap (self->bus, get_pixmaps (self, FLOW_TRAY_ATTENTION));
  flow_status_item_bus_set_status (self->bus, attention ? "NeedsAttention" : "Active");
  set_tooltip (self);
}

static void
changed_cb (FlowTrayHost *self)
{
  FlowTrayState state = flow_tray_get_state (self->tray);

  update (self);
  flow_status_item_bus_emit_new_tool_tip (self->bus);
  if (state == self->drawn)
    return;
  self->drawn = state;
  flow_status_item_bus_emit_new_icon (self->bus);
  flow_status_item_bus_emit_new_attention_icon (self->bus);
  flow_status_item_bus_emit_new_status (self->bus, flow_status_item_bus_get_status (self->bus));
}

static gboolean
activate_cb (FlowTrayHost *self, GDBusMethodInvocation *invocation, int x, int y)
{
  g_dbus_method_invocation_return_value (invocation, NULL);
  g_action_group_activate_action (G_ACTION_GROUP (self->application), "raise", NULL);
  return TRUE;
}

/* What the host draws the menu for, and what has no meaning here. */
static gboolean
ignore_cb (FlowTrayHost *self, GDBusMethodInvocation *invocation)
{
  g_dbus_method_invocation_return_value (invocation, NULL);
  return TRUE;
}

/* Lets the window come to the front at the next activation. */
static gboolean
token_cb (FlowTrayHost *self, GDBusMethodInvocation *invocation, const char *token)
{
  GtkWindow *window = gtk_application_get_active_window (self->application);

  if (window != NULL && *token != '\0')
    gtk_window_set_startup_id (window, token);
  g_dbus_method_invocation_return_value (invocation, NULL);
  return TRUE;
}

static void
registered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    g_debug ("the tray does not take the icon: %s", error->message);
}

static void
watcher_cb (GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
  /* Our own name of the bus will do; one of the form that hosts invented needs a permission in a sandbox. */
  g_dbus_connection_call (connection, owner, WATCHER_PATH, WATCHER, "RegisterStatusNotifierItem",
                          g_variant_new ("(s)", g_dbus_connection_get_unique_name (connection)), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, registered_cb, NULL);
}

static void
flow_tray_host_dispose (GObject *object)
{
  FlowTrayHost *self = FLOW_TRAY_HOST (object);

  g_clear_handle_id (&self->watch, g_bus_unwatch_name);
  if (self->tray != NULL)
    g_signal_handlers_disconnect_by_data (self->tray, self);
  if (g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (self->bus)) != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->bus));
  g_signal_handlers_disconnect_by_data (self->bus, self);
  g_clear_object (&self->menu);
  g_clear_object (&self->connection);
  g_clear_object (&self->application);
  g_clear_object (&self->tray);

  G_OBJECT_CLASS (flow_tray_host_parent_class)->dispose (object);
}

static void
flow_tray_host_finalize (GObject *object)
{
  FlowTrayHost *self = FLOW_TRAY_HOST (object);

  for (gsize i = 0; i < FLOW_TRAY_N_STATES; i++)
    g_clear_pointer (&self->pixmaps[i], g_variant_unref);
  g_object_unref (self->bus);

  G_OBJECT_CLASS (flow_tray_host_parent_class)->finalize (object);
}

static void
flow_tray_host_class_init (FlowTrayHostClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_tray_host_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_tray_host_finalize;
}

static void
flow_tray_host_init (FlowTrayHost *self)
{
  self->bus = flow_status_item_bus_skeleton_new ();
  g_object_set (self->bus, "category", "ApplicationStatus", "id", ICON, "title", "FlowScope", "icon-theme-path", "",
                "overlay-icon-name", "", "overlay-icon-pixmap", g_variant_new ("a(iiay)", NULL), "attention-movie-name",
                "", "menu", MENU_PATH, NULL);
  g_signal_connect_swapped (self->bus, "handle-activate", G_CALLBACK (activate_cb), self);
  g_signal_connect_swapped (self->bus, "handle-secondary-activate", G_CALLBACK (activate_cb), self);
  g_signal_connect_swapped (self->bus, "handle-context-menu", G_CALLBACK (ignore_cb), self);
  g_signal_connect_swapped (self->bus, "handle-scroll", G_CALLBACK (ignore_cb), self);
  g_signal_connect_swapped (self->bus, "handle-provide-xdg-activation-token", G_CALLBACK (token_cb), self);
}

static void
export_item (FlowTrayHost *self)
{
  g_autoptr (GError) error = NULL;

  if (!flow_dbus_menu_export (self->menu, self->connection, MENU_PATH, &error) ||
      !g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->bus), self->connection, ITEM_PATH, &error))
    {
      g_warning ("no tray icon: %s", error->message);
      return;
    }
  self->watch = g_bus_watch_name_on_connection (self->connection, WATCHER, G_BUS_NAME_WATCHER_FLAGS_NONE, watcher_cb,
                                                NULL, NULL, NULL);
}

/**
 * flow_tray_host_new:
 * @tray: what to show
 * @application: with the actions of the menu, and `raise`
 *
 * Show the icon in the tray of this desktop, as long as the object lives. A program that is not on a bus has none.
 *
 * Returns: (transfer full): the icon
 */
FlowTrayHost *
flow_tray_host_new (FlowTray *tray, GtkApplication *application)
{
  FlowTrayHost *self = g_object_new (FLOW_TYPE_TRAY_HOST, NULL);
  GDBusConnection *connection = g_application_get_dbus_connection (G_APPLICATION (application));

  self->tray = g_object_ref (tray);
  self->application = g_object_ref (application);
  self->menu = flow_dbus_menu_new (flow_tray_get_menu (tray), G_ACTION_GROUP (application));
  self->drawn = flow_tray_get_state (tray);
  update (self);
  g_signal_connect_swapped (tray, "changed", G_CALLBACK (changed_cb), self);
  if (connection != NULL)
    {
      self->connection = g_object_ref (connection);
      export_item (self);
    }
  return self;
}
