/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-context.h"
#include "hub/flow-channel-calls.h"
#include "message/flow-message-builder.h"

G_BEGIN_DECLS

/** FLOW_CHANNEL_PATIENCE_MS: how long to wait for an answer that should come at once. */
#define FLOW_CHANNEL_PATIENCE_MS (10 * 1000)

#define FLOW_TYPE_CHANNEL_CLIENT (flow_channel_client_get_type ())
G_DECLARE_FINAL_TYPE (FlowChannelClient, flow_channel_client, FLOW, CHANNEL_CLIENT, GObject)

FlowChannelClient *flow_channel_client_new (FlowContext *context, FlowChannelKind kind, const char *instance);
void flow_channel_client_set_data_dir (FlowChannelClient *self, const char *data_dir);
void flow_channel_client_set_client (FlowChannelClient *self, const char *client);
void flow_channel_client_set_capabilities (FlowChannelClient *self, const char *const *capabilities);
void flow_channel_client_set_reconnect (FlowChannelClient *self, gboolean reconnect);
void flow_channel_client_set_workspaces (FlowChannelClient *self, const char *const *folders);
void flow_channel_client_set_focused (FlowChannelClient *self, gboolean focused);

void flow_channel_client_start (FlowChannelClient *self);
void flow_channel_client_leave (FlowChannelClient *self);
void flow_channel_client_stop (FlowChannelClient *self);
const char *flow_channel_client_get_name (FlowChannelClient *self);
gboolean flow_channel_client_is_joined (FlowChannelClient *self);

FlowMessageBuilder *flow_channel_client_build (FlowChannelClient *self, const char *type);
void flow_channel_client_send (FlowChannelClient *self, FlowMessage *message);
void flow_channel_client_call_async (FlowChannelClient *self, FlowMessage *message, FlowChannelUntil until,
                                     guint timeout_ms, GCancellable *cancellable, GAsyncReadyCallback callback,
                                     gpointer data);
FlowMessage *flow_channel_client_call_finish (FlowChannelClient *self, GAsyncResult *result, GError **error);

G_END_DECLS
