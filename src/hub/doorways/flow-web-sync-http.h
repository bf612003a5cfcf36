/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/doorways/flow-web-sync.h"
#include "hub/flow-http-server.h"

G_BEGIN_DECLS

gboolean flow_web_sync_has_path (const char *path);
FlowHttpRoute flow_web_sync_route (FlowWebSync *self, const char *path);

G_END_DECLS
