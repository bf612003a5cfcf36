/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-channel-kind.h"

G_BEGIN_DECLS

/**
 * FlowMessageHandled:
 * @FLOW_MESSAGE_HANDLED_NEVER: the hub passes it on, or sends it
 * @FLOW_MESSAGE_HANDLED_BY_HUB: the hub takes it when there is no target, or the hub is the target
 * @FLOW_MESSAGE_HANDLED_FOR_EDITORS: as well when the target is a kind of editor (a channel's full name passes it on)
 * @FLOW_MESSAGE_HANDLED_ALWAYS: whatever the target is
 *
 * When the hub does something about a message itself.
 */
typedef enum
{
  FLOW_MESSAGE_HANDLED_NEVER,
  FLOW_MESSAGE_HANDLED_BY_HUB,
  FLOW_MESSAGE_HANDLED_FOR_EDITORS,
  FLOW_MESSAGE_HANDLED_ALWAYS,
} FlowMessageHandled;

/**
 * FlowMessageType:
 * @name: the type in a message
 * @length: its length in bytes
 * @schema: the name of its JSON schema in `data/protocol/schemas`
 * @senders: a set of %FLOW_CHANNEL_KIND_MASK: who may send it
 * @receivers: the same: who gets it when there is no target
 * @capability: (nullable): what a channel must have said it can do to get it when there is no target
 * @handled: when the hub does something itself
 * @never_stored: it is not kept for a receiver who is away
 * @droppable: the first to be left out when a receiver is slow
 * @priority: 0 to 9, 9 goes first; for messages that name none
 * @expires_s: seconds until it is worth nothing; 0: it never expires. For messages that name no time
 *
 * A row of `data/protocol/messages.json`.
 */
typedef struct
{
  const char *name;
  guint length;
  const char *schema;
  guint senders;
  guint receivers;
  const char *capability;
  FlowMessageHandled handled;
  gboolean never_stored;
  gboolean droppable;
  int priority;
  guint expires_s;
} FlowMessageType;

/** FLOW_MESSAGE_DEFAULT_PRIORITY: of types that are not known. */
#define FLOW_MESSAGE_DEFAULT_PRIORITY 5
/** FLOW_MESSAGE_DEFAULT_EXPIRY: the same in seconds: a day. */
#define FLOW_MESSAGE_DEFAULT_EXPIRY 86400

const FlowMessageType *flow_message_type_find (const char *name, gsize length);
const FlowMessageType *flow_message_type_list (guint *n_types);
gboolean flow_message_type_allows (const FlowMessageType *self, FlowChannelKind kind);

G_END_DECLS
