/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_STORAGE_GROUP (flow_storage_group_get_type ())
G_DECLARE_FINAL_TYPE (FlowStorageGroup, flow_storage_group, FLOW, STORAGE_GROUP, AdwPreferencesGroup)

GtkWidget *flow_storage_group_new (FlowServices *services);

G_END_DECLS
