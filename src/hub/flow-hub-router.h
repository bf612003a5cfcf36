/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-hub.h"
#include "message/flow-channel-kind.h"
#include "message/flow-json-writer.h"

G_BEGIN_DECLS

gboolean flow_hub_router_open (FlowHub *hub, GError **error);
void flow_hub_router_close (FlowHub *hub);
void flow_hub_router_committed (FlowHub *hub, FlowCommit *commit);
void flow_hub_router_erased (FlowHub *hub, const guint8 trace_id[16]);
void flow_hub_write_settings_for (FlowChannelKind kind, FlowJsonWriter *writer, gpointer hub);

G_END_DECLS
