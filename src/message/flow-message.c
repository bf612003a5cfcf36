/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-message"

#include "message/flow-message-private.h"

#include <string.h>

#include "base/flow-error.h"
#include "message/flow-envelope.h"
#include "message/flow-utf8-check.h"

#define NS_PER_US 1000
/* 2200-01-01: some room before 2262, where a number of nanoseconds ends, for who adds to it. */
#define LAST_US G_GINT64_CONSTANT (7258118400000000)

G_DEFINE_BOXED_TYPE (FlowMessage, flow_message, flow_message_ref, flow_message_unref)

static FlowMessage *
fail (GError **error, const char *problem)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, problem);
  return NULL;
}

/* Copies a name to where it ends with a zero. */
static const char *
keep_name (char **at, FlowSlice slice)
{
  char *name = *at;

  if (slice.text == NULL)
    return NULL;
  memcpy (name, slice.text, slice.length);
  name[slice.length] = '\0';
  *at += slice.length + 1;
  return name;
}

/* What is long ago or far away is taken for the first or the last time that fits. */
static gboolean
read_time (const char *text, gint64 *ns)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);
  gint64 us;

  if (time == NULL)
    return FALSE;
  us = g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
  *ns = CLAMP (us, 1, LAST_US) * NS_PER_US;
  return TRUE;
}

/* The number of a delivery; what is none counts as none. */
static guint64
read_seq (FlowSlice slice)
{
  guint64 seq = 0;

  if (slice.length > 19)
    return 0;
  for (guint i = 0; i < slice.length; i++)
    {
      if (!g_ascii_isdigit (slice.text[i]))
        return 0;
      seq = 10 * seq + (guint64) (slice.text[i] - '0');
    }
  return seq;
}

static FlowMessage *
make (GBytes *bytes, const FlowEnvelope *envelope)
{
  const FlowSlice *names[] = { &envelope->id,       &envelope->type,      &envelope->source, &envelope->target,
                               &envelope->reply_to, &envelope->timestamp, &envelope->expires };
  gsize size = sizeof (FlowMessage);
  FlowMessage *self;
  char *at;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    size += names[i]->length + 1;
  self = g_malloc (size);
  *self = (FlowMessage) { .bytes = g_bytes_ref (bytes),
                          .info = flow_message_type_find (envelope->type.text, envelope->type.length),
                          .data = { .text = envelope->data },
                          .metadata = { .text = envelope->metadata },
                          .seq_text = envelope->seq,
                          .seq = read_seq (envelope->seq),
                          .ack = envelope->ack };
  g_atomic_ref_count_init (&self->references);
  at = (char *) (self + 1);
  self->id = keep_name (&at, envelope->id);
  self->type = keep_name (&at, envelope->type);
  self->source = keep_name (&at, envelope->source);
  self->target = keep_name (&at, envelope->target);
  self->reply_to = keep_name (&at, envelope->reply_to);
  self->timestamp = keep_name (&at, envelope->timestamp);
  self->expires = keep_name (&at, envelope->expires);
  self->priority = envelope->priority;
  if (self->priority < 0)
    self->priority = self->info != NULL ? self->info->priority : FLOW_MESSAGE_DEFAULT_PRIORITY;
  return self;
}

/**
 * flow_message_new_from_bytes:
 * @bytes: a message as it came
 * @error: return location
 *
 * Read the outside of a message; what is inside `data` is not looked at before somebody asks.
 *
 * Returns: (transfer full): the message, or %NULL with %FLOW_ERROR_BAD_REQUEST, whose text is a sentence for the sender
 */
FlowMessage *
flow_message_new_from_bytes (GBytes *bytes, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  g_autoptr (FlowMessage) self = NULL;
  FlowUtf8Check check = { 0 };
  FlowEnvelope envelope;
  const char *problem;

  if (length > G_MAXUINT / 2)
    return fail (error, "the message is too large");
  if (!flow_utf8_check (&check, (const guint8 *) text, length) || !flow_utf8_check_is_complete (&check))
    return fail (error, "the message is not UTF-8");
  problem = flow_envelope_scan (&envelope, text, length);
  if (problem != NULL)
    return fail (error, problem);
  self = make (bytes, &envelope);
  if (self->expires != NULL && !read_time (self->expires, &self->expires_ns))
    return fail (error, "expires must be a time as in RFC 3339");
  return g_steal_pointer (&self);
}

/**
 * flow_message_new_with_seq:
 * @message: a message
 * @seq: the number of its delivery, counted for each receiver from 1
 *
 * Make the message that goes out for a stored one: its own bytes, and the member `seq`. If there is one already, it is
 * replaced.
 *
 * Returns: (transfer full): the message
 */
FlowMessage *
flow_message_new_with_seq (FlowMessage *message, guint64 seq)
{
  gsize length;
  const char *text = g_bytes_get_data (message->bytes, &length);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GString *out = g_string_sized_new (length + 32);
  const char *from, *to;
  FlowMessage *self;

  if (message->seq_text.text != NULL)
    {
      from = message->seq_text.text;
      to = from + message->seq_text.length;
    }
  else
    {
      /* Blanks at most come behind the brace. */
      for (from = text + length - 1; *from != '}'; from--)
        ;
      to = from;
    }
  g_string_append_len (out, text, from - text);
  if (from == to)
    g_string_append (out, ",\"seq\":");
  g_string_append_printf (out, "%" G_GUINT64_FORMAT, seq);
  g_string_append_len (out, to, text + length - to);
  bytes = g_string_free_to_bytes (out);
  self = flow_message_new_from_bytes (bytes, &error);
  g_assert_no_error (error);
  return self;
}

/**
 * flow_message_ref:
 * @self: a message
 *
 * Take a reference; from any thread.
 *
 * Returns: (transfer full): @self
 */
FlowMessage *
flow_message_ref (FlowMessage *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * flow_message_unref:
 * @self: (transfer full): a message
 *
 * Give a reference back; from any thread.
 */
void
flow_message_unref (FlowMessage *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->data.node, json_node_unref);
  g_clear_pointer (&self->metadata.node, json_node_unref);
  g_bytes_unref (self->bytes);
  g_free (self);
}

/**
 * flow_message_get_bytes:
 * @self: a message
 *
 * Get the message as it came, with all that its sender put into it.
 *
 * Returns: (transfer none): UTF-8
 */
GBytes *
flow_message_get_bytes (FlowMessage *self)
{
  return self->bytes;
}

/**
 * flow_message_get_info:
 * @self: a message
 *
 * Get what is known about messages of this type.
 *
 * Returns: (nullable) (transfer none): the row, %NULL for a type that is only passed on
 */
const FlowMessageType *
flow_message_get_info (FlowMessage *self)
{
  return self->info;
}

/**
 * flow_message_get_id:
 * @self: a message
 *
 * Get `id`, which is unique for each sender.
 *
 * Returns: (transfer none): the id
 */
const char *
flow_message_get_id (FlowMessage *self)
{
  return self->id;
}

/**
 * flow_message_get_type_name:
 * @self: a message
 *
 * Get `type`.
 *
 * Returns: (transfer none): the type
 */
const char *
flow_message_get_type_name (FlowMessage *self)
{
  return self->type;
}

/**
 * flow_message_get_source:
 * @self: a message
 *
 * Get `source`, the full name of the sender's channel.
 *
 * Returns: (nullable) (transfer none): the name; %NULL at most before the sender has one
 */
const char *
flow_message_get_source (FlowMessage *self)
{
  return self->source;
}

/**
 * flow_message_get_target:
 * @self: a message
 *
 * Get `target`: a kind, or the full name of a channel.
 *
 * Returns: (nullable) (transfer none): the target, %NULL when it is for whom it may concern
 */
const char *
flow_message_get_target (FlowMessage *self)
{
  return self->target;
}

/**
 * flow_message_get_reply_to:
 * @self: a message
 *
 * Get `reply_to`, the id of the message that this one answers.
 *
 * Returns: (nullable) (transfer none): the id
 */
const char *
flow_message_get_reply_to (FlowMessage *self)
{
  return self->reply_to;
}

/**
 * flow_message_get_timestamp:
 * @self: a message
 *
 * Get `timestamp`, as it came.
 *
 * Returns: (nullable) (transfer none): the time
 */
const char *
flow_message_get_timestamp (FlowMessage *self)
{
  return self->timestamp;
}

/**
 * flow_message_get_expires:
 * @self: a message
 *
 * Get `expires`, a time as in RFC 3339.
 *
 * Returns: (nullable) (transfer none): the time
 */
const char *
flow_message_get_expires (FlowMessage *self)
{
  return self->expires;
}

/**
 * flow_message_get_expires_ns:
 * @self: a message
 *
 * Get `expires` as a number. What holds for messages that do not say is in their [struct@MessageType].
 *
 * Returns: nanoseconds since 1970 up to the year 2200, 0 when the message does not say
 */
gint64
flow_message_get_expires_ns (FlowMessage *self)
{
  return self->expires_ns;
}

/**
 * flow_message_get_priority:
 * @self: a message
 *
 * Get `priority`, or the type's when the message names none.
 *
 * Returns: 0 to 9; 9 goes first
 */
int
flow_message_get_priority (FlowMessage *self)
{
  return self->priority;
}

/**
 * flow_message_get_ack:
 * @self: a message
 *
 * Get `ack`: whether it is to be stored until the receiver has acknowledged it.
 *
 * Returns: %TRUE when it is
 */
gboolean
flow_message_get_ack (FlowMessage *self)
{
  return self->ack;
}

/**
 * flow_message_get_seq:
 * @self: a message
 *
 * Get `seq`, which the hub gave to a stored message when it was delivered.
 *
 * Returns: the number, 0 when there is none
 */
guint64
flow_message_get_seq (FlowMessage *self)
{
  return self->seq;
}

/**
 * flow_message_is:
 * @self: a message
 * @type: a type
 *
 * Find out whether a message is of a type.
 *
 * Returns: %TRUE when it is
 */
gboolean
flow_message_is (FlowMessage *self, const char *type)
{
  return strcmp (self->type, type) == 0;
}
