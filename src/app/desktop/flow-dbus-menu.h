/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define FLOW_TYPE_DBUS_MENU (flow_dbus_menu_get_type ())
G_DECLARE_FINAL_TYPE (FlowDbusMenu, flow_dbus_menu, FLOW, DBUS_MENU, GObject)

FlowDbusMenu *flow_dbus_menu_new (GMenuModel *model, GActionGroup *actions);
gboolean flow_dbus_menu_export (FlowDbusMenu *self, GDBusConnection *connection, const char *path, GError **error);

G_END_DECLS
