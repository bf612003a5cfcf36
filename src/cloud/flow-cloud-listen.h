/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-options.h"

G_BEGIN_DECLS

GPtrArray *flow_cloud_listen (const FlowCloudOptions *options, char **url, GError **error);

G_END_DECLS
