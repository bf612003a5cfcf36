/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-sockets.h"
#include "wire/flow-wire.h"

G_BEGIN_DECLS

typedef struct _FlowCloudWire FlowCloudWire;

FlowCloudWire *flow_cloud_wire_new (FlowCloud *cloud, const FlowCloudSocketHandler *handler, GError **error);
void flow_cloud_wire_free (FlowCloudWire *self);
gboolean flow_cloud_wire_listen (FlowCloudWire *self, GPtrArray *sockets, gboolean passed_on);
void flow_cloud_wire_stop (FlowCloudWire *self);
void flow_cloud_wire_sweep (FlowCloudWire *self, gint64 now_us);
void flow_cloud_wire_look_again (FlowCloudWire *self);
FlowWire *flow_cloud_wire_get_wire (FlowCloudWire *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudWire, flow_cloud_wire_free)

G_END_DECLS
