/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/desktop/flow-tray.h"

G_BEGIN_DECLS

#define FLOW_TYPE_TRAY_HOST (flow_tray_host_get_type ())
G_DECLARE_FINAL_TYPE (FlowTrayHost, flow_tray_host, FLOW, TRAY_HOST, GObject)

FlowTrayHost *flow_tray_host_new (FlowTray *tray, GtkApplication *application);

G_END_DECLS
