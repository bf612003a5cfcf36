/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-channel"

#include "hub/flow-channel-calls.h"

#include <string.h>

#include "base/flow-error.h"

/**
 * FlowChannelCalls:
 *
 * The messages whose senders wait for something. Those with `ack` that the hub does not have yet are sent again when
 * the connection comes back; the others fail with it.
 */
struct _FlowChannelCalls
{
  GHashTable *calls;   /* id -> Call */
  GPtrArray *in_order; /* of the same */
};

typedef struct
{
  FlowChannelCalls *owner;
  FlowMessage *message;
  FlowChannelUntil until;
  GTask *task;
  GSource *timeout;
  GSource *cancelled; /* (nullable) */
  gboolean stored;
} Call;

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
call_free (gpointer data)
{
  Call *call = data;

  clear_source (&call->timeout);
  clear_source (&call->cancelled);
  flow_message_unref (call->message);
  g_object_unref (call->task);
  g_free (call);
}

/* Takes a call out and answers it; the answer may start anything, so it comes last. */
static void
finish (Call *call, FlowMessage *answer, GError *error)
{
  FlowChannelCalls *self = call->owner;
  g_autoptr (GTask) task = g_object_ref (call->task);

  g_hash_table_remove (self->calls, flow_message_get_id (call->message));
  g_ptr_array_remove (self->in_order, call);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, flow_message_ref (answer), (GDestroyNotify) flow_message_unref);
}

static gboolean
timeout_cb (gpointer data)
{
  Call *call = data;

  finish (call, NULL,
          g_error_new (FLOW_ERROR, FLOW_ERROR_TIMEOUT, "nobody answered %s in time",
                       flow_message_get_type_name (call->message)));
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  finish (data, NULL, g_error_new_literal (FLOW_ERROR, FLOW_ERROR_CANCELLED, "the waiting was cancelled"));
  return G_SOURCE_REMOVE;
}

/**
 * flow_channel_calls_new:
 *
 * Returns: (transfer full): nobody waits
 */
FlowChannelCalls *
flow_channel_calls_new (void)
{
  FlowChannelCalls *self = g_new0 (FlowChannelCalls, 1);

  self->calls = g_hash_table_new (g_str_hash, g_str_equal);
  self->in_order = g_ptr_array_new_with_free_func (call_free);
  return self;
}

/**
 * flow_channel_calls_free:
 * @self: (transfer full): calls, of which none waits any more
 *
 * Free them.
 */
void
flow_channel_calls_free (FlowChannelCalls *self)
{
  g_assert (self->in_order->len == 0);
  g_hash_table_unref (self->calls);
  g_ptr_array_unref (self->in_order);
  g_free (self);
}

/**
 * flow_channel_calls_add:
 * @self: calls
 * @message: what was sent, or will be
 * @until: what to wait for
 * @timeout_ms: how long
 * @task: (transfer none): what to answer: with a #FlowMessage, or an error
 *
 * Wait for what comes back.
 */
void
flow_channel_calls_add (FlowChannelCalls *self, FlowMessage *message, FlowChannelUntil until, guint timeout_ms,
                        GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Call *call = g_new0 (Call, 1);

  g_return_if_fail (until == FLOW_CHANNEL_UNTIL_ANSWERED || flow_message_get_ack (message));

  call->owner = self;
  call->message = flow_message_ref (message);
  call->until = until;
  call->task = g_object_ref (task);
  call->timeout = g_timeout_source_new (timeout_ms);
  g_source_set_name (call->timeout, "flow-channel-call-timeout");
  g_source_set_callback (call->timeout, timeout_cb, call, NULL);
  g_source_attach (call->timeout, g_task_get_context (task));
  if (cancellable != NULL)
    {
      call->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_name (call->cancelled, "flow-channel-call-cancelled");
      g_source_set_callback (call->cancelled, G_SOURCE_FUNC (cancelled_cb), call, NULL);
      g_source_attach (call->cancelled, g_task_get_context (task));
    }
  g_hash_table_insert (self->calls, (char *) flow_message_get_id (call->message), call);
  g_ptr_array_add (self->in_order, call);
}

/**
 * flow_channel_error_new:
 * @message: a message of type `error`
 *
 * Make an error of one that came.
 *
 * Returns: (transfer full): an error of the domain %FLOW_ERROR
 */
GError *
flow_channel_error_new (FlowMessage *message)
{
  const char *code = "failed", *text = "the message was refused";
  FlowError number;

  flow_message_get_string (message, "code", &code);
  flow_message_get_string (message, "message", &text);
  if (!flow_error_from_code (code, &number))
    number = FLOW_ERROR_FAILED;
  return g_error_new_literal (FLOW_ERROR, (int) number, text);
}

/* The call that a message is about: acks name it inside as well. */
static Call *
find_call (FlowChannelCalls *self, FlowMessage *answer)
{
  const char *id = flow_message_get_reply_to (answer);

  if (id == NULL && flow_message_is (answer, "ack"))
    flow_message_get_string (answer, "id", &id);
  if (id == NULL && flow_message_is (answer, "error"))
    flow_message_get_string (answer, "in_reply_to", &id);
  return id != NULL ? g_hash_table_lookup (self->calls, id) : NULL;
}

static void
take_ack (Call *call, FlowMessage *answer)
{
  const char *state = "stored";
  gboolean handled;

  flow_message_get_string (answer, "state", &state);
  handled = strcmp (state, "handled") == 0;
  call->stored = TRUE;
  if (call->until == FLOW_CHANNEL_UNTIL_STORED || (call->until == FLOW_CHANNEL_UNTIL_HANDLED && handled))
    finish (call, answer, NULL);
}

/**
 * flow_channel_calls_take:
 * @self: calls
 * @answer: a message that came
 *
 * Give a message to who waits for it.
 *
 * Returns: %FALSE when it answers nothing that anybody waits for
 */
gboolean
flow_channel_calls_take (FlowChannelCalls *self, FlowMessage *answer)
{
  Call *call = find_call (self, answer);

  if (call == NULL)
    return FALSE;
  if (flow_message_is (answer, "error"))
    finish (call, NULL, flow_channel_error_new (answer));
  else if (flow_message_is (answer, "ack"))
    take_ack (call, answer);
  else if (call->until == FLOW_CHANNEL_UNTIL_ANSWERED)
    finish (call, answer, NULL);
  else
    return FALSE;
  return TRUE;
}

/**
 * flow_channel_calls_list_unsafe:
 * @self: calls
 *
 * List the messages with `ack` of which the hub has not said that it has them.
 *
 * Returns: (transfer full) (element-type FlowMessage): the messages, in the order in which they were sent
 */
GPtrArray *
flow_channel_calls_list_unsafe (FlowChannelCalls *self)
{
  GPtrArray *messages = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_message_unref);

  for (guint i = 0; i < self->in_order->len; i++)
    {
      Call *call = g_ptr_array_index (self->in_order, i);

      if (flow_message_get_ack (call->message) && !call->stored)
        g_ptr_array_add (messages, flow_message_ref (call->message));
    }
  return messages;
}

static Call *
find_first (FlowChannelCalls *self, gboolean also_safe)
{
  for (guint i = 0; i < self->in_order->len; i++)
    {
      Call *call = g_ptr_array_index (self->in_order, i);

      if (also_safe || !flow_message_get_ack (call->message))
        return call;
    }
  return NULL;
}

/**
 * flow_channel_calls_fail:
 * @self: calls
 * @also_safe: whether those with `ack` fail as well
 * @error: why
 *
 * Answer calls with an error.
 */
void
flow_channel_calls_fail (FlowChannelCalls *self, gboolean also_safe, const GError *error)
{
  Call *call;

  /* An answer may end other calls as well, so each time it is looked anew. */
  while ((call = find_first (self, also_safe)) != NULL)
    finish (call, NULL, g_error_copy (error));
}
