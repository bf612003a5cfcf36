/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "edit/flow-edits.h"
#include "message/flow-message.h"
#include "router/flow-router.h"

G_BEGIN_DECLS

/**
 * FlowEditChannelsFuncs:
 * @declined: an editor does not want a session that it was asked to open; its endpoint is detached
 * @came_back: an editor goes on with a session that it had before
 *
 * What a session's editors tell whoever found them.
 */
typedef struct
{
  void (*declined) (FlowEditSession *session, const char *channel, FlowError code, const char *message, gpointer data);
  void (*came_back) (FlowEditSession *session, gpointer data);
} FlowEditChannelsFuncs;

/**
 * FlowEditChannels:
 *
 * The ends of edited texts that are channels of the router: pages and programs that ask for an editor, and editors that
 * are asked (`edit_*` of `data/protocol`). Belongs to the hub thread.
 */
typedef struct _FlowEditChannels FlowEditChannels;

FlowEditChannels *flow_edit_channels_new (FlowEdits *edits, FlowRouter *router, const FlowEditChannelsFuncs *funcs,
                                          gpointer data);
void flow_edit_channels_free (FlowEditChannels *self);
gboolean flow_edit_channels_open (FlowEditChannels *self, FlowEditSession *session, FlowChannel *editor,
                                  GError **error);
gboolean flow_edit_channels_show (FlowEditChannels *self, FlowEditEndpoint *editor);
void flow_edit_channels_left (FlowEditChannels *self, FlowChannel *channel);

gboolean flow_edit_channels_request (FlowEditChannels *self, FlowChannel *from, FlowMessage *message, GError **error);
gboolean flow_edit_channels_update (FlowEditChannels *self, FlowChannel *from, FlowMessage *message, GError **error);
gboolean flow_edit_channels_saved (FlowEditChannels *self, FlowChannel *from, FlowMessage *message, GError **error);
gboolean flow_edit_channels_closed (FlowEditChannels *self, FlowChannel *from, FlowMessage *message, GError **error);
gboolean flow_edit_channels_refused (FlowEditChannels *self, FlowChannel *from, FlowMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditChannels, flow_edit_channels_free)

G_END_DECLS
