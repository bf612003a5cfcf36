/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-router"

#include "router/flow-router-private.h"

#include <string.h>

/** FlowTarget: what a message's `target` says. */
typedef enum
{
  FLOW_TARGET_NONE,
  FLOW_TARGET_HUB,
  FLOW_TARGET_KIND,
  FLOW_TARGET_CHANNEL,
  FLOW_TARGET_WRONG,
} FlowTarget;

static FlowTarget
read_target (FlowMessage *message, FlowChannelKind *kind)
{
  const char *target = flow_message_get_target (message);

  if (target == NULL)
    return FLOW_TARGET_NONE;
  if (flow_channel_kind_from_name (target, strlen (target), kind))
    return *kind == FLOW_CHANNEL_KIND_DESKTOP_APP ? FLOW_TARGET_HUB : FLOW_TARGET_KIND;
  if (!flow_channel_name_split (target, kind, NULL))
    return FLOW_TARGET_WRONG;
  return g_str_equal (target, FLOW_CHANNEL_HUB) ? FLOW_TARGET_HUB : FLOW_TARGET_CHANNEL;
}

static gboolean
is_kept (FlowMessage *message)
{
  const FlowMessageType *info = flow_message_get_info (message);

  return info == NULL || !info->never_stored;
}

static gboolean
is_from_page (FlowMessage *message)
{
  FlowChannelKind kind;

  return flow_channel_name_split (flow_message_get_source (message), &kind, NULL) &&
         kind == FLOW_CHANNEL_KIND_BROWSER_PAGE;
}

/* Pass a message on to a channel. Who is to acknowledge one that is not kept is remembered. */
static FlowRouterSent
send_to (FlowRouter *self, FlowChannel *channel, FlowMessage *message)
{
  const FlowMessageType *info = flow_message_get_info (message);
  gboolean droppable = info != NULL && info->droppable;

  switch (flow_channel_send (channel, flow_message_get_bytes (message), droppable))
    {
    case FLOW_CHANNEL_SENT:
    case FLOW_CHANNEL_DROPPED:
      if (flow_message_get_ack (message))
        flow_recent_set_receiver (self->recent, flow_message_get_source (message), flow_message_get_id (message),
                                  flow_channel_get_name (channel));
      return FLOW_ROUTER_SENT;
    case FLOW_CHANNEL_GONE:
      return FLOW_ROUTER_NOBODY;
    default:
      return FLOW_ROUTER_BUSY;
    }
}

FlowRouterSent
flow_router_send_to_best (FlowRouter *self, FlowMessage *message, FlowChannelKind kind, const char *file)
{
  const FlowMessageType *info = flow_message_get_info (message);
  FlowChannel *channel = flow_router_best (self, kind, info != NULL ? info->capability : NULL, file);

  return channel != NULL ? send_to (self, channel, message) : FLOW_ROUTER_NOBODY;
}

/**
 * flow_router_send_to_kind:
 * @self: a router
 * @message: a message
 * @kind: whom it is for
 * @file: (nullable): an absolute path that it is about
 *
 * Send a message to the best channel of a kind. When there is none, and the last one went less than ten seconds ago, a
 * message of a type that is never stored is held until one comes, or is given to `unroutable` when that time is over.
 *
 * Returns: what became of it
 */
FlowRouterSent
flow_router_send_to_kind (FlowRouter *self, FlowMessage *message, FlowChannelKind kind, const char *file)
{
  FlowRouterSent sent = flow_router_send_to_best (self, message, kind, file);

  if (sent != FLOW_ROUTER_NOBODY || is_kept (message))
    return sent;
  return flow_router_hold (self, message, kind, file);
}

/**
 * flow_router_broadcast:
 * @self: a router
 * @message: a message
 * @capability: (nullable): what a channel must be able to do
 *
 * Send a message to everybody who may see it but its sender. Web pages get only what their kind is meant to get.
 *
 * Returns: to how many it is on its way
 */
guint
flow_router_broadcast (FlowRouter *self, FlowMessage *message, const char *capability)
{
  const FlowMessageType *info = flow_message_get_info (message);
  guint pages = FLOW_CHANNEL_KIND_MASK (FLOW_CHANNEL_KIND_BROWSER_PAGE);
  guint receivers = info != NULL ? info->receivers : ~pages;
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowChannel *channel = value;

      if ((receivers & FLOW_CHANNEL_KIND_MASK (flow_channel_get_kind (channel))) == 0 ||
          (capability != NULL && !flow_channel_has_capability (channel, capability)) ||
          g_strcmp0 (flow_channel_get_name (channel), flow_message_get_source (message)) == 0)
        continue;
      n += flow_channel_send (channel, flow_message_get_bytes (message), info != NULL && info->droppable) ==
           FLOW_CHANNEL_SENT;
    }
  return n;
}

static FlowRouterSent
keep (FlowRouter *self, FlowMessage *message, GError **error)
{
  return flow_outbox_put (self->outbox, message, error) ? FLOW_ROUTER_HELD : FLOW_ROUTER_NOBODY;
}

static FlowRouterSent
deliver_to_channel (FlowRouter *self, FlowMessage *message, GError **error)
{
  const char *target = flow_message_get_target (message);
  FlowChannel *channel;

  channel = flow_router_find (self, target);
  /* A page could think of names for ever. */
  if (flow_message_get_ack (message) && is_kept (message) && (channel != NULL || !is_from_page (message)))
    return keep (self, message, error);
  if (channel != NULL)
    return send_to (self, channel, message);
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_NO_TARGET, "“%s” is not connected", target);
  return FLOW_ROUTER_NOBODY;
}

static FlowRouterSent
deliver_to_kind (FlowRouter *self, FlowMessage *message, FlowChannelKind kind, GError **error)
{
  gboolean from_page = is_from_page (message);
  const char *file = NULL;
  FlowRouterSent sent;

  if (from_page && !flow_channel_kind_serves (kind, FLOW_CHANNEL_KIND_EDITOR))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_FORBIDDEN, "a page sends to editors only");
      return FLOW_ROUTER_NOBODY;
    }
  if (flow_message_get_ack (message) && is_kept (message))
    return keep (self, message, error);
  /* A page names no file, and what it sends is not read for nothing. */
  if (!from_page)
    flow_message_get_string (message, "file", &file);
  sent = flow_router_send_to_kind (self, message, kind, file != NULL && g_path_is_absolute (file) ? file : NULL);
  if (sent != FLOW_ROUTER_NOBODY)
    return sent;
  if (is_kept (message))
    return keep (self, message, error);
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_NO_TARGET, "nobody of the kind “%s” is connected",
               flow_message_get_target (message));
  return FLOW_ROUTER_NOBODY;
}

/* Do with a message what its target says; an error says why it goes nowhere. */
static FlowRouterSent
deliver (FlowRouter *self, FlowMessage *message, GError **error)
{
  const FlowMessageType *info = flow_message_get_info (message);
  FlowChannelKind kind;

  switch (read_target (message, &kind))
    {
    case FLOW_TARGET_NONE:
      if (flow_message_get_ack (message))
        break;
      flow_router_broadcast (self, message, info != NULL ? info->capability : NULL);
      return FLOW_ROUTER_SENT;
    case FLOW_TARGET_KIND:
      return deliver_to_kind (self, message, kind, error);
    case FLOW_TARGET_CHANNEL:
      return deliver_to_channel (self, message, error);
    case FLOW_TARGET_HUB:
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_UNSUPPORTED, "the hub has nothing to do with “%s”",
                   flow_message_get_type_name (message));
      return FLOW_ROUTER_NOBODY;
    case FLOW_TARGET_WRONG:
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "“%s” is neither a kind nor a channel",
                   flow_message_get_target (message));
      return FLOW_ROUTER_NOBODY;
    }
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "a message with ack needs a target");
  return FLOW_ROUTER_NOBODY;
}

/**
 * flow_router_send:
 * @self: a router
 * @message: a message of the hub itself
 *
 * Do with a message what its target says, past the handlers.
 *
 * Returns: what became of it
 */
FlowRouterSent
flow_router_send (FlowRouter *self, FlowMessage *message)
{
  g_autoptr (GError) error = NULL;
  FlowRouterSent sent = deliver (self, message, &error);

  if (error != NULL)
    g_debug ("%s goes nowhere: %s", flow_message_get_type_name (message), error->message);
  return sent;
}

/* An acknowledgement ends what was kept for its sender, or is passed on to who waits for it. */
static void
take_ack (FlowRouter *self, FlowChannel *from, FlowMessage *message)
{
  const char *id = flow_message_get_reply_to (message);
  const char *sender;

  flow_message_get_string (message, "id", &id);
  if (from == NULL || id == NULL || flow_outbox_ack (self->outbox, from, id))
    return;
  sender = flow_recent_find_sender (self->recent, flow_channel_get_name (from), id);
  if (sender == NULL)
    return;
  flow_router_answer_ack (self, sender, id, "handled");
  flow_recent_done (self->recent, sender, id);
}

/* A receiver who answers a message that is kept for him with an error does not want it. */
static gboolean
take_error (FlowRouter *self, FlowChannel *from, FlowMessage *message)
{
  const char *id = flow_message_get_reply_to (message);

  flow_message_get_string (message, "in_reply_to", &id);
  return from != NULL && id != NULL && flow_outbox_decline (self->outbox, from, id);
}

/* What is not kept and was repeated by its sender, who has not heard. */
static gboolean
is_repeated (FlowRouter *self, FlowMessage *message)
{
  const char *source = flow_message_get_source (message);

  switch (flow_recent_add (self->recent, source, flow_message_get_id (message)))
    {
    case FLOW_RECENT_NEW:
      return FALSE;
    case FLOW_RECENT_DONE:
      flow_router_answer_ack (self, source, flow_message_get_id (message), "handled");
      return TRUE;
    default:
      return TRUE;
    }
}

/* The handler that a message is for. */
static const FlowRouterRegistration *
find_handler (FlowRouter *self, FlowMessage *message)
{
  const FlowMessageType *info = flow_message_get_info (message);
  FlowTarget target;
  FlowChannelKind kind;

  target = info != NULL && info->handled == FLOW_MESSAGE_HANDLED_ALWAYS ? FLOW_TARGET_HUB
                                                                        : read_target (message, &kind);
  switch (target)
    {
    case FLOW_TARGET_NONE:
    case FLOW_TARGET_HUB:
      break;
    case FLOW_TARGET_KIND:
      if (info != NULL && info->handled == FLOW_MESSAGE_HANDLED_FOR_EDITORS &&
          flow_channel_kind_serves (kind, FLOW_CHANNEL_KIND_EDITOR))
        break;
      return NULL;
    default:
      return NULL;
    }
  return g_hash_table_lookup (self->handlers, flow_message_get_type_name (message));
}

static gboolean
handle (FlowRouter *self, FlowChannel *from, FlowMessage *message, const FlowRouterRegistration *registration)
{
  switch (registration->handler (self, from, message, registration->data))
    {
    case FLOW_ROUTER_PASS:
      return FALSE;
    case FLOW_ROUTER_DONE:
      flow_router_acked (self, message, "handled");
      return TRUE;
    default:
      return TRUE;
    }
}

/**
 * flow_router_route:
 * @self: a router
 * @from: (nullable): the channel that it came from; %NULL when it is the hub's own
 * @message: a message whose source and type have been judged
 *
 * Do with a message what is to be done: handle it, send it on, keep it. What goes wrong is answered with an error.
 */
void
flow_router_route (FlowRouter *self, FlowChannel *from, FlowMessage *message)
{
  g_autoptr (GError) error = NULL;
  const FlowRouterRegistration *registration;

  self->routed++;
  if (flow_message_is (message, "ack"))
    {
      take_ack (self, from, message);
      return;
    }
  /* The sender hears from the outbox; what else there is to say goes to whom it names. */
  if (flow_message_is (message, "error") && take_error (self, from, message) &&
      flow_message_get_target (message) == NULL)
    return;

  registration = find_handler (self, message);
  if (flow_message_get_ack (message) && (registration != NULL || !is_kept (message)) && is_repeated (self, message))
    return;
  if (registration != NULL && handle (self, from, message, registration))
    return;
  if (deliver (self, message, &error) == FLOW_ROUTER_BUSY)
    g_set_error_literal (&error, FLOW_ERROR, FLOW_ERROR_QUEUE_FULL, "the receiver is too slow");
  if (error != NULL)
    flow_router_error (self, message, error->code, error->message);
}
