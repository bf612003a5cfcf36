/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "cloud/flow-cloud-route.h"

G_BEGIN_DECLS

gboolean flow_cloud_schema_check (const FlowCloudRoute *route, JsonObject *body, GError **error);

G_END_DECLS
