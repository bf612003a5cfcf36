/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-discovery.h"

G_BEGIN_DECLS

const char *const *flow_otel_environment_get_names (void);
char **flow_otel_environment_apply (char **environment, const FlowDiscovery *hub, const char *service,
                                    const char *folder);

G_END_DECLS
