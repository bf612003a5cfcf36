/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-dbus-menu"

#include "app/desktop/flow-dbus-menu.h"

#include <gtk/gtk.h>

#include "app/desktop/flow-dbus-menu-tree.h"
#include "app/desktop/flow-tray-bus.h"

#define DBUS_MENU_VERSION 3

/**
 * FlowDbusMenu:
 *
 * A menu model on the bus, as com.canonical.dbusmenu: the tray's host reads the items, draws them as it likes, and
 * tells what was clicked. Hosts differ in which half of the methods they use, so all are there.
 */
struct _FlowDbusMenu
{
  GObject parent_instance;

  GMenuModel *model;
  GActionGroup *actions;
  FlowDbusMenuBus *bus;
  FlowDbusMenuTree *tree;
  GPtrArray *watched; /* menu models, nested ones too */
  GSource *rebuild;
  guint revision;
};

G_DEFINE_FINAL_TYPE (FlowDbusMenu, flow_dbus_menu, G_TYPE_OBJECT)

static void
unwatch (FlowDbusMenu *self)
{
  for (guint i = 0; i < self->watched->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->watched, i), self);
  g_ptr_array_set_size (self->watched, 0);
}

static void changed_cb (FlowDbusMenu *self);

static void
watch (FlowDbusMenu *self, GMenuModel *model)
{
  g_ptr_array_add (self->watched, g_object_ref (model));
  g_signal_connect_swapped (model, "items-changed", G_CALLBACK (changed_cb), self);
  for (int i = 0; i < g_menu_model_get_n_items (model); i++)
    {
      const char *links[] = { G_MENU_LINK_SECTION, G_MENU_LINK_SUBMENU };

      for (gsize j = 0; j < G_N_ELEMENTS (links); j++)
        {
          g_autoptr (GMenuModel) linked = g_menu_model_get_item_link (model, i, links[j]);

          if (linked != NULL)
            watch (self, linked);
        }
    }
}

static void
build (FlowDbusMenu *self)
{
  g_autoptr (FlowDbusMenuTree) before = g_steal_pointer (&self->tree);

  unwatch (self);
  watch (self, self->model);
  self->tree = flow_dbus_menu_tree_new (self->model, self->actions, before);
  self->revision++;
}

static void
cancel_rebuild (FlowDbusMenu *self)
{
  if (self->rebuild != NULL)
    g_source_destroy (self->rebuild);
  g_clear_pointer (&self->rebuild, g_source_unref);
}

static gboolean
rebuild_cb (gpointer data)
{
  FlowDbusMenu *self = data;

  cancel_rebuild (self);
  build (self);
  flow_dbus_menu_bus_emit_layout_updated (self->bus, self->revision, 0);
  return G_SOURCE_REMOVE;
}

/* A change of the menu comes as several of its model. */
static void
changed_cb (FlowDbusMenu *self)
{
  if (self->rebuild != NULL)
    return;
  self->rebuild = g_idle_source_new ();
  g_source_set_name (self->rebuild, "flow-dbus-menu-rebuild");
  g_source_set_callback (self->rebuild, rebuild_cb, self, NULL);
  g_source_attach (self->rebuild, NULL);
}

static gboolean
get_layout_cb (FlowDbusMenu *self, GDBusMethodInvocation *invocation, int parent, int depth, const char *const *names)
{
  const FlowDbusMenuNode *node = flow_dbus_menu_tree_find (self->tree, parent);

  if (node == NULL)
    g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, "no item %d", parent);
  else
    flow_dbus_menu_bus_complete_get_layout (self->bus, invocation, self->revision,
                                            flow_dbus_menu_node_get_layout (node, depth, names));
  return TRUE;
}

static void
add_properties (GVariantBuilder *builder, const FlowDbusMenuNode *node, const char *const *names)
{
  if (node != NULL)
    g_variant_builder_add (builder, "(i@a{sv})", node->id, flow_dbus_menu_node_get_properties (node, names));
}

static gboolean
get_group_properties_cb (FlowDbusMenu *self, GDBusMethodInvocation *invocation, GVariant *ids, const char *const *names)
{
  GVariantBuilder builder;
  GVariantIter wanted;
  GHashTableIter all;
  gpointer node;
  int id;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ia{sv})"));
  g_variant_iter_init (&wanted, ids);
  while (g_variant_iter_next (&wanted, "i", &id))
    add_properties (&builder, flow_dbus_menu_tree_find (self->tree, id), names);
  g_hash_table_iter_init (&all, self->tree->by_id);
  while (g_variant_n_children (ids) == 0 && g_hash_table_iter_next (&all, NULL, &node))
    add_properties (&builder, node, names);
  flow_dbus_menu_bus_complete_get_group_properties (self->bus, invocation, g_variant_builder_end (&builder));
  return TRUE;
}

static gboolean
get_property_cb (FlowDbusMenu *self, GDBusMethodInvocation *invocation, int id, const char *name)
{
  const FlowDbusMenuNode *node = flow_dbus_menu_tree_find (self->tree, id);
  GVariant *value = node != NULL ? g_hash_table_lookup (node->properties, name) : NULL;

  if (value == NULL)
    g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                           "item %d has no property of this name", id);
  else
    flow_dbus_menu_bus_complete_get_property (self->bus, invocation, g_variant_new_variant (value));
  return TRUE;
}

static gboolean
act (FlowDbusMenu *self, int id, const char *event)
{
  const FlowDbusMenuNode *node = flow_dbus_menu_tree_find (self->tree, id);

  if (node == NULL)
    return FALSE;
  if (g_str_equal (event, "clicked") && node->action != NULL)
    g_action_group_activate_action (self->actions, node->action, node->target);
  return TRUE;
}

/* Answered before the action runs: it may be the end of the program. */
static gboolean
event_cb (FlowDbusMenu *self, GDBusMethodInvocation *invocation, int id, const char *event, GVariant *data,
          guint timestamp)
{
  flow_dbus_menu_bus_complete_event (self->bus, invocation);
  act (self, id, event);
  return TRUE;
}

static gboolean
event_group_cb (FlowDbusMenu *self, GDBusMethodInvocation *invocation, GVariant *events)
{
  GVariantBuilder unknown;
  GVariantIter iter;
  const char *event;
  int id;

  g_variant_builder_init (&unknown, G_VARIANT_TYPE ("ai"));
  g_variant_iter_init (&iter, events);
  while (g_variant_iter_next (&iter, "(i&svu)", &id, NULL, NULL, NULL))
    {
      if (flow_dbus_menu_tree_find (self->tree, id) == NULL)
        g_variant_builder_add (&unknown, "i", id);
    }
  flow_dbus_menu_bus_complete_event_group (self->bus, invocation, g_variant_builder_end (&unknown));

  g_variant_iter_init (&iter, events);
  while (g_variant_iter_next (&iter, "(i&svu)", &id, &event, NULL, NULL))
    act (self, id, event);
  return TRUE;
}

/* The menu is always up to date: it is told when it changes. */
static gboolean
about_to_show_cb (FlowDbusMenu *self, GDBusMethodInvocation *invocation, int id)
{
  flow_dbus_menu_bus_complete_about_to_show (self->bus, invocation, FALSE);
  return TRUE;
}

static gboolean
about_to_show_group_cb (FlowDbusMenu *self, GDBusMethodInvocation *invocation, GVariant *ids)
{
  GVariantBuilder unknown;
  GVariantIter iter;
  int id;

  g_variant_builder_init (&unknown, G_VARIANT_TYPE ("ai"));
  g_variant_iter_init (&iter, ids);
  while (g_variant_iter_next (&iter, "i", &id))
    {
      if (flow_dbus_menu_tree_find (self->tree, id) == NULL)
        g_variant_builder_add (&unknown, "i", id);
    }
  flow_dbus_menu_bus_complete_about_to_show_group (self->bus, invocation, g_variant_new ("ai", NULL),
                                                   g_variant_builder_end (&unknown));
  return TRUE;
}

static void
flow_dbus_menu_dispose (GObject *object)
{
  FlowDbusMenu *self = FLOW_DBUS_MENU (object);

  cancel_rebuild (self);
  unwatch (self);
  if (self->actions != NULL)
    g_signal_handlers_disconnect_by_data (self->actions, self);
  if (g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (self->bus)) != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->bus));
  g_signal_handlers_disconnect_by_data (self->bus, self);
  g_clear_object (&self->actions);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (flow_dbus_menu_parent_class)->dispose (object);
}

static void
flow_dbus_menu_finalize (GObject *object)
{
  FlowDbusMenu *self = FLOW_DBUS_MENU (object);

  g_clear_pointer (&self->tree, flow_dbus_menu_tree_free);
  g_ptr_array_unref (self->watched);
  g_object_unref (self->bus);

  G_OBJECT_CLASS (flow_dbus_menu_parent_class)->finalize (object);
}

static void
flow_dbus_menu_class_init (FlowDbusMenuClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_dbus_menu_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_dbus_menu_finalize;
}

static void
flow_dbus_menu_init (FlowDbusMenu *self)
{
  const struct
  {
    const char *signal;
    GCallback callback;
  } handlers[] = {
    { "handle-get-layout", G_CALLBACK (get_layout_cb) },
    { "handle-get-group-properties", G_CALLBACK (get_group_properties_cb) },
    { "handle-get-property", G_CALLBACK (get_property_cb) },
    { "handle-event", G_CALLBACK (event_cb) },
    { "handle-event-group", G_CALLBACK (event_group_cb) },
    { "handle-about-to-show", G_CALLBACK (about_to_show_cb) },
    { "handle-about-to-show-group", G_CALLBACK (about_to_show_group_cb) },
  };
  const char *none[] = { NULL };
  gboolean rtl = gtk_widget_get_default_direction () == GTK_TEXT_DIR_RTL;

  self->watched = g_ptr_array_new_with_free_func (g_object_unref);
  self->bus = flow_dbus_menu_bus_skeleton_new ();
  flow_dbus_menu_bus_set_version (self->bus, DBUS_MENU_VERSION);
  flow_dbus_menu_bus_set_text_direction (self->bus, rtl ? "rtl" : "ltr");
  flow_dbus_menu_bus_set_status (self->bus, "normal");
  flow_dbus_menu_bus_set_icon_theme_path (self->bus, none);
  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_swapped (self->bus, handlers[i].signal, handlers[i].callback, self);
}

/**
 * flow_dbus_menu_new:
 * @model: the menu; its actions begin with `app.`
 * @actions: those actions
 *
 * Returns: (transfer full): the menu, not on the bus yet
 */
FlowDbusMenu *
flow_dbus_menu_new (GMenuModel *model, GActionGroup *actions)
{
  const char *signals[] = { "action-added", "action-removed", "action-enabled-changed", "action-state-changed" };
  FlowDbusMenu *self = g_object_new (FLOW_TYPE_DBUS_MENU, NULL);

  self->model = g_object_ref (model);
  self->actions = g_object_ref (actions);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_swapped (actions, signals[i], G_CALLBACK (changed_cb), self);
  build (self);
  return self;
}

/**
 * flow_dbus_menu_export:
 * @self: the menu
 * @connection: the session bus
 * @path: where
 * @error: return location
 *
 * Put the menu on the bus, until it is disposed.
 *
 * Returns: %FALSE with a GIO error
 */
gboolean
flow_dbus_menu_export (FlowDbusMenu *self, GDBusConnection *connection, const char *path, GError **error)
{
  g_return_val_if_fail (FLOW_IS_DBUS_MENU (self), FALSE);

  return g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->bus), connection, path, error);
}
