/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowPollEvents:
 * @FLOW_POLL_READ: there may be something to read
 * @FLOW_POLL_WRITE: there may be room to write
 * @FLOW_POLL_HANGUP: the peer will send no more
 * @FLOW_POLL_ERROR: the connection is broken
 *
 * What has happened to a descriptor since it was last told.
 */
typedef enum
{
  FLOW_POLL_READ = 1 << 0,
  FLOW_POLL_WRITE = 1 << 1,
  FLOW_POLL_HANGUP = 1 << 2,
  FLOW_POLL_ERROR = 1 << 3,
} FlowPollEvents;

/**
 * FlowPollWatch:
 * @func: hears of events; may remove and free any watch
 * @data: for @func
 *
 * One descriptor that is watched; embedded in what it belongs to.
 */
typedef struct
{
  void (*func) (gpointer data, FlowPollEvents events);
  gpointer data;
} FlowPollWatch;

typedef struct _FlowPoller FlowPoller;

FlowPoller *flow_poller_new (GMainContext *context, const char *name, GError **error);
void flow_poller_free (FlowPoller *self);
gboolean flow_poller_add (FlowPoller *self, int fd, FlowPollWatch *watch);
void flow_poller_remove (FlowPoller *self, int fd, FlowPollWatch *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowPoller, flow_poller_free)

G_END_DECLS
