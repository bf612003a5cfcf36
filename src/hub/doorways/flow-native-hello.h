/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/doorways/flow-native-doorway.h"
#include "message/flow-message.h"

G_BEGIN_DECLS

/**
 * FlowNativeHello:
 * @name: the full name that the client gets
 * @client: the program
 * @version: its version
 * @capabilities: (array zero-terminated=1): what it can do
 * @workspaces: (array zero-terminated=1): its folders
 * @focused: whether its window has the focus
 *
 * What a client said about itself.
 */
typedef struct
{
  char *name;
  const char *client;
  const char *version;
  char **capabilities;
  char **workspaces;
  gboolean focused;
} FlowNativeHello;

gboolean flow_native_hello_read (FlowNativeDoorway *doorway, FlowNativePeer *peer, FlowMessage *message,
                                 FlowNativeHello *hello, GError **error);
void flow_native_hello_clear (FlowNativeHello *self);
void flow_native_hello_apply (const FlowNativeHello *self, FlowChannel *channel, const FlowSettingsSnapshot *settings,
                              gint64 now_us, gint64 now_ns);
FlowMessage *flow_native_hello_welcome (FlowNativeDoorway *doorway, FlowMessage *message, FlowChannel *channel);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowNativeHello, flow_native_hello_clear)

G_END_DECLS
