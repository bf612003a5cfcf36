/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-hub.h"
#include "message/flow-json-writer.h"
#include "router/flow-router.h"

G_BEGIN_DECLS

typedef struct _FlowHubHealth FlowHubHealth;

FlowHubHealth *flow_hub_health_new (FlowHub *hub, FlowRouter *router);
void flow_hub_health_free (FlowHubHealth *self);
void flow_hub_health_joined (FlowHubHealth *self, FlowChannel *channel);
void flow_hub_health_left (FlowHubHealth *self, FlowChannel *channel);
void flow_hub_health_synced (FlowHubHealth *self, gboolean well, guint conflicts);
void flow_hub_health_write (FlowHubHealth *self, FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubHealth, flow_hub_health_free)

G_END_DECLS
