/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"
#include "message/flow-message.h"

G_BEGIN_DECLS

typedef struct _FlowMessageBuilder FlowMessageBuilder;

FlowMessageBuilder *flow_message_builder_new (const char *type, const char *source);
void flow_message_builder_free (FlowMessageBuilder *self);
void flow_message_builder_set_id (FlowMessageBuilder *self, const char *id);
void flow_message_builder_set_target (FlowMessageBuilder *self, const char *target);
void flow_message_builder_set_reply_to (FlowMessageBuilder *self, const char *reply_to);
void flow_message_builder_set_ack (FlowMessageBuilder *self, gboolean ack);
void flow_message_builder_set_priority (FlowMessageBuilder *self, int priority);
void flow_message_builder_set_expires (FlowMessageBuilder *self, const char *expires);
void flow_message_builder_set_metadata (FlowMessageBuilder *self, const char *name, const char *value);
FlowJsonWriter *flow_message_builder_data (FlowMessageBuilder *self);
FlowMessage *flow_message_builder_end (FlowMessageBuilder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowMessageBuilder, flow_message_builder_free)

G_END_DECLS
