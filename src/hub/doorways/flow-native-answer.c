/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-native"

#include "hub/doorways/flow-native-answer.h"

#include "message/flow-channel-kind.h"

static FlowMessageBuilder *
begin (const char *type, const char *target, const char *id)
{
  FlowMessageBuilder *builder = flow_message_builder_new (type, FLOW_CHANNEL_HUB);

  if (target != NULL)
    flow_message_builder_set_target (builder, target);
  if (id != NULL)
    flow_message_builder_set_reply_to (builder, id);
  return builder;
}

static FlowMessage *
write_error (const char *target, const char *id, FlowError error, const char *message)
{
  const FlowErrorInfo *info = flow_error_info (error);
  FlowMessageBuilder *builder = begin ("error", target, id);
  FlowJsonWriter *data = flow_message_builder_data (builder);

  flow_json_writer_key (data, "code");
  flow_json_writer_string (data, info->code, -1);
  flow_json_writer_key (data, "message");
  flow_json_writer_string (data, message, -1);
  flow_json_writer_key (data, "suggestion");
  flow_json_writer_string (data, info->advice, -1);
  if (id != NULL)
    {
      flow_json_writer_key (data, "in_reply_to");
      flow_json_writer_string (data, id, -1);
    }
  return flow_message_builder_end (builder);
}

/**
 * flow_native_answer_error:
 * @target: (nullable): the full name of who is answered, %NULL when it has none yet
 * @envelope: (nullable): the message that is not taken, %NULL when it could not be read
 * @error: what is wrong
 * @message: what to tell
 *
 * Say that a message is not taken, with the advice of `errors.json`.
 *
 * Returns: (transfer full): an `error`
 */
FlowMessage *
flow_native_answer_error (const char *target, const FlowEnvelope *envelope, FlowError error, const char *message)
{
  g_autofree char *id = envelope != NULL ? g_strndup (envelope->id.text, envelope->id.length) : NULL;

  return write_error (target, id, error, message);
}

/**
 * flow_native_answer_refusal:
 * @hello: (nullable): a `hello`, %NULL when none came
 * @error: what is wrong
 * @message: what to tell
 *
 * Say that a client is not let in.
 *
 * Returns: (transfer full): an `error`
 */
FlowMessage *
flow_native_answer_refusal (FlowMessage *hello, FlowError error, const char *message)
{
  return write_error (NULL, hello != NULL ? flow_message_get_id (hello) : NULL, error, message);
}

/**
 * flow_native_answer_pong:
 * @target: the full name of who is answered
 * @envelope: its `ping`
 * @ping: the same as it came
 *
 * Answer a `ping` with its own `pingTime`.
 *
 * Returns: (transfer full): a `pong`
 */
FlowMessage *
flow_native_answer_pong (const char *target, const FlowEnvelope *envelope, GBytes *ping)
{
  g_autofree char *id = g_strndup (envelope->id.text, envelope->id.length);
  g_autoptr (FlowMessage) message = flow_message_new_from_bytes (ping, NULL);
  FlowMessageBuilder *builder = begin ("pong", target, id);
  const char *text;
  double number;

  if (message != NULL && flow_message_get_double (message, "pingTime", &number))
    {
      flow_json_writer_key (flow_message_builder_data (builder), "pingTime");
      flow_json_writer_double (flow_message_builder_data (builder), number);
    }
  else if (message != NULL && flow_message_get_string (message, "pingTime", &text))
    {
      flow_json_writer_key (flow_message_builder_data (builder), "pingTime");
      flow_json_writer_string (flow_message_builder_data (builder), text, -1);
    }
  return flow_message_builder_end (builder);
}
