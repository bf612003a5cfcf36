/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-router"

#include "router/flow-router-private.h"

#define MAX_HELD 64

void
flow_router_held_free (FlowRouterHeld *held)
{
  flow_message_unref (held->message);
  g_free (held->file);
  g_free (held);
}

static void
give_up (FlowRouter *self, FlowRouterHeld *held)
{
  FlowMessage *message = held->message;

  if (self->funcs->unroutable != NULL && g_hash_table_contains (self->handlers, flow_message_get_type_name (message)))
    self->funcs->unroutable (self, message, self->data);
  else
    flow_router_error (self, message, FLOW_ERROR_NO_TARGET, "nobody of that kind came back");
  flow_router_held_free (held);
}

/* When the last channel of a kind, or of what may stand for it, was lost. */
static gint64
last_lost (FlowRouter *self, FlowChannelKind target)
{
  gint64 lost_us = 0;

  for (guint kind = 0; kind < FLOW_N_CHANNEL_KINDS; kind++)
    if (flow_channel_kind_serves (kind, target))
      lost_us = MAX (lost_us, self->lost_us[kind]);
  return lost_us;
}

/* Keep a message that is never stored for the moment in which an editor starts again. */
FlowRouterSent
flow_router_hold (FlowRouter *self, FlowMessage *message, FlowChannelKind kind, const char *file)
{
  gint64 lost_us = last_lost (self, kind);
  FlowRouterHeld *held;

  if (lost_us == 0 || lost_us + FLOW_ROUTER_GRACE_US <= flow_clock_monotonic_us (self->clock) ||
      self->held.length >= MAX_HELD)
    return FLOW_ROUTER_NOBODY;
  held = g_new0 (FlowRouterHeld, 1);
  held->message = flow_message_ref (message);
  held->kind = kind;
  held->file = g_strdup (file);
  held->due_us = lost_us + FLOW_ROUTER_GRACE_US;
  g_queue_push_tail (&self->held, held);
  flow_router_wake_at (self, held->due_us);
  return FLOW_ROUTER_HELD;
}

/* A channel came: what was held for its kind is sent. */
void
flow_router_release_held (FlowRouter *self, FlowChannel *channel)
{
  guint n = self->held.length;

  while (n-- > 0)
    {
      FlowRouterHeld *held = g_queue_pop_head (&self->held);

      if (!flow_channel_kind_serves (flow_channel_get_kind (channel), held->kind) ||
          flow_router_send_to_best (self, held->message, held->kind, held->file) != FLOW_ROUTER_SENT)
        g_queue_push_tail (&self->held, held);
      else
        flow_router_held_free (held);
    }
}

/* Returns when the next of what is held must be given up. */
gint64
flow_router_tick_held (FlowRouter *self, gint64 now_us)
{
  gint64 due_us = G_MAXINT64;
  guint n = self->held.length;

  while (n-- > 0)
    {
      FlowRouterHeld *held = g_queue_pop_head (&self->held);

      if (held->due_us <= now_us)
        {
          give_up (self, held);
          continue;
        }
      due_us = MIN (due_us, held->due_us);
      g_queue_push_tail (&self->held, held);
    }
  return due_us;
}
