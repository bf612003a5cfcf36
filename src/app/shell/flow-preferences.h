/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"
#include "app/shell/flow-hub-keeper.h"

G_BEGIN_DECLS

GtkWindow *flow_preferences_new (FlowServices *services, FlowHubKeeper *keeper);
char **flow_preferences_list_keys (void);

G_END_DECLS
