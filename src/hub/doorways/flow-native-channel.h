/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/doorways/flow-native-peer.h"
#include "router/flow-channel.h"

G_BEGIN_DECLS

typedef struct _FlowNativeDoorway FlowNativeDoorway;

#define FLOW_TYPE_NATIVE_CHANNEL (flow_native_channel_get_type ())
G_DECLARE_FINAL_TYPE (FlowNativeChannel, flow_native_channel, FLOW, NATIVE_CHANNEL, FlowChannel)

FlowNativeChannel *flow_native_channel_new (FlowNativeDoorway *doorway, FlowNativePeer *peer, const char *name);
FlowNativePeer *flow_native_channel_get_peer (FlowNativeChannel *self);
gboolean flow_native_channel_go_on (FlowNativeChannel *self);

G_END_DECLS
