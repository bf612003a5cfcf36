/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "message/flow-message.h"

G_BEGIN_DECLS

/**
 * FlowChannelUntil:
 * @FLOW_CHANNEL_UNTIL_STORED: the hub has it, and keeps it until it is handled
 * @FLOW_CHANNEL_UNTIL_HANDLED: its receiver has acknowledged it
 * @FLOW_CHANNEL_UNTIL_ANSWERED: somebody has answered
 *
 * What ends the waiting behind a message. The first two need a message with `ack`.
 */
typedef enum
{
  FLOW_CHANNEL_UNTIL_STORED,
  FLOW_CHANNEL_UNTIL_HANDLED,
  FLOW_CHANNEL_UNTIL_ANSWERED,
} FlowChannelUntil;

typedef struct _FlowChannelCalls FlowChannelCalls;

FlowChannelCalls *flow_channel_calls_new (void);
void flow_channel_calls_free (FlowChannelCalls *self);
void flow_channel_calls_add (FlowChannelCalls *self, FlowMessage *message, FlowChannelUntil until, guint timeout_ms,
                             GTask *task);
gboolean flow_channel_calls_take (FlowChannelCalls *self, FlowMessage *answer);
GPtrArray *flow_channel_calls_list_unsafe (FlowChannelCalls *self);
void flow_channel_calls_fail (FlowChannelCalls *self, gboolean also_safe, const GError *error);

GError *flow_channel_error_new (FlowMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowChannelCalls, flow_channel_calls_free)

G_END_DECLS
