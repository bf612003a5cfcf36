/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-message"

#include "message/flow-message-builder.h"

#include "base/flow-clock.h"
#include "base/flow-id.h"

/**
 * FlowMessageBuilder:
 *
 * Writes a message of our own. What a message needs is there from the start; the rest may be set in any order before
 * the end.
 */
struct _FlowMessageBuilder
{
  GString *data;
  FlowJsonWriter data_writer;
  GString *metadata; /* nullable */
  FlowJsonWriter metadata_writer;
  char *id;
  char *type;
  char *source;
  char *target;
  char *reply_to;
  char *expires;
  int priority;
  gboolean ack;
};

/**
 * flow_message_builder_new:
 * @type: the type
 * @source: (nullable): the full name of who sends it; %NULL only for `hello`
 *
 * Begin a message.
 *
 * Returns: (transfer full): a builder; flow_message_builder_end() takes it
 */
FlowMessageBuilder *
flow_message_builder_new (const char *type, const char *source)
{
  FlowMessageBuilder *self = g_new0 (FlowMessageBuilder, 1);

  self->type = g_strdup (type);
  self->source = g_strdup (source);
  self->priority = -1;
  self->data = g_string_new (NULL);
  flow_json_writer_init (&self->data_writer, self->data);
  flow_json_writer_begin_object (&self->data_writer);
  return self;
}

/**
 * flow_message_builder_free:
 * @self: (transfer full): a builder
 *
 * Forget a message that was not finished.
 */
void
flow_message_builder_free (FlowMessageBuilder *self)
{
  g_string_free (self->data, TRUE);
  if (self->metadata != NULL)
    g_string_free (self->metadata, TRUE);
  g_free (self->id);
  g_free (self->type);
  g_free (self->source);
  g_free (self->target);
  g_free (self->reply_to);
  g_free (self->expires);
  g_free (self);
}

static void
replace (char **where, const char *text)
{
  g_free (*where);
  *where = g_strdup (text);
}

/**
 * flow_message_builder_set_id:
 * @self: a builder
 * @id: the id of a message that is sent again
 *
 * Use an id instead of a new one.
 */
void
flow_message_builder_set_id (FlowMessageBuilder *self, const char *id)
{
  replace (&self->id, id);
}

/**
 * flow_message_builder_set_target:
 * @self: a builder
 * @target: (nullable): a kind or the full name of a channel
 *
 * Say who is to get it.
 */
void
flow_message_builder_set_target (FlowMessageBuilder *self, const char *target)
{
  replace (&self->target, target);
}

/**
 * flow_message_builder_set_reply_to:
 * @self: a builder
 * @reply_to: (nullable): an id
 *
 * Say which message it answers.
 */
void
flow_message_builder_set_reply_to (FlowMessageBuilder *self, const char *reply_to)
{
  replace (&self->reply_to, reply_to);
}

/**
 * flow_message_builder_set_ack:
 * @self: a builder
 * @ack: whether it must arrive
 *
 * Have it stored until its receiver acknowledges it.
 */
void
flow_message_builder_set_ack (FlowMessageBuilder *self, gboolean ack)
{
  self->ack = ack;
}

/**
 * flow_message_builder_set_priority:
 * @self: a builder
 * @priority: 0 to 9, 9 goes first; -1 leaves it to the type
 *
 * Set the priority.
 */
void
flow_message_builder_set_priority (FlowMessageBuilder *self, int priority)
{
  g_return_if_fail (priority >= -1 && priority <= 9);

  self->priority = priority;
}

/**
 * flow_message_builder_set_expires:
 * @self: a builder
 * @expires: (nullable): a time as in RFC 3339
 *
 * Say from when on it is worth nothing.
 */
void
flow_message_builder_set_expires (FlowMessageBuilder *self, const char *expires)
{
  replace (&self->expires, expires);
}

/**
 * flow_message_builder_set_metadata:
 * @self: a builder
 * @name: `userId`, `workspaceId` or `sessionId`; each once
 * @value: (nullable): what it is; %NULL leaves it out
 *
 * Add to `metadata`.
 */
void
flow_message_builder_set_metadata (FlowMessageBuilder *self, const char *name, const char *value)
{
  if (value == NULL)
    return;
  if (self->metadata == NULL)
    {
      self->metadata = g_string_new (NULL);
      flow_json_writer_init (&self->metadata_writer, self->metadata);
      flow_json_writer_begin_object (&self->metadata_writer);
    }
  flow_json_writer_key (&self->metadata_writer, name);
  flow_json_writer_string (&self->metadata_writer, value, -1);
}

/**
 * flow_message_builder_data:
 * @self: a builder
 *
 * Get a writer that stands inside the object `data`.
 *
 * Returns: (transfer none): the writer
 */
FlowJsonWriter *
flow_message_builder_data (FlowMessageBuilder *self)
{
  return &self->data_writer;
}

static void
write_member (FlowJsonWriter *writer, const char *key, const char *text)
{
  if (text == NULL)
    return;
  flow_json_writer_key (writer, key);
  flow_json_writer_string (writer, text, -1);
}

static void
write_envelope (FlowMessageBuilder *self, FlowJsonWriter *writer)
{
  g_autofree char *id = self->id != NULL ? g_strdup (self->id) : flow_id_new_uuid (NULL);
  g_autofree char *now = flow_clock_format_utc (flow_clock_wall_ns (NULL));

  write_member (writer, "id", id);
  write_member (writer, "type", self->type);
  write_member (writer, "source", self->source);
  write_member (writer, "target", self->target);
  write_member (writer, "timestamp", now);
  write_member (writer, "reply_to", self->reply_to);
  write_member (writer, "expires", self->expires);
  if (self->priority >= 0)
    {
      flow_json_writer_key (writer, "priority");
      flow_json_writer_int64 (writer, self->priority);
    }
  if (self->ack)
    {
      flow_json_writer_key (writer, "ack");
      flow_json_writer_bool (writer, TRUE);
    }
  flow_json_writer_key (writer, "data");
  flow_json_writer_raw (writer, self->data->str, (gssize) self->data->len);
  if (self->metadata != NULL)
    {
      flow_json_writer_key (writer, "metadata");
      flow_json_writer_raw (writer, self->metadata->str, (gssize) self->metadata->len);
    }
}

/**
 * flow_message_builder_end:
 * @self: (transfer full): a builder
 *
 * Finish a message. It gets a UUID of version 7 as id, unless one was set, and the time.
 *
 * Returns: (transfer full): the message
 */
FlowMessage *
flow_message_builder_end (FlowMessageBuilder *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GString *out = g_string_sized_new (self->data->len + 256);
  FlowJsonWriter writer;
  FlowMessage *message;

  flow_json_writer_end_object (&self->data_writer);
  if (self->metadata != NULL)
    flow_json_writer_end_object (&self->metadata_writer);
  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  write_envelope (self, &writer);
  flow_json_writer_end_object (&writer);
  bytes = g_string_free_to_bytes (out);
  message = flow_message_new_from_bytes (bytes, &error);
  if (message == NULL)
    g_error ("A message of our own is refused: %s", error->message);
  flow_message_builder_free (self);
  return message;
}
