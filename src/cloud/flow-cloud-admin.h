/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-options.h"

G_BEGIN_DECLS

gboolean flow_cloud_admin_run (const FlowCloudOptions *options, int argc, char **argv, GError **error);

G_END_DECLS
