/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-router"

#include "router/flow-router-private.h"

#include <string.h>

#include "launch/flow-real-path.h"

/**
 * flow_router_get_epoch:
 * @self: a router
 *
 * Get what names the store that deliveries are counted in.
 *
 * Returns: (transfer none): the id
 */
const char *
flow_router_get_epoch (FlowRouter *self)
{
  return flow_outbox_get_epoch (self->outbox);
}

/**
 * flow_router_get_seq:
 * @self: a router
 * @name: a channel's full name, there or not
 *
 * Get how far a channel was counted.
 *
 * Returns: the highest seq that it was ever given
 */
guint64
flow_router_get_seq (FlowRouter *self, const char *name)
{
  return flow_outbox_get_seq (self->outbox, name);
}

/**
 * flow_router_find:
 * @self: a router
 * @name: a full name
 *
 * Find a channel.
 *
 * Returns: (transfer none) (nullable): the channel, %NULL when it is not there
 */
FlowChannel *
flow_router_find (FlowRouter *self, const char *name)
{
  return g_hash_table_lookup (self->channels, name);
}

/**
 * flow_router_add_channel:
 * @self: a router
 * @channel: a channel that has been welcomed
 *
 * Let a channel take part. If another one has the name, the newer takes it, and the older is closed. What waits for it
 * is sent to it before this returns, or as soon as the store has fetched it.
 */
void
flow_router_add_channel (FlowRouter *self, FlowChannel *channel)
{
  const char *name = flow_channel_get_name (channel);
  FlowChannel *before = flow_router_find (self, name);

  if (before == channel)
    return;
  if (before != NULL)
    {
      g_autoptr (FlowChannel) replaced = g_object_ref (before);

      flow_router_remove_channel (self, replaced);
      flow_channel_close (replaced, (guint) flow_error_info (FLOW_ERROR_REPLACED)->close_code,
                          "another program took its name");
    }
  flow_channel_set_connected (channel, flow_clock_monotonic_us (self->clock), flow_clock_wall_ns (self->clock));
  flow_router_announce (self, channel, "channel_connected");
  g_hash_table_insert (self->channels, (char *) name, g_object_ref (channel));
  if (self->funcs->joined != NULL)
    self->funcs->joined (self, channel, self->data);
  flow_router_release_held (self, channel);
  flow_outbox_add_channel (self->outbox, channel);
  flow_router_changed (self);
}

static gboolean
has_kind (FlowRouter *self, FlowChannelKind kind)
{
  GHashTableIter iter;
  gpointer channel;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &channel))
    if (flow_channel_get_kind (channel) == kind)
      return TRUE;
  return FALSE;
}

/**
 * flow_router_remove_channel:
 * @self: a router
 * @channel: a channel that is gone; one that is not among the router's is left alone
 *
 * Forget a channel. What is under way to it is kept.
 */
void
flow_router_remove_channel (FlowRouter *self, FlowChannel *channel)
{
  g_autoptr (FlowChannel) gone = g_object_ref (channel);
  FlowChannelKind kind = flow_channel_get_kind (gone);

  if (flow_router_find (self, flow_channel_get_name (gone)) != gone)
    return;
  g_hash_table_remove (self->channels, flow_channel_get_name (gone));
  if (!has_kind (self, kind))
    self->lost_us[kind] = flow_clock_monotonic_us (self->clock);
  flow_recent_forget_receiver (self->recent, flow_channel_get_name (gone));
  flow_outbox_remove_channel (self->outbox, gone);
  if (self->funcs->left != NULL)
    self->funcs->left (self, gone, self->data);
  flow_router_announce (self, gone, "channel_disconnected");
  flow_router_changed (self);
}

/**
 * flow_router_drained:
 * @self: a router
 * @channel: a channel that was slow
 *
 * Go on with a channel that takes messages again.
 */
void
flow_router_drained (FlowRouter *self, FlowChannel *channel)
{
  if (flow_router_find (self, flow_channel_get_name (channel)) == channel)
    flow_outbox_drained (self->outbox, channel);
}

/* Whether @a is to be asked rather than @b: the innermost folder, then who was looked at last, then who came last. */
static gboolean
is_better (FlowChannel *a, gsize depth_a, FlowChannel *b, gsize depth_b)
{
  if (depth_a != depth_b)
    return depth_a > depth_b;
  if (flow_channel_get_focused (a) != flow_channel_get_focused (b))
    return flow_channel_get_focused (a);
  if (flow_channel_get_focused_at (a) != flow_channel_get_focused_at (b))
    return flow_channel_get_focused_at (a) > flow_channel_get_focused_at (b);
  if (flow_channel_get_connected_at (a) != flow_channel_get_connected_at (b))
    return flow_channel_get_connected_at (a) > flow_channel_get_connected_at (b);
  return strcmp (flow_channel_get_name (a), flow_channel_get_name (b)) < 0;
}

/**
 * flow_router_best:
 * @self: a router
 * @kind: what it must be
 * @capability: (nullable): what it must be able to do
 * @file: (nullable): an absolute path that the message is about
 *
 * Find the channel that a message for a kind is for: who has the file's folder open, innermost first, and among those,
 * or among all when nobody has, whose window has or last had the focus.
 *
 * Returns: (transfer none) (nullable): the channel
 */
FlowChannel *
flow_router_best (FlowRouter *self, FlowChannelKind kind, const char *capability, const char *file)
{
  FlowPathType type;
  g_autofree char *real = file != NULL ? flow_real_path (file, &type) : NULL;
  FlowChannel *best = NULL;
  gsize best_depth = 0;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowChannel *channel = value;
      gsize depth = 0;

      if (!flow_channel_kind_serves (flow_channel_get_kind (channel), kind) ||
          (capability != NULL && !flow_channel_has_capability (channel, capability)))
        continue;
      if (file != NULL)
        depth = MAX (flow_channel_holds (channel, file), real != NULL ? flow_channel_holds (channel, real) : 0);
      if (best == NULL || is_better (channel, depth, best, best_depth))
        {
          best = channel;
          best_depth = depth;
        }
    }
  return best;
}
