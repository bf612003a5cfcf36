/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud.h"

G_BEGIN_DECLS

/* Where devices exchange what they have; each array ends with an empty member. */
extern const FlowCloudRoute flow_cloud_sync_routes[];
extern const FlowCloudChore flow_cloud_sync_chores[];
extern const FlowCloudSocketHandler flow_cloud_sync_sockets;

G_END_DECLS
