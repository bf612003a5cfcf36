/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

#include "base/flow-settings-snapshot.h"
#include "message/flow-channel-kind.h"
#include "base/flow-latency.h"

G_BEGIN_DECLS

/**
 * FlowChannelSent:
 * @FLOW_CHANNEL_SENT: it is on its way
 * @FLOW_CHANNEL_DROPPED: it was droppable and has been dropped
 * @FLOW_CHANNEL_FULL: nothing of it was taken, because the peer is slow; flow_router_drained() says when to go on
 * @FLOW_CHANNEL_TOO_LONG: nothing of it was taken: it is longer than a message may be
 * @FLOW_CHANNEL_GONE: the peer is gone
 *
 * What became of a message that a channel was given.
 */
typedef enum
{
  FLOW_CHANNEL_SENT,
  FLOW_CHANNEL_DROPPED,
  FLOW_CHANNEL_FULL,
  FLOW_CHANNEL_TOO_LONG,
  FLOW_CHANNEL_GONE,
} FlowChannelSent;

#define FLOW_TYPE_CHANNEL (flow_channel_get_type ())
G_DECLARE_DERIVABLE_TYPE (FlowChannel, flow_channel, FLOW, CHANNEL, GObject)

/**
 * FlowChannelClass:
 * @send: pass on a whole message, in order. Never blocks and does not call back into the router
 * @close: end the connection with a close code; the channel is told nothing more after it
 * @get_queued: (nullable): bytes that wait to be sent
 */
struct _FlowChannelClass
{
  GObjectClass parent_class;

  FlowChannelSent (*send) (FlowChannel *self, GBytes *bytes, gboolean droppable);
  void (*close) (FlowChannel *self, guint code, const char *reason);
  gsize (*get_queued) (FlowChannel *self);
};

FlowChannelSent flow_channel_send (FlowChannel *self, GBytes *bytes, gboolean droppable);
void flow_channel_close (FlowChannel *self, guint code, const char *reason);
void flow_channel_set_close_code (FlowChannel *self, guint code);
gboolean flow_channel_said_goodbye (FlowChannel *self);
gsize flow_channel_get_queued (FlowChannel *self);

const char *flow_channel_get_name (FlowChannel *self);
FlowChannelKind flow_channel_get_kind (FlowChannel *self);
void flow_channel_set_client (FlowChannel *self, const char *client, const char *version);
void flow_channel_set_origin (FlowChannel *self, const char *origin);
const char *flow_channel_get_origin (FlowChannel *self);
const char *flow_channel_get_client (FlowChannel *self);
const char *flow_channel_get_version (FlowChannel *self);
void flow_channel_set_capabilities (FlowChannel *self, const char *const *capabilities);
const char *const *flow_channel_get_capabilities (FlowChannel *self);
gboolean flow_channel_has_capability (FlowChannel *self, const char *capability);

void flow_channel_set_workspaces (FlowChannel *self, const char *const *folders, const FlowPathMap *maps, gsize n_maps);
const char *const *flow_channel_get_workspaces (FlowChannel *self);
gsize flow_channel_holds (FlowChannel *self, const char *file);
void flow_channel_set_focused (FlowChannel *self, gboolean focused, gint64 now_us);
gboolean flow_channel_get_focused (FlowChannel *self);
gint64 flow_channel_get_focused_at (FlowChannel *self);

void flow_channel_set_connected (FlowChannel *self, gint64 now_us, gint64 now_ns);
gint64 flow_channel_get_connected_at (FlowChannel *self);
gint64 flow_channel_get_connected_ns (FlowChannel *self);
void flow_channel_count (FlowChannel *self, guint64 messages_in, guint64 messages_out);
guint64 flow_channel_get_messages_in (FlowChannel *self);
guint64 flow_channel_get_messages_out (FlowChannel *self);
FlowLatency *flow_channel_get_latency (FlowChannel *self);

G_END_DECLS
