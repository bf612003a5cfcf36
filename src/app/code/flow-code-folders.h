/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/flow-services.h"
#include "launch/flow-locator.h"
#include "launch/flow-trusted-paths.h"

G_BEGIN_DECLS

FlowLocator *flow_code_locator_new (FlowServices *services);
FlowTrustedPaths *flow_code_trusted_paths_new (FlowServices *services);
char **flow_code_get_workspaces (FlowServices *services);
gboolean flow_code_add_workspace (FlowServices *services, const char *folder, GError **error);
gboolean flow_code_add_path_map (FlowServices *services, const char *service, const char *remote, const char *local,
                                 GError **error);

G_END_DECLS
