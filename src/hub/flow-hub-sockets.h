/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/edits/flow-hub-edits.h"
#include "hub/flow-http-server.h"
#include "hub/flow-hub-wire.h"
#include "message/flow-json-writer.h"

G_BEGIN_DECLS

typedef struct _FlowHubSockets FlowHubSockets;

FlowHubSockets *flow_hub_sockets_new (FlowHub *hub);
void flow_hub_sockets_free (FlowHubSockets *self);
void flow_hub_sockets_open (FlowHubSockets *self, FlowHubEdits *edits);
void flow_hub_sockets_close (FlowHubSockets *self);
void flow_hub_sockets_close_client (FlowHubSockets *self, const char *client);
void flow_hub_sockets_close_origin (FlowHubSockets *self, const char *origin);
gboolean flow_hub_sockets_find_route (FlowHubSockets *self, guint listener, const char *path, FlowHttpRoute *route);
guint flow_hub_sockets_count (FlowHubSockets *self, FlowHubDoorway doorway);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubSockets, flow_hub_sockets_free)

G_END_DECLS
