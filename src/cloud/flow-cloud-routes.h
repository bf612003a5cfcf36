/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-exchange.h"
#include "cloud/flow-cloud-route.h"

G_BEGIN_DECLS

gboolean flow_cloud_routes_find (FlowCloudExchange *exchange, const char *method, const char *path, GError **error);

G_END_DECLS
