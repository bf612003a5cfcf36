/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"
#include "app/shell/flow-hub-keeper.h"

G_BEGIN_DECLS

#define FLOW_TYPE_APPLICATION (flow_application_get_type ())
G_DECLARE_FINAL_TYPE (FlowApplication, flow_application, FLOW, APPLICATION, AdwApplication)

FlowApplication *flow_application_new (void);
FlowServices *flow_application_get_services (FlowApplication *self);
FlowHubKeeper *flow_application_get_keeper (FlowApplication *self);
gboolean flow_application_ask_to_close (FlowApplication *self);

G_END_DECLS
