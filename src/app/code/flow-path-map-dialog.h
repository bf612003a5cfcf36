/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_PATH_MAP_DIALOG (flow_path_map_dialog_get_type ())
G_DECLARE_FINAL_TYPE (FlowPathMapDialog, flow_path_map_dialog, FLOW, PATH_MAP_DIALOG, AdwWindow)

FlowPathMapDialog *flow_path_map_dialog_new (FlowServices *services, GtkWindow *parent);
void flow_path_map_dialog_set_folder (FlowPathMapDialog *self, const char *folder);

G_END_DECLS
