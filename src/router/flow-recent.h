/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowRecent:
 *
 * The last messages with `ack` that are not kept in the outbox, because the hub does something about them itself or
 * because they are worth nothing later: their senders repeat them until they hear, and they must not happen twice.
 */
typedef struct _FlowRecent FlowRecent;

/**
 * FlowRecentState:
 * @FLOW_RECENT_NEW: it is not known
 * @FLOW_RECENT_PENDING: it came, and has not been answered
 * @FLOW_RECENT_DONE: it was handled
 *
 * What is known about such a message.
 */
typedef enum
{
  FLOW_RECENT_NEW,
  FLOW_RECENT_PENDING,
  FLOW_RECENT_DONE,
} FlowRecentState;

FlowRecent *flow_recent_new (guint size);
void flow_recent_free (FlowRecent *self);
FlowRecentState flow_recent_add (FlowRecent *self, const char *source, const char *id);
void flow_recent_set_receiver (FlowRecent *self, const char *source, const char *id, const char *receiver);
const char *flow_recent_find_sender (FlowRecent *self, const char *receiver, const char *id);
void flow_recent_done (FlowRecent *self, const char *source, const char *id);
void flow_recent_forget_receiver (FlowRecent *self, const char *receiver);
void flow_recent_forget (FlowRecent *self, const char *source, const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowRecent, flow_recent_free)

G_END_DECLS
