/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_HELD_EDITORS (flow_held_editors_get_type ())
G_DECLARE_FINAL_TYPE (FlowHeldEditors, flow_held_editors, FLOW, HELD_EDITORS, AdwPreferencesGroup)

GtkWidget *flow_held_editors_new (FlowServices *services);

G_END_DECLS
