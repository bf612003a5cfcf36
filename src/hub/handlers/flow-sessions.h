/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-message.h"
#include "router/flow-router.h"

G_BEGIN_DECLS

/**
 * FlowSessions:
 *
 * Which channels take part in which debug session, and where the cursors of those who do are: a cursor goes to the
 * others of its session, the last place wins, and nothing of it is kept.
 */
typedef struct _FlowSessions FlowSessions;

FlowSessions *flow_sessions_new (FlowRouter *router);
void flow_sessions_free (FlowSessions *self);
gboolean flow_sessions_join (FlowSessions *self, const char *session, const char *channel);
void flow_sessions_leave (FlowSessions *self, const char *session, const char *channel);
void flow_sessions_end (FlowSessions *self, const char *session);
void flow_sessions_left (FlowSessions *self, const char *channel);
void flow_sessions_move (FlowSessions *self, const char *session, const char *user, FlowMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSessions, flow_sessions_free)

G_END_DECLS
