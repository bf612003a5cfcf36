/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/doorways/flow-socket-doorway.h"
#include "hub/edits/flow-hub-edits.h"
#include "message/flow-json-writer.h"

G_BEGIN_DECLS

/** FLOW_WEB_SYNC_PATH: below it is everything of web-dev-sync. */
#define FLOW_WEB_SYNC_PATH "/web-dev-sync"
/** FLOW_WEB_SYNC_SOCKET: where it is spoken. */
#define FLOW_WEB_SYNC_SOCKET FLOW_WEB_SYNC_PATH "/ws"

typedef struct _FlowWebSync FlowWebSync;

FlowWebSync *flow_web_sync_new (const FlowSocketParts *parts, guint heartbeat_ms);
void flow_web_sync_free (FlowWebSync *self);
void flow_web_sync_open (FlowWebSync *self, FlowHubEdits *edits);
FlowSocketDoorway *flow_web_sync_get_sockets (FlowWebSync *self);
void flow_web_sync_write_status (FlowWebSync *self, FlowJsonWriter *writer);
void flow_web_sync_write_debug (FlowWebSync *self, FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowWebSync, flow_web_sync_free)

G_END_DECLS
