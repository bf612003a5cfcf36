/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FlowDbusMenuNode:
 * @id: its number on the bus; 0 is the whole menu
 * @properties: (element-type utf8 GVariant): what com.canonical.dbusmenu calls them, without those of their default
 * @children: (element-type FlowDbusMenuNode) (nullable): what is in a submenu
 * @action: (nullable): name of the action, without the `app.`
 * @target: (nullable): its parameter
 *
 * An item of a menu as it is told on the bus.
 */
typedef struct
{
  int id;
  GHashTable *properties;
  GPtrArray *children;
  char *action;
  GVariant *target;
} FlowDbusMenuNode;

/** FlowDbusMenuTree: the items of a menu at one moment. */
typedef struct
{
  FlowDbusMenuNode *root;
  GHashTable *by_id;  /* id -> FlowDbusMenuNode, of the tree */
  GHashTable *by_key; /* what an item does -> id */
  int last_id;
} FlowDbusMenuTree;

FlowDbusMenuTree *flow_dbus_menu_tree_new (GMenuModel *model, GActionGroup *actions, const FlowDbusMenuTree *before);
void flow_dbus_menu_tree_free (FlowDbusMenuTree *self);
FlowDbusMenuNode *flow_dbus_menu_tree_find (const FlowDbusMenuTree *self, int id);
GVariant *flow_dbus_menu_node_get_properties (const FlowDbusMenuNode *node, const char *const *names);
GVariant *flow_dbus_menu_node_get_layout (const FlowDbusMenuNode *node, int depth, const char *const *names);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowDbusMenuTree, flow_dbus_menu_tree_free)

G_END_DECLS
