/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-dbus-menu"

#include "app/desktop/flow-dbus-menu-tree.h"

#define ACTION_PREFIX "app."

/* What is needed while a tree is built. */
typedef struct
{
  FlowDbusMenuTree *tree;
  const FlowDbusMenuTree *before;
  GActionGroup *actions;
} Building;

static void
node_free (gpointer data)
{
  FlowDbusMenuNode *node = data;

  g_hash_table_unref (node->properties);
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_clear_pointer (&node->target, g_variant_unref);
  g_free (node->action);
  g_free (node);
}

static void
set_property (FlowDbusMenuNode *node, const char *name, GVariant *value)
{
  g_hash_table_insert (node->properties, (gpointer) name, g_variant_ref_sink (value));
}

/* The same item keeps its number from one tree to the next, so that a click in a menu that was open meanwhile means
 * what was clicked. Numbers of items that are gone are not given again. */
static int
choose_id (Building *building, const char *wanted)
{
  FlowDbusMenuTree *tree = building->tree;
  g_autofree char *key = g_strdup (wanted);
  gpointer id = NULL;

  for (guint copy = 2; g_hash_table_contains (tree->by_key, key); copy++)
    {
      g_free (key);
      key = g_strdup_printf ("%s %u", wanted, copy);
    }
  if (building->before == NULL || !g_hash_table_lookup_extended (building->before->by_key, key, NULL, &id))
    id = GINT_TO_POINTER (++tree->last_id);
  g_hash_table_insert (tree->by_key, g_steal_pointer (&key), id);
  return GPOINTER_TO_INT (id);
}

static FlowDbusMenuNode *
add_node (Building *building, FlowDbusMenuNode *parent, const char *key)
{
  FlowDbusMenuNode *node = g_new0 (FlowDbusMenuNode, 1);

  node->properties = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_variant_unref);
  if (parent == NULL)
    building->tree->root = node;
  else
    {
      node->id = choose_id (building, key);
      if (parent->children == NULL)
        parent->children = g_ptr_array_new_with_free_func (node_free);
      g_ptr_array_add (parent->children, node);
    }
  g_hash_table_insert (building->tree->by_id, GINT_TO_POINTER (node->id), node);
  return node;
}

static void
read_action (Building *building, FlowDbusMenuNode *node)
{
  const GVariantType *type;
  g_autoptr (GVariant) state = NULL;
  gboolean enabled = FALSE;

  if (!g_action_group_query_action (building->actions, node->action, &enabled, &type, NULL, NULL, &state))
    enabled = FALSE;
  if (!enabled)
    set_property (node, "enabled", g_variant_new_boolean (FALSE));
  if (state == NULL)
    return;
  if (node->target == NULL && g_variant_is_of_type (state, G_VARIANT_TYPE_BOOLEAN))
    {
      set_property (node, "toggle-type", g_variant_new_string ("checkmark"));
      set_property (node, "toggle-state", g_variant_new_int32 (g_variant_get_boolean (state)));
    }
  else if (node->target != NULL)
    {
      set_property (node, "toggle-type", g_variant_new_string ("radio"));
      set_property (node, "toggle-state", g_variant_new_int32 (g_variant_equal (state, node->target)));
    }
}

static char *
action_key (const char *action, GVariant *target)
{
  g_autofree char *text = target != NULL ? g_variant_print (target, FALSE) : NULL;

  return g_strdup_printf ("%s(%s)", action, text != NULL ? text : "");
}

static void add_items (Building *building, FlowDbusMenuNode *parent, GMenuModel *model);

static void
add_section (Building *building, FlowDbusMenuNode *parent, GMenuModel *section)
{
  FlowDbusMenuNode *separator;

  if (g_menu_model_get_n_items (section) == 0)
    return;
  if (parent->children != NULL)
    {
      separator = add_node (building, parent, "separator");
      set_property (separator, "type", g_variant_new_string ("separator"));
    }
  add_items (building, parent, section);
}

static void
add_item (Building *building, FlowDbusMenuNode *parent, GMenuModel *model, int position)
{
  g_autoptr (GMenuModel) submenu = g_menu_model_get_item_link (model, position, G_MENU_LINK_SUBMENU);
  g_autoptr (GVariant) target = NULL;
  g_autofree char *label = NULL;
  g_autofree char *action = NULL;
  g_autofree char *key = NULL;
  FlowDbusMenuNode *node;

  g_menu_model_get_item_attribute (model, position, G_MENU_ATTRIBUTE_LABEL, "s", &label);
  g_menu_model_get_item_attribute (model, position, G_MENU_ATTRIBUTE_ACTION, "s", &action);
  target = g_menu_model_get_item_attribute_value (model, position, G_MENU_ATTRIBUTE_TARGET, NULL);
  key = action != NULL ? action_key (action, target) : g_strdup_printf ("submenu %s", label);
  node = add_node (building, parent, key);
  set_property (node, "label", g_variant_new_string (label != NULL ? label : ""));
  if (submenu != NULL)
    {
      set_property (node, "children-display", g_variant_new_string ("submenu"));
      add_items (building, node, submenu);
    }
  else if (action != NULL && g_str_has_prefix (action, ACTION_PREFIX))
    {
      node->action = g_strdup (action + strlen (ACTION_PREFIX));
      node->target = g_steal_pointer (&target);
      read_action (building, node);
    }
}

static void
add_items (Building *building, FlowDbusMenuNode *parent, GMenuModel *model)
{
  for (int i = 0; i < g_menu_model_get_n_items (model); i++)
    {
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (model, i, G_MENU_LINK_SECTION);

      if (section != NULL)
        add_section (building, parent, section);
      else
        add_item (building, parent, model, i);
    }
}

/**
 * flow_dbus_menu_tree_new:
 * @model: the menu
 * @actions: what its items do
 * @before: (nullable): the tree until now
 *
 * Number the items of a menu. Sections are divided by separators, those without items are left out.
 *
 * Returns: (transfer full): the items as they are now
 */
FlowDbusMenuTree *
flow_dbus_menu_tree_new (GMenuModel *model, GActionGroup *actions, const FlowDbusMenuTree *before)
{
  FlowDbusMenuTree *self = g_new0 (FlowDbusMenuTree, 1);
  Building building = { self, before, actions };

  self->by_id = g_hash_table_new (NULL, NULL);
  self->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->last_id = before != NULL ? before->last_id : 0;
  add_node (&building, NULL, NULL);
  set_property (self->root, "children-display", g_variant_new_string ("submenu"));
  add_items (&building, self->root, model);
  return self;
}

/**
 * flow_dbus_menu_tree_free:
 * @self: (transfer full): a tree
 *
 * Free it with all nodes.
 */
void
flow_dbus_menu_tree_free (FlowDbusMenuTree *self)
{
  g_hash_table_unref (self->by_key);
  g_hash_table_unref (self->by_id);
  node_free (self->root);
  g_free (self);
}

/**
 * flow_dbus_menu_tree_find:
 * @self: a tree
 * @id: a number; the item may be gone
 *
 * Returns: (transfer none) (nullable): the item
 */
FlowDbusMenuNode *
flow_dbus_menu_tree_find (const FlowDbusMenuTree *self, int id)
{
  return g_hash_table_lookup (self->by_id, GINT_TO_POINTER (id));
}

/**
 * flow_dbus_menu_node_get_properties:
 * @node: an item
 * @names: (array zero-terminated=1): which; none for all
 *
 * Returns: (transfer floating): an `a{sv}`
 */
GVariant *
flow_dbus_menu_node_get_properties (const FlowDbusMenuNode *node, const char *const *names)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer name, value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_hash_table_iter_init (&iter, node->properties);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      if (names[0] == NULL || g_strv_contains (names, name))
        g_variant_builder_add (&builder, "{sv}", name, value);
    }
  return g_variant_builder_end (&builder);
}

/**
 * flow_dbus_menu_node_get_layout:
 * @node: an item
 * @depth: levels below it; 0 for none, -1 for all
 * @names: (array zero-terminated=1): which properties; none for all
 *
 * Returns: (transfer floating): an `(ia{sv}av)`
 */
GVariant *
flow_dbus_menu_node_get_layout (const FlowDbusMenuNode *node, int depth, const char *const *names)
{
  GVariantBuilder children;

  g_variant_builder_init (&children, G_VARIANT_TYPE ("av"));
  for (guint i = 0; depth != 0 && node->children != NULL && i < node->children->len; i++)
    g_variant_builder_add (
        &children, "v",
        flow_dbus_menu_node_get_layout (g_ptr_array_index (node->children, i), depth > 0 ? depth - 1 : -1, names));
  return g_variant_new ("(i@a{sv}av)", node->id, flow_dbus_menu_node_get_properties (node, names), &children);
}
