/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-router"

#include "router/flow-router-private.h"

#include "message/flow-json-member.h"
#include "message/flow-message-builder.h"

/* What a sender hears goes to him alone, and only if he is there. */
static void
answer (FlowRouter *self, const char *source, FlowMessageBuilder *builder)
{
  FlowChannel *channel = flow_router_find (self, source);
  g_autoptr (FlowMessage) message = NULL;

  flow_message_builder_set_target (builder, source);
  message = flow_message_builder_end (builder);
  if (channel != NULL)
    flow_channel_send (channel, flow_message_get_bytes (message), FALSE);
}

/* Tell a sender that a message is "stored", or "handled". */
void
flow_router_answer_ack (FlowRouter *self, const char *source, const char *id, const char *state)
{
  FlowMessageBuilder *builder = flow_message_builder_new ("ack", FLOW_CHANNEL_HUB);
  FlowJsonWriter *data = flow_message_builder_data (builder);

  flow_message_builder_set_reply_to (builder, id);
  flow_json_member_text (data, "id", id, -1);
  flow_json_member_text (data, "state", state, -1);
  answer (self, source, builder);
}

/* Tell a sender what is wrong about a message. */
void
flow_router_answer_error (FlowRouter *self, const char *source, const char *id, const GError *error,
                          const char *suggestion)
{
  FlowMessageBuilder *builder = flow_message_builder_new ("error", FLOW_CHANNEL_HUB);
  FlowJsonWriter *data = flow_message_builder_data (builder);
  const FlowErrorInfo *info = flow_error_info_for (error);

  self->refused++;
  flow_message_builder_set_reply_to (builder, id);
  flow_json_member_text (data, "code", info->code, -1);
  flow_json_member_text (data, "message", error->message, -1);
  flow_json_member_text (data, "suggestion", suggestion != NULL ? suggestion : info->advice, -1);
  flow_json_member_text (data, "in_reply_to", id, -1);
  answer (self, source, builder);
}

/**
 * flow_router_acked:
 * @self: a router
 * @message: a message that came
 * @state: `stored` or `handled`
 *
 * Tell a sender who wants to know that the hub has stored or handled a message.
 */
void
flow_router_acked (FlowRouter *self, FlowMessage *message, const char *state)
{
  if (!flow_message_get_ack (message) || flow_message_get_source (message) == NULL)
    return;
  flow_recent_done (self->recent, flow_message_get_source (message), flow_message_get_id (message));
  flow_router_answer_ack (self, flow_message_get_source (message), flow_message_get_id (message), state);
}

/**
 * flow_router_error:
 * @self: a router
 * @message: a message that came
 * @code: what is wrong about it
 * @text: the same as a sentence
 *
 * Answer a message with an error. Its sender may send it again. What is an answer itself gets none.
 */
void
flow_router_error (FlowRouter *self, FlowMessage *message, FlowError code, const char *text)
{
  flow_router_error_with_suggestion (self, message, code, text, NULL);
}

/**
 * flow_router_error_with_suggestion:
 * @self: a router
 * @message: a message that came
 * @code: what is wrong about it
 * @text: the same as a sentence
 * @suggestion: (nullable): what the sender should do; %NULL for the advice that @code always has
 *
 * Answer a message with an error, see flow_router_error().
 */
void
flow_router_error_with_suggestion (FlowRouter *self, FlowMessage *message, FlowError code, const char *text,
                                   const char *suggestion)
{
  g_autoptr (GError) error = g_error_new_literal (FLOW_ERROR, (int) code, text);
  const char *source = flow_message_get_source (message);

  if (source == NULL || flow_message_is (message, "error") || flow_message_is (message, "ack"))
    return;
  flow_recent_forget (self->recent, source, flow_message_get_id (message));
  flow_router_answer_error (self, source, flow_message_get_id (message), error, suggestion);
}

/* Tell those who watch that a channel came or went. */
void
flow_router_announce (FlowRouter *self, FlowChannel *channel, const char *type)
{
  FlowMessageBuilder *builder = flow_message_builder_new (type, FLOW_CHANNEL_HUB);
  FlowJsonWriter *data = flow_message_builder_data (builder);
  g_autoptr (FlowMessage) message = NULL;

  flow_json_member_text (data, "channelType", flow_channel_kind_get_name (flow_channel_get_kind (channel)), -1);
  flow_json_member_text (data, "channel", flow_channel_get_name (channel), -1);
  message = flow_message_builder_end (builder);
  if (flow_channel_get_kind (channel) != FLOW_CHANNEL_KIND_BROWSER_PAGE)
    flow_router_broadcast (self, message, "presence");
}
