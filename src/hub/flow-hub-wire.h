/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/doorways/flow-native-doorway.h"
#include "hub/flow-gate.h"
#include "hub/flow-hub-waits.h"
#include "hub/flow-hub.h"
#include "wire/flow-wire.h"

G_BEGIN_DECLS

typedef struct _FlowHubWire FlowHubWire;

FlowHubWire *flow_hub_wire_new (FlowHub *hub, GError **error);
void flow_hub_wire_free (FlowHubWire *self);
void flow_hub_wire_add (FlowHubWire *self, FlowHubDoorway listener, const char *path, const FlowDoorwayClass *klass,
                        gpointer doorway);
gboolean flow_hub_wire_listen (FlowHubWire *self, FlowHubDoorway listener, GPtrArray *sockets);
void flow_hub_wire_stop (FlowHubWire *self);
void flow_hub_wire_refuse (FlowHubWire *self, FlowError error);
void flow_hub_wire_open (FlowHubWire *self);
void flow_hub_wire_set_asks (FlowHubWire *self, gboolean asks);
FlowGate *flow_hub_wire_get_gate (FlowHubWire *self);
FlowWire *flow_hub_wire_get_wire (FlowHubWire *self);
FlowNativeDoorway *flow_hub_wire_get_native (FlowHubWire *self);
FlowHubWaits *flow_hub_wire_get_waits (FlowHubWire *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubWire, flow_hub_wire_free)

G_END_DECLS
